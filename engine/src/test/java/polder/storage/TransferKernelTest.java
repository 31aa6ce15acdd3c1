package polder.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Directory;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.storage.stream.SentTree;

/** Datasets that are sent and received, within a driver and between the two. */
@Tag("kernel")
class TransferKernelTest {
  private static final UUID ZONE = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b10");
  private static final UUID COPY = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b11");
  private static final Origin NOTHING = new Origin.Nothing();

  @TempDir Path temp;
  private TestBtrfs disk;
  private BtrfsStorage btrfs;
  private OverlayStorage overlay;
  private List<Path> layers = List.of();

  @BeforeEach
  void open() throws Exception {
    disk = TestBtrfs.make(temp, 256L << 20).withQuotas();
    btrfs = BtrfsStorage.open(disk.mount(), operation -> step -> {});
    overlay = OverlayStorage.open(temp.resolve("overlay"));
    Path lower = Files.createDirectories(temp.resolve("layers/1"));
    Files.writeString(lower.resolve("from-image"), "image");
    Files.writeString(Files.createDirectories(lower.resolve("etc")).resolve("motd"), "hello");
    Path upper = Files.createDirectories(temp.resolve("layers/2"));
    Files.writeString(upper.resolve("second-layer"), "2");
    layers = List.of(lower, upper);
  }

  @AfterEach
  void shut() {
    btrfs.close();
    overlay.close();
    disk.close();
  }

  private static void in(Storage storage, UUID zone, Consumer<Directory> work) {
    try (Directory root = StoppedRoot.open(storage.find(zone).orElseThrow())) {
      work.accept(root);
    }
  }

  private static List<String> seen(Storage storage, UUID zone) {
    List<String> lines = new ArrayList<>();
    in(storage, zone, root -> lines.addAll(SentTree.of(root)));
    return lines;
  }

  private static byte[] send(Storage storage, UUID zone, String snapshot, Origin origin)
      throws IOException {
    var out = new ByteArrayOutputStream();
    storage.send(zone, snapshot, origin, out);
    return out.toByteArray();
  }

  private static UUID id(Storage storage, UUID zone, String snapshot) {
    return storage.snapshots(zone).stream()
        .filter(each -> each.name().equals(snapshot))
        .findFirst()
        .orElseThrow()
        .id();
  }

  private static void receive(
      Storage storage, UUID zone, Origin origin, String name, UUID id, byte[] stream)
      throws IOException {
    try (Reception reception = storage.receive(zone)) {
      reception.take(origin, name, id, new ByteArrayInputStream(stream));
      reception.finish();
    }
  }

  /** All that is in the storages' directories, by name. */
  private List<String> left() throws IOException {
    try (var overlays = Files.list(temp.resolve("overlay"));
        var subvolumes = Files.list(disk.mount().resolve("zones"))) {
      List<String> all = new ArrayList<>();
      overlays.forEach(path -> all.add("overlay " + path.getFileName()));
      subvolumes.forEach(path -> all.add("btrfs " + path.getFileName()));
      all.removeIf(name -> name.contains("gone"));
      all.sort(null);
      return all;
    }
  }

  private void roundTrip(Storage from, Storage to, List<Path> image) throws Exception {
    from.create(ZONE, image);
    in(from, ZONE, SampleTree::fill);
    from.snapshot(ZONE, "first");
    List<String> first = seen(from, ZONE);
    receive(
        to, COPY, NOTHING, "first", id(from, ZONE, "first"), send(from, ZONE, "first", NOTHING));
    assertEquals(text(first), text(seen(to, COPY)), "all of it");
    assertEquals(id(from, ZONE, "first"), id(to, COPY, "first"));
    assertTrue(to.isAt(COPY, "first"));

    in(from, ZONE, SampleTree::change);
    assertFalse(from.isAt(ZONE, "first"));
    from.snapshot(ZONE, "second");
    List<String> second = seen(from, ZONE);
    assertNotEquals(first, second);
    Origin since = new Origin.Snapshot("first");
    byte[] change = send(from, ZONE, "second", since);
    receive(to, COPY, since, "second", id(from, ZONE, "second"), change);
    assertEquals(withoutHoles(second), withoutHoles(seen(to, COPY)), "what has changed");
    assertEquals(
        List.of("first", "second"), to.snapshots(COPY).stream().map(StoredSnapshot::name).toList());
    to.rollback(COPY, "first");
    assertEquals(text(first), text(seen(to, COPY)), "the one before is as it was");
  }

