package polder.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a file system of its own, in a file, which is mounted nowhere. */
@Tag("kernel")
class BtrfsKernelTest {
  private static final long SIZE = 256L << 20;
  private static final FileName ONE = FileName.of("one");
  private static final FileName TWO = FileName.of("two");
  private static final FileName FILE = FileName.of("file");

  @TempDir private Path folder;
  private Path image = Path.of("");
  private LoopDevice device;
  private Fd mount;
  private Directory top;

  @BeforeEach
  void make() throws Exception {
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
    image = folder.resolve("pool");
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
    }
    Process format = new ProcessBuilder("mkfs.btrfs", "-q", image.toString()).inheritIO().start();
    assertEquals(0, format.waitFor());
    try (Directory place = Directory.open(folder);
        RegularFile file = place.openOrCreate(FileName.of("pool"), 0600)) {
      device = LoopDevice.of(file);
    }
    try (FilesystemContext btrfs = FilesystemContext.open("btrfs")) {
      mount = btrfs.set("source", device.path()).mount(Set.of());
    }
    top = Directory.of(mount.duplicate());
  }

  @AfterEach
  void unmake() throws Exception {
    if (device == null) {
      return;
    }
    top.close();
    mount.close();
    device.close();
    Path backing = Path.of("/sys/block", device.path().getFileName().toString(), "loop");
    Eventually.is("the loop device is gone", () -> !Files.exists(backing), 10_000);
  }

  @Test
  void aSnapshotHasWhatWasWrittenBeforeIt() {
    Subvolume.create(top, ONE);
    try (Directory one = top.enter(ONE)) {
      write(one, "before");
      Subvolume.snapshot(one.fd(), top, TWO, false);
      write(one, "after");
      try (Directory two = top.enter(TWO)) {
        assertEquals("before", read(two));
        assertTrue(Subvolume.is(one.fd()));
        assertTrue(Subvolume.is(two.fd()));
        try (Directory elsewhere = Directory.open(folder)) {
          assertFalse(Subvolume.is(elsewhere.fd()));
        }
        Subvolume original = Subvolume.of(one.fd());
        Subvolume copy = Subvolume.of(two.fd());
        assertEquals(original.uuid(), copy.parent());
        assertEquals(Subvolume.NONE, original.parent());
        assertNotEquals(original.id(), copy.id());
        assertFalse(copy.readOnly());

        Subvolume.readOnly(two.fd(), true);
        assertTrue(Subvolume.of(two.fd()).readOnly());
        assertEquals(
            Errno.EROFS, assertThrows(SyscallException.class, () -> write(two, "refused")).errno());
      }
    }
  }

  @Test
  void whatIsDestroyedIsGoneAtOnceWithAllThatIsInIt() {
    Subvolume.create(top, ONE);
    try (Directory one = top.enter(ONE)) {
      write(one, "something");
      Subvolume.create(one, TWO);
    }
    assertEquals(
        Errno.ENOTEMPTY,
        assertThrows(SyscallException.class, () -> Subvolume.destroy(top, ONE)).errno());
    try (Directory one = top.enter(ONE)) {
      Subvolume.destroy(one, TWO);
    }
    Subvolume.destroy(top, ONE);
    assertTrue(top.find(ONE).isEmpty());
  }

  @Test
  void aQuotaHoldsAndIsCounted() {
    Quota.enable(top.fd());
    Subvolume.create(top, ONE);
    try (Directory one = top.enter(ONE)) {
      long id = Subvolume.of(one.fd()).id();
      Quota.limit(top.fd(), id, 8 << 20);
      SyscallException full =
          assertThrows(
              SyscallException.class,
              () -> {
                byte[] piece = new byte[1 << 20];
                try (RegularFile file = one.openOrCreate(FILE, 0600)) {
                  for (int i = 0; i < 32; i++) {
                    file.write(piece, 0, piece.length);
                    file.sync();
                  }
                }
              });
      assertEquals(Errno.EDQUOT, full.errno());
      Btrfs.sync(top.fd());
      long used = Quota.of(top.fd(), id).orElseThrow().referenced();
      assertTrue(used > 6 << 20 && used <= 8 << 20, used + " bytes are charged");

      Quota.limit(top.fd(), id, 0);
      try (RegularFile file = one.openOrCreate(TWO, 0600)) {
        file.write(0, new byte[4 << 20], 0, 4 << 20);
        file.sync();
      }
    }
  }

  @Test
  void aCopyOfADirectorySharesItsBlocks() {
    byte[] piece = new byte[1 << 20];
    new java.util.Random(1).nextBytes(piece);
    try (Directory from = top.ensureDirectory(ONE, 0700)) {
      try (RegularFile file = from.create(FILE, 0600)) {
        for (int i = 0; i < 32; i++) {
          file.write(i * (long) piece.length, piece, 0, piece.length);
        }
        file.truncate(64 << 20);
      }
      Btrfs.sync(top.fd());
      long before = StatFs.of(top.fd()).blocksFree();
      TreeCopy.copy(from, top, TWO);
      Btrfs.sync(top.fd());
      StatFs after = StatFs.of(top.fd());
      assertTrue((before - after.blocksFree()) * after.blockSize() < 4 << 20, "they are shared");
      try (Directory to = top.enter(TWO);
          RegularFile copy = to.openOrCreate(FILE, 0600);
          RegularFile original = from.read(FILE)) {
        assertArrayEquals(original.readAll(65 << 20), copy.readAll(65 << 20));
        copy.write(0, new byte[1], 0, 1);
        byte[] first = new byte[1];
        original.read(0, first, 0, 1);
        assertEquals(piece[0], first[0]);
      }
    }
  }

  @Test
  void withoutQuotasNothingIsCounted() {
    Subvolume.create(top, ONE);
    try (Directory one = top.enter(ONE)) {
      assertTrue(Quota.of(top.fd(), Subvolume.of(one.fd()).id()).isEmpty());
    }
  }

  @Test
  void growsWithItsFileAndGivesBackWhatIsFree() throws Exception {
    long before = StatFs.of(mount).bytes();
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(2 * SIZE);
    }
    device.resize();
    Btrfs.grow(top.fd());
    assertEquals(2 * before, StatFs.of(mount).bytes());
    assertTrue(Btrfs.trim(top.fd()) > 0);
  }

  @Test
  void sendsWhatHasChangedSince() throws Exception {
    Subvolume.create(top, ONE);
    try (Directory one = top.enter(ONE)) {
      byte[] much = new byte[4 << 20];
      try (RegularFile file = one.openOrCreate(TWO, 0600)) {
        file.write(much, 0, much.length);
      }
      Subvolume.snapshot(one.fd(), top, FileName.of("s1"), true);
      write(one, "changed");
      Subvolume.snapshot(one.fd(), top, FileName.of("s2"), true);
    }
    try (Directory s1 = top.enter(FileName.of("s1"));
        Directory s2 = top.enter(FileName.of("s2"))) {
      byte[] whole = send(s1, 0);
      byte[] change = send(s2, Subvolume.of(s1.fd()).id());
      assertArrayEquals(
          "btrfs-stream\0".getBytes(StandardCharsets.US_ASCII), java.util.Arrays.copyOf(whole, 13));
      assertTrue(whole.length > 4 << 20, whole.length + " bytes");
      assertTrue(change.length < 1 << 10, change.length + " bytes");
    }
  }

  private static byte[] send(Directory root, long since) throws Exception {
    var received = new ByteArrayOutputStream();
    Pipe pipe = Pipe.open();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (Fd from = pipe.reader()) {
                    from.input().transferTo(received);
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
    try (Fd to = pipe.writer()) {
      Btrfs.send(root.fd(), since, to);
    }
    reader.join();
    return received.toByteArray();
  }

  private static void write(Directory place, String text) {
    try (RegularFile file = place.openOrCreate(FILE, 0600)) {
      file.truncate(0);
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      file.write(0, bytes, 0, bytes.length);
    }
  }

  private static String read(Directory place) {
    try (RegularFile file = place.read(FILE)) {
      return new String(file.readAll(1 << 10), StandardCharsets.UTF_8);
    }
  }

  @Test
  @DisplayName("J-11 what btrfs and loop devices take is as the C headers say")
  void isAsTheHeadersSay() throws Exception {
    Map<String, Number> expected = new LinkedHashMap<>();
    expected.put("sizeof (struct loop_config)", LoopDevice.CONFIG_SIZE);
    expected.put("offsetof (struct loop_config, info.lo_flags)", LoopDevice.CONFIG_FLAGS);
    expected.put("(long) LOOP_CONFIGURE", LoopDevice.LOOP_CONFIGURE);
    expected.put("(long) LOOP_CTL_GET_FREE", LoopDevice.LOOP_CTL_GET_FREE);
    expected.put("(long) LOOP_SET_CAPACITY", LoopDevice.LOOP_SET_CAPACITY);
    expected.put("(long) LO_FLAGS_AUTOCLEAR", LoopDevice.LO_FLAGS_AUTOCLEAR);
    expected.put("(long) LO_FLAGS_DIRECT_IO", LoopDevice.LO_FLAGS_DIRECT_IO);
    expected.put("BTRFS_IOC_SUBVOL_CREATE_V2", Subvolume.CREATE);
    expected.put("BTRFS_IOC_SNAP_CREATE_V2", Subvolume.SNAPSHOT);
    expected.put("BTRFS_IOC_SNAP_DESTROY_V2", Subvolume.DESTROY);
    expected.put("BTRFS_IOC_GET_SUBVOL_INFO", Subvolume.GET_INFO);
    expected.put("BTRFS_IOC_SUBVOL_GETFLAGS", Subvolume.GET_FLAGS);
    expected.put("BTRFS_IOC_SUBVOL_SETFLAGS", Subvolume.SET_FLAGS);
    expected.put("(long) BTRFS_SUBVOL_RDONLY", Subvolume.READ_ONLY);
    expected.put("BTRFS_IOC_SET_RECEIVED_SUBVOL", Subvolume.SET_RECEIVED);
    expected.put(
        "offsetof (struct btrfs_ioctl_get_subvol_info_args, generation)",
        Subvolume.INFO_GENERATION);
    expected.put("offsetof (struct btrfs_ioctl_get_subvol_info_args, flags)", Subvolume.INFO_FLAGS);
    expected.put("offsetof (struct btrfs_ioctl_get_subvol_info_args, uuid)", Subvolume.INFO_UUID);
    expected.put(
        "offsetof (struct btrfs_ioctl_get_subvol_info_args, parent_uuid)",
        Subvolume.INFO_PARENT_UUID);
    expected.put(
        "offsetof (struct btrfs_ioctl_get_subvol_info_args, received_uuid)",
        Subvolume.INFO_RECEIVED_UUID);
    expected.put(
        "offsetof (struct btrfs_ioctl_get_subvol_info_args, otime)", Subvolume.INFO_CREATED);
    expected.put("BTRFS_IOC_QGROUP_CREATE", Quota.GROUP);
    expected.put("BTRFS_IOC_QGROUP_ASSIGN", Quota.ASSIGN);
    expected.put("(long) BTRFS_QGROUP_STATUS_KEY", Quota.STATUS_KEY);
    expected.put("(long) BTRFS_QGROUP_LEVEL_SHIFT", Quota.LEVEL);
    expected.put("BTRFS_IOC_SCRUB", Btrfs.SCRUB);
    expected.put("offsetof (struct btrfs_ioctl_scrub_args, progress)", Btrfs.SCRUB_PROGRESS);
    expected.put("offsetof (struct btrfs_scrub_progress, read_errors)", Scrub.READ_ERRORS);
    expected.put(
        "offsetof (struct btrfs_scrub_progress, corrected_errors)", Scrub.CORRECTED_ERRORS);
    expected.put("BTRFS_IOC_FS_INFO", Btrfs.FS_INFO);
    expected.put("offsetof (struct btrfs_ioctl_fs_info_args, fsid)", Btrfs.FS_INFO_FSID);
    expected.put("offsetof (struct btrfs_ioctl_vol_args_v2, flags)", Subvolume.ARGUMENTS_FLAGS);
    expected.put("offsetof (struct btrfs_ioctl_vol_args_v2, name)", Subvolume.ARGUMENTS_NAME);
    expected.put("BTRFS_IOC_QUOTA_CTL", Quota.CONTROL);
    expected.put("BTRFS_IOC_QGROUP_LIMIT", Quota.LIMIT);
    expected.put("BTRFS_IOC_TREE_SEARCH_V2", Quota.SEARCH);
    expected.put("(long) BTRFS_QGROUP_LIMIT_MAX_RFER", Quota.LIMITS_REFERENCED);
    expected.put("offsetof (struct btrfs_ioctl_qgroup_limit_args, lim.flags)", Quota.LIMIT_FLAGS);
    expected.put(
        "offsetof (struct btrfs_ioctl_qgroup_limit_args, lim.max_rfer)", Quota.LIMIT_REFERENCED);
    expected.put("(long) BTRFS_QUOTA_TREE_OBJECTID", Quota.TREE);
    expected.put("(long) BTRFS_QGROUP_INFO_KEY", Quota.INFO_KEY);
    expected.put("BTRFS_IOC_SYNC", Btrfs.SYNC);
    expected.put("BTRFS_IOC_RESIZE", Btrfs.RESIZE);
    expected.put("BTRFS_IOC_SEND", Btrfs.SEND);
    expected.put("offsetof (struct btrfs_ioctl_send_args, parent_root)", Btrfs.SEND_PARENT);
    expected.put("BTRFS_IOC_SNAP_CREATE", SeccompProfile.SUBVOLUMES.get(0));
    expected.put("BTRFS_IOC_SUBVOL_CREATE", SeccompProfile.SUBVOLUMES.get(1));
    expected.put("FITRIM", Btrfs.FITRIM);
    expected.put("FICLONE", RegularFile.FICLONE);
    StringBuilder source =
        new StringBuilder(
            """
            #include <stdio.h>
            #include <stddef.h>
            #include <linux/btrfs.h>
            #include <linux/btrfs_tree.h>
            #include <linux/fs.h>
            #include <linux/loop.h>
            int main(void) {
            """);
    expected
        .keySet()
        .forEach(
            each ->
                source.append(
                    "printf(\"%%lld %s\\n\", (long long) (%s));\n".formatted(each, each)));
    String printed = Gcc.run(Gcc.compile(folder, source.append("return 0; }\n").toString()));
    Map<String, Number> seen = new LinkedHashMap<>();
    printed
        .lines()
        .forEach(
            line -> {
              int space = line.indexOf(' ');
              seen.put(line.substring(space + 1), Long.parseLong(line.substring(0, space)));
            });
    expected.replaceAll((name, value) -> value.longValue());
    assertEquals(expected, seen);
  }
}
