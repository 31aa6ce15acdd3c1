package polder.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.RegularFile;
import polder.linux.Subvolume;
import polder.linux.SyscallException;

@Tag("kernel")
class BtrfsContractKernelTest extends StorageContract {
  private static final int MIB = 1 << 20;

  private @Nullable TestBtrfs disk;

  @Override
  String place() {
    return mounted().toString();
  }

  private Path mounted() {
    try {
      if (disk == null) {
        disk = TestBtrfs.make(temp, 256L << 20).withQuotas();
      }
      return disk.mount();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  Storage open(Function<String, Consumer<String>> failpoints) {
    return BtrfsStorage.open(mounted(), failpoints);
  }

  @Override
  void shut(Storage storage) {
    ((BtrfsStorage) storage).close();
  }

  @AfterEach
  void unmount() {
    if (disk != null) {
      disk.close();
    }
  }

  private BtrfsStorage open() {
    return BtrfsStorage.open(mounted(), operation -> step -> {});
  }

  private static long fill(Path root, String name, int most) {
    byte[] piece = new byte[64 << 10];
    long written = 0;
    try (Directory directory = Directory.open(root);
        RegularFile file = directory.openOrCreate(FileName.of(name), 0600)) {
      while (written < most) {
        file.write(written, piece, 0, piece.length);
        file.sync();
        written += piece.length;
      }
      return written;
    } catch (SyscallException e) {
      assertEquals(Errno.EDQUOT, e.errno(), e.getMessage());
      return written;
    }
  }

  private static Path tree(Root root) {
    return ((Root.Tree) root).directory();
  }

  @Test
  @DisplayName("R-DISK-02 a zone that fills its dataset is stopped within 1 MiB of its quota")
  void aQuotaHolds() throws IOException {
    Files.write(temp.resolve("layers/1/big"), new byte[20 * MIB]);
    try (BtrfsStorage storage = open()) {
      UUID zone = UUID.randomUUID();
      UUID neighbour = UUID.randomUUID();
      Path root = tree(storage.create(zone, List.of(temp.resolve("layers/1"))));
      Path other = tree(storage.create(neighbour, List.of(temp.resolve("layers/1"))));
      storage.quota(zone, 16 * MIB);
      long first = fill(root, "a", 64 * MIB);
      assertTrue(first > 15 * MIB && first <= 16 * MIB, first + " bytes, what the image has apart");
      assertEquals(8L * MIB, fill(other, "a", 8 * MIB), "a neighbour writes on");

      storage.quota(zone, 24 * MIB);
      long more = fill(root, "b", 64 * MIB);
      assertTrue(first + more > 23 * MIB && first + more <= 24 * MIB, more + " bytes more");

      storage.snapshot(zone, "s");
      storage.quota(zone, 32 * MIB);
      Files.delete(root.resolve("b"));
      storage.rollback(zone, "s");
      storage.sync();
      assertTrue(storage.used(zone) > 23 * MIB, "a rollback forgives nothing");
      long after = fill(root, "c", 64 * MIB);
      assertTrue(
          first + more + after > 31 * MIB && first + more + after <= 32 * MIB,
          after + " bytes after a rollback");
      storage.quota(zone, 0);
      assertEquals(4L * MIB, fill(root, "d", 4 * MIB), "without a quota");
    }
  }

  @Test
  @DisplayName("R-DISK-02 what a zone puts into a subvolume of its own is counted")
  void aSubvolumeInsideIsCounted() {
    try (BtrfsStorage storage = open()) {
      UUID zone = UUID.randomUUID();
      Path root = tree(storage.create(zone, List.of()));
      storage.quota(zone, 8 * MIB);
      try (Directory directory = Directory.open(root)) {
        Subvolume.create(directory, FileName.of("inner"));
        Subvolume.snapshot(directory.fd(), directory, FileName.of("copy"), true);
      }
      long written = fill(root.resolve("inner"), "a", 64 * MIB);
      assertTrue(written <= 8 * MIB, written + " bytes");
      storage.destroy(zone);
      assertEquals(List.of(), storage.stuck());
      assertFalse(Files.exists(root));
    }
  }

  @Test
  void theRootIsWhatAnOverlayOfTheLayersShows() throws IOException {
    Path one = temp.resolve("layers/1");
    Path two = temp.resolve("layers/2");
    Files.writeString(Files.createDirectories(one.resolve("merged/deep")).resolve("old"), "1");
    Files.writeString(one.resolve("merged/changed"), "1");
    Files.writeString(Files.createDirectories(one.resolve("opaque")).resolve("hidden"), "1");
    Files.writeString(one.resolve("becomes-a-directory"), "1");
    Files.writeString(Files.createDirectories(one.resolve("becomes-a-file/x")).resolve("y"), "1");
    Files.writeString(one.resolve("gone"), "1");
    Files.createDirectories(one.resolve("gone-tree/a"));
    Files.writeString(Files.createDirectories(two.resolve("merged/deep")).resolve("new"), "2");
    Files.writeString(two.resolve("merged/changed"), "2");
    Files.writeString(Files.createDirectories(two.resolve("opaque")).resolve("shown"), "2");
    Files.createDirectories(two.resolve("becomes-a-directory/d"));
    Files.writeString(two.resolve("becomes-a-file"), "2");
    Files.createLink(two.resolve("merged/further"), two.resolve("becomes-a-file"));
    try (Directory layer = Directory.open(two)) {
      for (String gone : List.of("gone", "gone-tree")) {
        layer.makeDevice(FileName.of(gone), FileType.CHARACTER_DEVICE, new DeviceNumber(0, 0), 0);
      }
      try (Directory opaque = layer.enter(FileName.of("opaque"))) {
        opaque.node().xattrs().set(Bytes.of("user.overlay.opaque"), Bytes.of("y"));
        opaque.node().xattrs().set(Bytes.of("user.kept"), Bytes.of("v"));
        opaque.node().mode(01711);
        opaque.node().owner(7, 8);
      }
    }
    List<Path> layers = List.of(one, two);
    UUID zone = UUID.randomUUID();
    List<String> shown;
    try (OverlayStorage overlay = OverlayStorage.open(temp.resolve("overlay"));
        Directory root = StoppedRoot.open(overlay.create(zone, layers))) {
      shown = SeenTree.of(root);
    }
    try (BtrfsStorage storage = open();
        Directory root = StoppedRoot.open(storage.create(zone, layers))) {
      assertEquals(shown, SeenTree.of(root));
      assertTrue(root.find(FileName.of("gone")).isEmpty());
    }
  }

  @Test
  void aBaseIsMadeOnceAndCollectedWhenNobodyNeedsIt() throws IOException {
    List<Path> layers = List.of(temp.resolve("layers/1"), temp.resolve("layers/2"));
    UUID zone = UUID.randomUUID();
    Path bases = mounted().resolve("bases");
    try (BtrfsStorage storage = open()) {
      storage.create(zone, layers);
      assertEquals(4, count(bases), "two chains and their lists");
      storage.clone(zone, Optional.empty(), UUID.randomUUID());
      storage.destroy(zone);
      assertEquals(4, count(bases), "a clone has it");
      for (UUID each : storage.list()) {
        storage.destroy(each);
      }
      assertEquals(4, count(bases), "its layers are there");
      storage.create(zone, layers);
      deleteLayer("2");
      storage.destroy(zone);
      assertEquals(2, count(bases), "what needs a layer that is gone");
      deleteLayer("1");
    }
    open().close();
    assertEquals(0, count(bases));
  }

  @Test
  @DisplayName(
      "R-DISK-03 a layer that does not fit leaves nothing, and room is made of what is idle")
  void aFullPool() throws IOException {
    Path large = Files.createDirectories(temp.resolve("layers/large"));
    byte[] noise = new byte[8 * MIB];
    new java.util.Random(1).nextBytes(noise);
    for (int i = 0; i < 40; i++) {
      Files.write(large.resolve("f" + i), noise);
    }
    try (BtrfsStorage storage = open()) {
      storage.create(UUID.randomUUID(), List.of(temp.resolve("layers/2")));
      UUID zone = UUID.randomUUID();
      var refusal =
          assertThrows(
              polder.model.PolderException.class, () -> storage.create(zone, List.of(large)));
      assertEquals(polder.model.ErrorKind.NO_ROOM, refusal.kind(), refusal.getMessage());
      assertEquals(Optional.empty(), storage.find(zone));
      assertEquals(1, storage.list().size());
      assertEquals(2, count(mounted().resolve("bases")));
      assertEquals(1, count(mounted().resolve("zones")));
      for (int i = 10; i < 40; i++) {
        Files.delete(large.resolve("f" + i));
      }
      polder.linux.Btrfs.sync(Directory.open(mounted()).fd());
      storage.create(zone, List.of(large));
      assertTrue(Files.exists(tree(storage.find(zone).orElseThrow()).resolve("f9")));
    }
  }

  @Test
  void groupsOfWhatIsGoneAreTakenAway() throws IOException {
    try (BtrfsStorage storage = open();
        Directory top = Directory.open(mounted())) {
      for (int i = 0; i < 4; i++) {
        UUID zone = UUID.randomUUID();
        Path root = tree(storage.create(zone, List.of()));
        storage.quota(zone, 8 * MIB);
        fill(root, "a", MIB);
        storage.destroy(zone);
      }
      UUID last = UUID.randomUUID();
      for (int tries = 0; polder.linux.Quota.groups(top.fd()).size() > 1 && tries < 100; tries++) {
        storage.sync(); // the kernel takes away what was destroyed behind our back
        storage.create(last, List.of());
        storage.destroy(last);
      }
      assertTrue(polder.linux.Quota.groups(top.fd()).size() <= 1, "groups are left");
    }
  }

  private static long count(Path directory) throws IOException {
    try (var list = Files.list(directory)) {
      return list.count();
    }
  }

  private void deleteLayer(String name) {
    try (Directory parent = Directory.open(temp.resolve("layers"))) {
      polder.linux.Tree.delete(parent, FileName.of(name));
    }
  }
}
