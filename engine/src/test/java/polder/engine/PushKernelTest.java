package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.image.Limits;
import polder.image.LocalStore;
import polder.image.OutgoingImage;
import polder.image.oci.Digest;
import polder.image.registry.Credentials;
import polder.image.registry.Reference;
import polder.image.registry.Registries;
import polder.image.registry.Settings;
import polder.image.registry.TinyRegistry;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.PolderException;
import polder.model.Progress;

/** What is sent to a registry: the image that it is, and no more of it than the registry lacks. */
@Tag("kernel")
class PushKernelTest {
  @TempDir Path temp;
  private final TinyRegistry registry = new TinyRegistry();
  private final TinyRegistry other = new TinyRegistry();
  private final List<String> places = new ArrayList<>();
  private LocalStore store;
  private Pulling pulling;
  private Pushing pushing;

  @BeforeEach
  void open() {
    store = LocalStore.open(temp.resolve("images"), uuid -> false, Limits.DEFAULT);
    Registries registries = new Registries(() -> Settings.NONE, Credentials.NONE);
    pulling = new Pulling(store, registries);
    pushing = new Pushing(registries, operation -> places::add);
  }

  @AfterEach
  void close() {
    pushing.close();
    pulling.close();
    store.close();
    registry.close();
    other.close();
  }

  private static byte[] tar(String path, String content) {
    return TestTar.of(Map.of(path, content.getBytes(StandardCharsets.UTF_8)));
  }

  private Digest push(Image image, String to) {
    try (OutgoingImage outgoing = store.outgoing(image.digest())) {
      return pushing.push(outgoing, Reference.of(to), Progress.NONE);
    }
  }

  private long packed() {
    long count = places.stream().filter("pack a layer"::equals).count();
    places.clear();
    return count;
  }

  @Test
  @DisplayName("an image is the same one elsewhere; what is there is neither packed nor sent")
  void isTheSameImageElsewhere() {
    registry.publish("1", "one", tar("base", "x"), tar("a", "y"));
    Image image = pulling.pull(registry.reference("app:1"), Progress.NONE);

    push(image, registry.reference("app:again"));
    assertEquals(0, packed(), "it has them as they came");

    Digest sent = push(image, other.reference("app:1"));
    assertEquals(2, packed());
    assertEquals(sent.value(), other.digest("1"));
    assertEquals(sent, push(image, other.reference("app:2")));
    assertEquals(0, packed(), "it is known as what they went out");

    store.delete(image.digest());
    Image back = pulling.pull(other.reference("app@" + sent), Progress.NONE);
    assertEquals(image.uuid(), back.uuid());
    assertEquals(image.config(), back.config());
  }

  @Test
  @DisplayName("an image whose files were changed here is not pushed, and no tag moves")
  void damageDoesNotGoOut() throws Exception {
    registry.publish("1", "one", tar("a", "x"));
    Image image = pulling.pull(registry.reference("app:1"), Progress.NONE);
    Files.writeString(store.layers(image.uuid()).get(0).resolve("a"), "z");
    PolderException told =
        assertThrows(PolderException.class, () -> push(image, other.reference("app:1")));
    assertEquals(ErrorKind.HOST, told.kind());
    assertTrue(String.valueOf(told.getMessage()).contains("not any more what they were"));
    assertThrows(NullPointerException.class, () -> other.digest("1"));
  }

  @Test
  @DisplayName("a push goes to a tag, and ends with the host")
  void isRefused() {
    registry.publish("1", "one", tar("a", "x"));
    Image image = pulling.pull(registry.reference("app:1"), Progress.NONE);
    String digest = registry.reference("app@sha256:" + "0".repeat(64));
    PolderException told = assertThrows(PolderException.class, () -> push(image, digest));
    assertEquals(ErrorKind.INVALID, told.kind());
    pushing.close();
    assertThrows(PolderException.class, () -> push(image, registry.reference("app:2")));
  }
}
