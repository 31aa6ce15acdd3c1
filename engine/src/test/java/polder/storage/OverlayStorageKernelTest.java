package polder.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.model.Brand;
import polder.model.Fault;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

@Tag("kernel")
class OverlayStorageKernelTest {
  private static final UUID ZONE = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b10");

  @TempDir private Path folder;

  private Path place() {
    return folder.resolve("state/zones");
  }

  @Test
  void aDatasetIsATreeOrAnOverlayAndSaysWhich() {
    UUID other = UUID.randomUUID();
    List<Path> layers = List.of(folder.resolve("a"), folder.resolve("b"));
    Root tree;
    Root overlay;
    try (OverlayStorage storage = OverlayStorage.open(place())) {
      tree = storage.create(ZONE, List.of());
      overlay = storage.create(other, layers);
      assertEquals(tree, storage.create(ZONE, List.of()));
    }
    try (OverlayStorage storage = OverlayStorage.open(place())) {
      assertEquals(Optional.of(tree), storage.find(ZONE));
      assertEquals(Optional.of(overlay), storage.find(other));
      assertEquals(2, storage.list().size());
      assertTrue(storage.list().containsAll(List.of(ZONE, other)));
    }
    assertEquals(new Root.Tree(place().resolve(ZONE + "/root")), tree);
    assertTrue(overlay instanceof Root.Overlay o && o.layers().equals(layers));
  }

  @Test
  void destroyingTakesAllAndCanBeRepeated() throws IOException {
    try (OverlayStorage storage = OverlayStorage.open(place())) {
      Root.Tree tree = (Root.Tree) storage.create(ZONE, List.of());
      Path deep = Files.createDirectories(tree.directory().resolve("a/b/c"));
      Path outside = Files.writeString(folder.resolve("outside"), "kept");
      Files.createSymbolicLink(deep.resolve("link"), outside);
      Files.write(deep.resolve("file"), new byte[100_000]);
      assertTrue(storage.used(ZONE) >= 100_000);

      storage.destroy(ZONE);
      storage.destroy(ZONE);

      assertEquals(Optional.empty(), storage.find(ZONE));
      assertEquals(0, storage.used(ZONE));
      assertEquals(List.of(), storage.list());
      assertEquals(List.of(), storage.stuck());
      assertTrue(Files.exists(outside));
    }
    try (var list = Files.list(place())) {
      assertEquals(0, list.count());
    }
  }

  @Test
  @DisplayName("R-CRASH-02 what a crash left half made or half gone is swept")
  void leftoversAreSwept() throws IOException {
    Files.createDirectories(place().resolve("making-" + ZONE + "/upper"));
    Files.createDirectories(place().resolve("gone-1/root/x"));
    try (OverlayStorage storage = OverlayStorage.open(place())) {
      assertEquals(List.of(), storage.list());
      assertEquals(Optional.empty(), storage.find(ZONE));
    }
    try (var list = Files.list(place())) {
      assertEquals(0, list.count());
    }
  }

  @Test
  @DisplayName("S-DIR-01 nobody but root gets in")
  void theDirectoryIsClosed() throws IOException {
    OverlayStorage.open(place()).close();
    assertEquals(0700, (int) Files.getAttribute(place(), "unix:mode") & 0777);
  }

  @Test
  void aQuotaIsRefusedWithTheReason() {
    try (OverlayStorage storage = OverlayStorage.open(place())) {
      ZoneSpec spec = ZoneSpec.of(Brand.NATIVE);
      assertEquals(List.of(), storage.verify(spec));
      List<Fault> faults = storage.verify(spec.with(ZoneProperties.QUOTA, 10L));
      assertEquals("quota", faults.getFirst().path());
      assertFalse(faults.getFirst().message().isEmpty());
    }
  }
}
