package polder.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.LoopDevice;
import polder.linux.MountTable;
import polder.linux.Mounts;
import polder.linux.Tree;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

@Tag("kernel")
class PoolTableKernelTest {
  private static final long SIZE = 256L << 20;
  private static final UUID ZONE = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b10");

  @TempDir Path temp;
  private final Map<UUID, String> named = new HashMap<>();
  private OverlayStorage standard;
  private PoolTable table;
  private PoolSet set;

  @BeforeEach
  void open() throws IOException {
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
    reopen();
  }

  private void reopen() {
    standard = OverlayStorage.open(temp.resolve("storage"));
    table =
        PoolTable.open(
            standard,
            temp.resolve("storage"),
            temp.resolve("pools"),
            temp.resolve("run"),
            operation -> step -> {});
    set = new PoolSet(table, zone -> Optional.ofNullable(named.get(zone)));
  }

  private void shut() {
    table.close();
    standard.close();
  }

  @AfterEach
  void leaveNothing() {
    try {
      shut();
    } finally {
      for (var mount : MountTable.own().below(temp).reversed()) {
        Mounts.detach(Path.of(mount.place()));
      }
    }
  }

  private Pool create(String name) {
    return table.create(
        new PoolRequest(name, Optional.of(SIZE), Optional.empty(), Optional.empty()));
  }

  private Pool at(Path path) {
    return table.create(
        new PoolRequest("fast", Optional.empty(), Optional.of(path.toString()), Optional.empty()));
  }

  private Pool device(Path path) {
    return table.create(
        new PoolRequest("fast", Optional.empty(), Optional.empty(), Optional.of(path.toString())));
  }

  private void write(String text) throws IOException {
    Files.writeString(file(), text);
  }

  private Path file() {
    return ((Root.Tree) set.find(ZONE).orElseThrow()).directory().resolve("file");
  }

  private static long count(Path directory) throws IOException {
    try (var list = Files.list(directory)) {
      return list.count();
    }
  }

  private static void refused(ErrorKind kind, String part, Runnable act) {
    PolderException refusal = assertThrows(PolderException.class, act::run);
    assertEquals(kind, refusal.kind(), refusal.getMessage());
    assertTrue(String.valueOf(refusal.getMessage()).contains(part), refusal.getMessage());
  }

  @Test
  @DisplayName("S-ID-06 a pool is nosuid and nodev on the host's side, and only root gets in")
  void aPoolIsMountedClosed() throws IOException {
    create("fast");
    var mount = MountTable.own().at(temp.resolve("run/fast")).orElseThrow();
    assertTrue(mount.options().containsAll(List.of("nosuid", "nodev", "noatime")), "" + mount);
    assertEquals(0700, (int) Files.getAttribute(temp.resolve("run/fast"), "unix:mode") & 0777);
  }

  @Test
  void aPoolComesBackAndIsUnmountedMeanwhile() throws IOException {
    Pool made = create("fast");
    assertEquals(SIZE, made.size());
    assertEquals(SIZE, Files.size(Path.of(made.source())));
    named.put(ZONE, "fast");
    set.create(ZONE, List.of());
    write("kept");
    set.sync();
    shut();
    assertEquals(List.of(), MountTable.own().below(temp));
    reopen();
    assertEquals("kept", Files.readString(file()));
    assertEquals(List.of("fast", "zones"), table.pools().stream().map(Pool::name).toList());
    assertEquals(1, table.pool("fast").zones());
    named.clear();
    assertEquals("kept", Files.readString(file()), "a zone that is not known is looked for");
    assertEquals(List.of(ZONE), set.list());
  }

  @Test
  void aPoolThatIsMountedStillIsTakenOver() throws IOException {
    create("fast");
    named.put(ZONE, "fast");
    set.create(ZONE, List.of());
    write("kept");
    OverlayStorage dead = standard; // it let go of nothing, as one that was killed
    reopen();
    assertEquals("kept", Files.readString(file()));
    assertEquals(1, MountTable.own().below(temp).size());
    dead.close();
  }

  @Test
  void aMissingPoolHurtsItsOwnZonesOnly() throws IOException {
    create("fast");
    UUID other = UUID.randomUUID();
    named.putAll(Map.of(ZONE, "fast", other, "zones"));
    set.create(ZONE, List.of());
    set.create(other, List.of());
    shut();
    Path disk = temp.resolve("pools/fast/disk");
    Files.move(disk, temp.resolve("elsewhere"));
    reopen();
    Pool missing = table.pool("fast");
    assertTrue(missing.problem().orElse("").contains("disk is not there"), missing.toString());
    refused(ErrorKind.UNAVAILABLE, "pool 'fast' is missing", () -> set.find(ZONE));
    refused(ErrorKind.UNAVAILABLE, "pool 'fast' is missing", () -> set.destroy(ZONE));
    assertTrue(set.find(other).isPresent());
    assertEquals(List.of(other), set.list());
    ZoneSpec spec = ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ZPOOL, "fast");
    assertEquals("zpool", set.verify(spec).getFirst().path());
    refused(ErrorKind.WRONG_STATE, "in use", () -> table.delete("fast", name -> true));