  @Test
  void aDifferenceKeepsTheTimesOfDirectoriesThatItOnlyPassesThrough() throws Exception {
    int pair = 0;
    for (Storage from : List.of(overlay, btrfs)) {
      for (Storage to : List.of(overlay, btrfs)) {
        UUID zone = new UUID(1, ++pair);
        UUID copy = new UUID(2, pair);
        from.create(zone, List.of());
        in(from, zone, SampleTree::fill);
        from.snapshot(zone, "first");
        byte[] first = send(from, zone, "first", NOTHING);
        receive(to, copy, NOTHING, "first", id(from, zone, "first"), first);
        in(from, zone, SampleTree::changeDeep);
        from.snapshot(zone, "second");
        Origin since = new Origin.Snapshot("first");
        byte[] second = send(from, zone, "second", since);
        receive(to, copy, since, "second", id(from, zone, "second"), second);
        assertEquals(
            withoutHoles(seen(from, zone)), withoutHoles(seen(to, copy)), from + " to " + to);
      }
    }
  }

  @Test
  void allOfATreeOfManyDirectoriesHasItsTimes() throws Exception {
    for (Storage to : List.of(overlay, btrfs)) {
      btrfs.create(ZONE, List.of());
      in(
          btrfs,
          ZONE,
          root -> {
            for (int i = 0; i < 300; i++) { // more than the kernel puts off telling the times of
              try (Directory below = root.ensureDirectory(SampleTree.name("d" + i), 0755)) {
                SampleTree.write(below, "first", "1");
              }
            }
            SampleTree.old(root);
          });
      btrfs.snapshot(ZONE, "first");
      receive(
          to,
          COPY,
          NOTHING,
          "first",
          id(btrfs, ZONE, "first"),
          send(btrfs, ZONE, "first", NOTHING));
      assertEquals(text(seen(btrfs, ZONE)), text(seen(to, COPY)));
      btrfs.destroy(ZONE);
      to.destroy(COPY);
    }
  }

  /** Lines, since a difference is to be read by people. */
  private static String text(List<String> lines) {
    return String.join("\n", lines);
  }

  /** A change tells no holes: where they are may differ after one. */
  private static String withoutHoles(List<String> lines) {
    return text(lines.stream().map(line -> line.replaceAll(" holes .*", "")).toList());
  }

  @Test
  void fromOverlayToOverlay() throws Exception {
    roundTrip(overlay, overlay, layers);
  }

  @Test
  void fromOverlayToBtrfs() throws Exception {
    roundTrip(overlay, btrfs, List.of());
  }

  @Test
  void fromBtrfsToOverlay() throws Exception {
    roundTrip(btrfs, overlay, layers);
  }

  @Test
  void fromBtrfsToBtrfs() throws Exception {
    roundTrip(btrfs, btrfs, List.of());
  }

  @Test
  void whatBothHaveOfAnImageIsNotSent() throws Exception {
    Origin image = new Origin.Image(layers);
    for (Storage from : List.of(overlay, btrfs)) {
      for (Storage to : List.of(overlay, btrfs)) {
        from.create(ZONE, layers);
        in(from, ZONE, root -> SampleTree.write(root, "own", "file"));
        in(from, ZONE, root -> root.remove(SampleTree.name("from-image")));
        from.snapshot(ZONE, "s");
        byte[] stream = send(from, ZONE, "s", image);
        assertTrue(stream.length < 2000, stream.length + " bytes");
        receive(to, COPY, image, "s", id(from, ZONE, "s"), stream);
        assertEquals(text(seen(from, ZONE)), text(seen(to, COPY)));
        from.destroy(ZONE);
        to.destroy(COPY);
      }
    }
  }

  @Test
  void aCopyIsSentOnAndBack() throws Exception {
    roundTrip(overlay, btrfs, List.of());
    Origin first = new Origin.Snapshot("first");
    in(btrfs, COPY, root -> SampleTree.write(root, "written-there", "by the copy"));
    btrfs.snapshot(COPY, "third");
    UUID third = id(btrfs, COPY, "third");
    byte[] back = send(btrfs, COPY, "third", first);
    receive(overlay, ZONE, first, "third", third, back);
    assertEquals(withoutHoles(seen(btrfs, COPY)), withoutHoles(seen(overlay, ZONE)));
  }

  @Test
  void aDatasetComesWithSeveralSnapshotsOrNotAtAll() throws Exception {
    for (Storage storage : List.of(overlay, btrfs)) {
      storage.create(ZONE, List.of());
      in(storage, ZONE, SampleTree::fill);
      storage.snapshot(ZONE, "a");
      in(storage, ZONE, SampleTree::change);
      storage.snapshot(ZONE, "b");
      byte[] first = send(storage, ZONE, "a", NOTHING);
      byte[] second = send(storage, ZONE, "b", new Origin.Snapshot("a"));
      List<String> before = left();
      try (Reception reception = storage.receive(COPY)) {
        reception.take(NOTHING, "a", id(storage, ZONE, "a"), new ByteArrayInputStream(first));
        assertTrue(storage.find(COPY).isEmpty(), "nothing is seen yet");
      }
      assertEquals(before, left(), "nothing is left");
      try (Reception reception = storage.receive(COPY)) {
        reception.take(NOTHING, "a", id(storage, ZONE, "a"), new ByteArrayInputStream(first));
        reception.take(
            new Origin.Snapshot("a"),
            "b",
            id(storage, ZONE, "b"),
            new ByteArrayInputStream(second));
        reception.finish();
      }
      assertEquals(withoutHoles(seen(storage, ZONE)), withoutHoles(seen(storage, COPY)));
      assertEquals(2, storage.snapshots(COPY).size());
      storage.destroy(ZONE);
      storage.destroy(COPY);
    }
  }

