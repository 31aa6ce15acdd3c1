package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.model.Image;
import polder.model.ImagePruning;
import polder.model.ImageRequest;
import polder.model.ImageUsage;
import polder.model.Progress;

@Tag("kernel")
class ImagePruneKernelTest {
  @TempDir Path temp;
  private final Set<UUID> used = new HashSet<>();

  @Test
  void whatNoNameAndNoZoneNeedsGoes() throws IOException {
    try (LocalStore store = open()) {
      Image first = take(store, forge("1"), "a");
      Image second = take(store, forge("22"), "b");
      store.tag("b", "a"); // which takes it from the first
      assertEquals("untagged", store.get(first.uuid().toString()).tag());
      assertEquals(Set.of("a:latest", "b:latest"), Set.copyOf(usage(store, second).names()));
      assertEquals(5, usage(store, first).shared());
      assertEquals(1, usage(store, first).own());
      assertEquals(2, usage(store, second).own());

      ImagePruning told = store.prune(false, true);
      assertEquals(List.of(first.uuid()), told.images().stream().map(Image::uuid).toList());
      assertEquals(1, told.layers());
      assertEquals(1, told.bytes());
      assertEquals(3, layers());
      used.add(first.uuid());
      assertEquals(
          List.of(), store.prune(true, true).images().stream().filter(first::equals).toList());
      used.clear();
      try (ImageHold _ = store.hold(first.uuid())) {
        assertEquals(List.of(), store.prune(false, false).images());
      }
      assertEquals(told, store.prune(false, false));
      assertEquals(2, layers());
      assertEquals(0, usage(store, second).shared());

      assertEquals(List.of(), store.prune(false, false).images());
      assertEquals(7, store.prune(true, false).bytes());
      assertEquals(List.of(), store.list());
      assertEquals(0, layers());
    }
  }

  @Test
  @DisplayName("R-CONC-07 no layer goes while a zone is made of an image that was found damaged")
  void aZoneOfADamagedImageKeepsItsLayers() throws IOException {
    Image image;
    List<Path> stack;
    try (LocalStore store = open()) {
      image = take(store, forge("1"), "a");
      stack = store.layers(image.uuid());
    }
    Path manifest =
        temp.resolve("images/sha256").resolve(image.digest().substring(7)).resolve("manifest.json");
    Files.writeString(manifest, "{");
    used.add(image.uuid());
    try (LocalStore store = open()) {
      assertEquals(1, store.damages().size());
      take(store, forge("22"), "b");
      store.delete("b");
      store.prune(true, false);
      assertTrue(stack.stream().allMatch(Files::isDirectory), stack.toString());
      used.clear(); // the zone was deleted
      store.prune(false, false);
      assertFalse(Files.isDirectory(stack.get(1)));
    }
  }

  private static ImageUsage usage(LocalStore store, Image image) {
    return store.usage().stream()
        .filter(one -> one.uuid().equals(image.uuid()))
        .findFirst()
        .orElseThrow();
  }

  private static Forge forge(String app) {
    return new Forge()
        .layer(new Archive().directory("etc/").file("etc/motd", "hello"))
        .layer(new Archive().file("app", app));
  }

  private static Image take(LocalStore store, Forge forge, String name) {
    return store.importTarball(
        new ByteArrayInputStream(Forge.tar(forge.layout("latest"))),
        ImageRequest.of(name),
        Progress.NONE);
  }

  private LocalStore open() {
    return LocalStore.open(temp.resolve("images"), used::contains, Limits.DEFAULT);
  }

  private long layers() throws IOException {
    try (var files = Files.list(temp.resolve("images/layers"))) {
      return files.count();
    }
  }
}
