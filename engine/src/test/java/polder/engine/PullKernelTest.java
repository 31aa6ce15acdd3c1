package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import polder.image.Limits;
import polder.image.LocalStore;
import polder.image.registry.Registries;
import polder.image.registry.Settings;
import polder.image.registry.TinyRegistry;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.PolderException;
import polder.model.Progress;

/** What comes from a registry that lies, and from one that does not. */
@Tag("kernel")
class PullKernelTest {
  @TempDir Path temp;
  private LocalStore store;
  private Pulling pulling;
  private final TinyRegistry registry = new TinyRegistry();

  @BeforeEach
  void open() {
    store = LocalStore.open(temp.resolve("images"), uuid -> false, Limits.DEFAULT);
    pulling =
        new Pulling(
            store, new Registries(() -> Settings.NONE, polder.image.registry.Credentials.NONE));
  }

  @AfterEach
  void close() {
    pulling.close();
    store.close();
    registry.close();
  }

  private static byte[] tar(String path, String content) {
    return TestTar.of(Map.of(path, content.getBytes(StandardCharsets.UTF_8)));
  }

  private Image pull(String name) {
    return pulling.pull(registry.reference(name), Progress.NONE);
  }

  private List<String> files() throws IOException {
    try (var all = Files.walk(temp.resolve("images"))) {
      return all.map(temp::relativize).map(Path::toString).sorted().toList();
    }
  }

  @Test
  void pullsTheLayersThatAreNotHere() throws IOException {
    registry.publish("1", "one", tar("base", "x"), tar("a", "y"));
    registry.publish("2", "two", tar("base", "x"), tar("b", "z"));
    registry.index("many", "2");
    Image one = pull("app:1");
    assertEquals(3, registry.blobsAsked());
    assertEquals(List.of("one"), one.config().cmd());
    Image two = pull("app:many");
    assertEquals(5, registry.blobsAsked());
    assertEquals(two.uuid(), pull("app:2").uuid());
    assertEquals(two.uuid(), pull("app@" + registry.digest("2")).uuid());
    assertEquals(5, registry.blobsAsked());

    List<Path> layers = store.layers(two.uuid());
    assertEquals("x", Files.readString(layers.get(0).resolve("base")));
    assertEquals("z", Files.readString(layers.get(1).resolve("b")));
    assertEquals(store.layers(one.uuid()).get(0), layers.get(0));

    store.delete(one.digest());
    assertEquals("x", Files.readString(layers.get(0).resolve("base")));
    store.delete(two.digest());
    assertEquals(List.of(), store.list());
    assertTrue(files().stream().noneMatch(file -> file.contains("sha256-")), files().toString());
  }

  @Test
  @DisplayName("S-IMG-11 a tag that is pulled anew moves, the image that had it stays")
  void aTagMovesWhenItIsPulled() {
    registry.publish("1", "one", tar("a", "x"));
    Image before = pull("app:1");
    registry.publish("1", "two", tar("a", "x"));
    Image after = pull("app:1");
    assertEquals(after.uuid(), store.get(registry.reference("app:1")).uuid());
    assertEquals("untagged", store.get(before.uuid().toString()).tag());
  }

  @Test
  void theSameLayerTwiceIsHereOnce() {
    byte[] same = tar("a", "x");
    registry.publish("1", "one", same, tar("b", "y"), same);
    assertEquals(2, store.layers(pull("app:1").uuid()).size());
  }

  @Test
  @DisplayName(
      "R-CONC-07 pulls and deletions of images with the same layers do not hurt each other")
  void pullsAtOnce() throws Exception {
    for (int i = 0; i < 4; i++) {
      registry.publish("t" + i, "c" + i, tar("base", "x".repeat(100_000)), tar("own", "y" + i));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String name = "app:t" + i;
        all.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 10; round++) {
                    Image image = pull(name);
                    for (Path layer : store.layers(image.uuid())) {
                      assertTrue(Files.isDirectory(layer), layer.toString());
                    }
                    store.delete(image.digest());
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertEquals(List.of(), store.list());
    assertTrue(files().stream().noneMatch(file -> file.contains("sha256-")), files().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "manifest, wrong", "manifest, longer", "manifest, shorter", "manifest, gone",
    "index, wrong", "index, longer", "index, shorter", "index, gone",
    "config, wrong", "config, longer", "config, shorter", "config, gone",
    "layer, wrong", "layer, longer", "layer, shorter", "layer, gone",
    "content, wrong", "content, longer", "content, shorter", "content, gone"
  })
  @DisplayName("S-IMG-05 what is not what its digest says is refused, and leaves nothing")
  void refusesWhatIsNotWhatItSays(String part, String how) throws IOException {
    registry.publish("1", "one", tar("a", "x".repeat(1000)), tar("b", "y".repeat(1000)));
    registry.index("many", "1");
    List<String> before = files();
    String manifest = registry.text("1");
    switch (part) {
      case "manifest" -> registry.spoil(registry.digest("1"), how);
      case "index" -> registry.spoil(registry.digest("many"), how);
      case "config" -> registry.spoil(digest(manifest, 0), how);
      case "layer" -> registry.spoil(digest(manifest, 2), how);
      default -> lieAboutContent(manifest, how);
    }
    PolderException e = assertThrows(PolderException.class, () -> pull("app:many"));
    assertTrue(
        List.of(ErrorKind.INVALID, ErrorKind.NOT_FOUND, ErrorKind.UNAVAILABLE).contains(e.kind()),
        e.toString());
    assertEquals(List.of(), store.list());
    // a layer that was right may stay for the next pull
    List<String> left = files().stream().filter(file -> !file.contains("layers/sha256-")).toList();
    assertEquals(before, left);
  }

  /** The digest with that number in a manifest. */
  private static String digest(String manifest, int which) {
    var all = java.util.regex.Pattern.compile("sha256:[0-9a-f]{64}").matcher(manifest);
    for (int i = 0; i <= which; i++) {
      assertTrue(all.find());
    }
    return all.group();
  }

  /** The configuration's digests of what is in the layers are of something else. */
  private void lieAboutContent(String manifest, String how) {
    String config =
        """
        {"architecture": "%s", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [%s]}}
        """
            .formatted(
                polder.image.oci.Platform.host().arch(),
                switch (how) {
                  case "wrong" ->
                      "\"sha256:%s\", \"sha256:%s\"".formatted("1".repeat(64), "2".repeat(64));
                  case "longer" ->
                      "\"sha256:%s\", \"sha256:%s\", \"sha256:%s\""
                          .formatted("1".repeat(64), "2".repeat(64), "3".repeat(64));
                  case "shorter" -> "\"sha256:%s\"".formatted("1".repeat(64));
                  default -> "";
                });
    String descriptor = registry.add("x/config", config.getBytes(StandardCharsets.UTF_8));
    String other = manifest.replaceFirst("\"config\": \\{[^}]*\\}", "\"config\": " + descriptor);
    registry.replace("many", other);
  }
}