  @Test
  @DisplayName("S-API-10 a stream that is cut off or changed is refused or whole")
  void aDamagedStreamLeavesNothing() throws Exception {
    overlay.create(ZONE, List.of());
    in(overlay, ZONE, SampleTree::fill);
    overlay.snapshot(ZONE, "s");
    UUID id = id(overlay, ZONE, "s");
    byte[] whole = send(overlay, ZONE, "s", NOTHING);
    List<String> before = left();
    for (int cut : new int[] {0, 5, 17, 100, whole.length / 2, whole.length - 1}) {
      assertThrows(
          EOFException.class,
          () -> receive(btrfs, COPY, NOTHING, "s", id, Arrays.copyOf(whole, cut)));
      assertEquals(before, left());
    }
    Random random = new Random(41);
    for (int i = 0; i < 40; i++) {
      byte[] changed = whole.clone();
      int at = random.nextInt(Math.min(whole.length, 20_000));
      changed[at] ^= (byte) (1 << random.nextInt(8));
      Exception refused =
          assertThrows(
              Exception.class,
              () -> receive(i(random) ? btrfs : overlay, COPY, NOTHING, "s", id, changed));
      assertTrue(
          refused instanceof PolderException || refused instanceof EOFException,
          refused.toString());
      assertEquals(before, left());
    }
  }

  private static boolean i(Random random) {
    return random.nextBoolean();
  }

  @Test
  @DisplayName("R-DISK-03 a pool that becomes full while a dataset is received keeps nothing of it")
  void aFullPoolKeepsNothing() throws Exception {
    fillUp(disk.mount());
    overlay.create(ZONE, List.of());
    byte[] noise = new byte[1 << 20];
    new Random(7).nextBytes(noise);
    in(
        overlay,
        ZONE,
        root -> {
          try (var file = root.create(SampleTree.name("large"), 0600)) {
            for (int i = 0; i < 80; i++) {
              noise[i] ^= 1;
              file.write(noise, 0, noise.length);
            }
          }
        });
    overlay.snapshot(ZONE, "s");
    List<String> before = left();
    byte[] stream = send(overlay, ZONE, "s", NOTHING);
    PolderException full =
        assertThrows(
            PolderException.class,
            () -> receive(btrfs, COPY, NOTHING, "s", id(overlay, ZONE, "s"), stream));
    assertEquals(ErrorKind.NO_ROOM, full.kind(), full.getMessage());
    assertEquals(before, left());
  }

  /** Leaves some 30 MiB. */
  private static void fillUp(Path place) {
    try (Directory top = Directory.open(place)) {
      int files = 0;
      try {
        while (true) {
          try (var file = top.create(SampleTree.name("full-" + files), 0600)) {
            files++;
            file.allocate(0, 10 << 20);
            file.sync();
          }
        }
      } catch (SyscallException e) {
        for (int i = 1; i <= 4; i++) {
          top.remove(SampleTree.name("full-" + (files - i)));
        }
      }
      polder.linux.Btrfs.sync(top.fd());
    }
  }

  @Test
  void theKernelsOwnToolsUnderstandWhatIsSent() throws Exception {
    overlay.create(ZONE, layers);
    in(overlay, ZONE, SampleTree::fill);
    overlay.snapshot(ZONE, "s");
    Path stream = temp.resolve("stream");
    Files.write(stream, send(overlay, ZONE, "s", NOTHING));
    Process dump =
        new ProcessBuilder("btrfs", "receive", "--dump", "-f", stream.toString())
            .redirectErrorStream(true)
            .start();
    String told =
        new String(dump.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertTrue(dump.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, dump.exitValue(), told);
    assertTrue(told.contains("mkfile") && told.contains("set_xattr"), told);
    Path place = Files.createDirectory(disk.mount().resolve("by-the-tool"));
    Process receive =
        new ProcessBuilder("btrfs", "receive", "-f", stream.toString(), place.toString())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(
            receive.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(0, receive.waitFor(), said);
    try (Directory received = Directory.open(place.resolve("root"))) {
      assertEquals(text(seen(overlay, ZONE)), text(SentTree.of(received)));
    } catch (SyscallException e) {
      throw new AssertionError(said, e);
    }
  }
}