    Files.move(temp.resolve("elsewhere"), disk);
    assertTrue(set.find(ZONE).isPresent(), "it is back as soon as its file is");

    shut();
    try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.write(new byte[1 << 20]); // no file system any more
    }
    reopen();
    assertTrue(table.pool("fast").problem().isPresent());
    table.delete("fast", name -> false);
    assertEquals(1, table.pools().size());
  }

  @Test
  @DisplayName("R-DISK-09 what a disk has forgotten is found, and read by nobody")
  void aScrubFindsDamage() throws IOException {
    Pool made = create("fast");
    named.put(ZONE, "fast");
    set.create(ZONE, List.of());
    write("polder wrote this. ".repeat(20_000));
    set.sync();
    assertEquals(0, table.scrub("fast").errors());
    shut();
    try (var disk = new RandomAccessFile(made.source(), "rw")) {
      byte[] piece = new byte[64 << 10];
      long at = -1;
      for (long from = 0; at < 0; from += piece.length) {
        disk.seek(from);
        disk.readFully(piece);
        int found = new String(piece, StandardCharsets.ISO_8859_1).indexOf("polder wrote this");
        at = found < 0 ? -1 : from + found;
      }
      disk.seek(at);
      disk.write(0);
    }
    reopen();
    assertEquals(1, table.scrub("fast").errors());
    assertThrows(IOException.class, () -> Files.readString(file()));
  }

  @Test
  void aTrimmedPoolTakesNoMoreOfItsDiskThanWhatIsInIt() throws IOException {
    create("fast");
    named.put(ZONE, "fast");
    set.create(ZONE, List.of());
    write("polder wrote this. ".repeat(2_000_000));
    set.sync();
    long full = room();
    Files.delete(file());
    assertTrue(table.trim("fast") > 0);
    assertTrue(room() < full - (30L << 20), "the file takes as much as before");
  }

  /** How many bytes the file of the pool takes of its disk. */
  private long room() {
    try (Directory pool = Directory.open(temp.resolve("pools/fast"))) {
      return pool.stat(FileName.of("disk")).blocks() * 512;
    }
  }

  @Test
  void withoutASizeAPoolIsHalfOfWhatIsFree() throws IOException {
    long free = Files.getFileStore(temp).getUsableSpace();
    Pool made =
        table.create(new PoolRequest("fast", Optional.empty(), Optional.empty(), Optional.empty()));
    assertTrue(made.size() > free / 4 && made.size() <= free / 2 + SIZE, made.toString());
    assertTrue(room() < SIZE, "it is sparse");
  }

  @Test
  void aPoolGrowsWhileItIsUsed() throws IOException {
    Pool made = create("fast");
    named.put(ZONE, "fast");
    set.create(ZONE, List.of());
    Pool grown = table.grow("fast", 2 * SIZE);
    assertEquals(2 * SIZE, grown.size());
    assertTrue(grown.free() > made.free());
    refused(ErrorKind.INVALID, "smaller", () -> table.grow("fast", SIZE));
    write("after");
    shut();
    try (var disk = new RandomAccessFile(made.source(), "rw")) {
      disk.setLength(3 * SIZE); // as when it was killed in the middle of growing
    }
    reopen();
    assertEquals(3 * SIZE, table.pool("fast").size());
  }

  @Test
  void whatIsNoPlaceForAPoolIsNotTouched() throws IOException, InterruptedException {
    try (TestBtrfs btrfs = TestBtrfs.make(Files.createDirectories(temp.resolve("own")), SIZE)) {
      Path full = Files.createDirectory(btrfs.mount().resolve("full"));
      Path file = Files.writeString(full.resolve("precious"), "kept");
      Path plain = Files.createDirectory(temp.resolve("plain"));
      refused(ErrorKind.INVALID, "not empty", () -> at(full));
      refused(ErrorKind.INVALID, "no btrfs", () -> at(plain));
      refused(ErrorKind.INVALID, "no block device", () -> device(file));
      try (LoopDevice disk = LoopDevice.find(temp.resolve("own/disk")).orElseThrow()) {
        refused(ErrorKind.INVALID, "cannot make a btrfs", () -> device(disk.path()));
      }
      assertEquals("kept", Files.readString(file));
      assertEquals(1, table.pools().size());
      assertEquals(0, count(temp.resolve("pools")));
    }
  }

  @Test
  void aPoolMayBeOnADevice() throws IOException {
    try (var file = new RandomAccessFile(temp.resolve("blank").toFile(), "rw")) {
      file.setLength(SIZE);
    }
    try (Directory place = Directory.open(temp);
        var file = place.openOrCreate(FileName.of("blank"), 0600);
        LoopDevice disk = LoopDevice.of(file)) {
      Pool made = device(disk.path());
      assertEquals(Pool.Kind.DEVICE, made.kind());
      named.put(ZONE, "fast");
      set.create(ZONE, List.of());
      write("kept");
      shut();
      reopen();
      assertEquals("kept", Files.readString(file()));
      file.truncate(2 * SIZE);
      disk.resize();
      assertEquals(2 * SIZE, table.grow("fast", SIZE).size());
      set.destroy(ZONE);
      table.delete("fast", name -> false);
    }
  }

  @Test
  void aPoolMayBeInADirectoryOfABtrfs() throws IOException, InterruptedException {
    try (TestBtrfs btrfs = TestBtrfs.make(Files.createDirectories(temp.resolve("own")), SIZE)) {
      Path empty = Files.createDirectory(btrfs.mount().resolve("pool"));
      Pool pool = at(empty);
      assertFalse(pool.quotas(), "they are not ours to switch on");
      ZoneSpec spec =
          ZoneSpec.of(Brand.NATIVE)
              .with(ZoneProperties.ZPOOL, "fast")
              .with(ZoneProperties.QUOTA, 1L);
      assertEquals("quota", set.verify(spec).getFirst().path());
      named.put(ZONE, "fast");
      set.create(ZONE, List.of());
      write("kept");
      set.snapshot(ZONE, "s");
      shut();
      reopen();
      assertEquals("kept", Files.readString(file()));
      set.destroy(ZONE);
      table.delete("fast", name -> false);
      assertEquals(0, count(empty), "nothing is left in it");
    }
  }

  @Test
  void aPoolIsTakenInFromItsFile() throws IOException {
    Pool made = create("fast");
    named.put(ZONE, "fast");
    set.create(ZONE, List.of());
    write("kept");
    shut();
    Path moved = Files.move(Path.of(made.source()), temp.resolve("moved"));
    try (Directory pools = Directory.open(temp.resolve("pools"))) {
      Tree.delete(pools, FileName.of("fast"));
    }
    reopen();
    refused(ErrorKind.INVALID, "no pool", () -> table.importFrom(temp.resolve("storage")));
    Pool taken = table.importFrom(moved);
    assertEquals("fast", taken.name());
    assertEquals(1, taken.zones());
    assertEquals("kept", Files.readString(file()));
    shut();
    reopen();
    assertEquals("kept", Files.readString(file()));
    set.destroy(ZONE);
    table.delete("fast", name -> false);
    assertTrue(Files.exists(moved), "a file that is somebody's stays");
    refused(ErrorKind.INVALID, "no pool", () -> table.importFrom(moved));
  }

  @Test
  @DisplayName("R-DISK-08 a pool's record that is damaged is written anew from the pool")
  void aDamagedRecordIsMended() throws IOException {
    create("fast");
    named.put(ZONE, "fast");
    set.create(ZONE, List.of());
    write("kept");
    Path record = temp.resolve("pools/fast/pool.json");
    String whole = Files.readString(record);
    for (String damage : List.of("", whole.substring(0, whole.length() / 2), "[]", "{}")) {
      shut();
      Files.writeString(record, damage);
      reopen();
      assertEquals("kept", Files.readString(file()));
      assertEquals(whole, Files.readString(record));
    }
    shut();
    Files.delete(record);
    reopen();
    assertEquals("kept", Files.readString(file()));
  }

  @Test
  void whatACrashLeftIsSwept() throws IOException {
    Files.createDirectories(temp.resolve("pools/.making.slow"));
    Files.createDirectories(temp.resolve("pools/.gone.old"));
    Files.createDirectories(temp.resolve("pools/broken"));
    Files.writeString(temp.resolve("pools/broken/pool.json"), "{");
    shut();
    reopen();
    assertEquals(1, count(temp.resolve("pools")));
    refused(ErrorKind.EXISTS, "damaged", () -> create("broken"));
    assertEquals(1, table.pools().size());
  }
}
