package polder.image.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.model.ErrorKind;
import polder.model.Healthcheck;
import polder.model.Json;
import polder.model.PolderException;

class ImageDocumentTest {
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  private static final String DOCKER = "application/vnd.docker.distribution.manifest.v2+json";
  private static final String BLOB =
      "{\"mediaType\": \"x/y\", \"digest\": \"sha256:" + "a".repeat(64) + "\", \"size\": 7}";

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String manifest(String more) {
    return "{\"schemaVersion\": 2, \"config\": %s, \"layers\": [%s]%s}".formatted(BLOB, BLOB, more);
  }

  private static String index(String... platforms) {
    List<String> all = new ArrayList<>();
    for (String platform : platforms) {
      String[] words = platform.split("/", -1);
      String variant = words.length > 2 ? ", \"variant\": \"" + words[2] + "\"" : "";
      all.add(
          BLOB.replace(
                  "}",
                  ", \"platform\": {\"os\": \"%s\", \"architecture\": \"%s\"%s}}"
                      .formatted(words[0], words[1], variant))
              .replace("aaaa", "%04d".formatted(all.size())));
    }
    return "{\"schemaVersion\": 2, \"manifests\": [%s]}".formatted(String.join(", ", all));
  }

  @ParameterizedTest
  @ValueSource(strings = {MANIFEST, DOCKER, "", "application/json"})
  void readsManifests(String type) {
    ImageManifest read =
        assertInstanceOf(ImageManifest.class, ImageDocument.read(type, bytes(manifest(""))));
    assertEquals(1, read.layers().size());
    assertEquals(7, read.config().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {INDEX, DOCKER_LIST, ""})
  void readsIndexes(String type) {
    assertInstanceOf(ImageIndex.class, ImageDocument.read(type, bytes(index("linux/amd64"))));
  }

  private static void isRefused(String type, String text) {
    PolderException e =
        assertThrows(PolderException.class, () -> ImageDocument.read(type, bytes(text)), text);
    assertEquals(ErrorKind.INVALID, e.kind(), e.toString());
  }

  @Test
  @DisplayName("S-IMG-07 a document is an index or a manifest, as it says and as its sender says")
  void isOneThing() {
    isRefused(MANIFEST, manifest(", \"manifests\": []"));
    isRefused(INDEX, manifest(", \"manifests\": []"));
    isRefused("", manifest(", \"manifests\": []"));
    isRefused(INDEX, manifest(""));
    isRefused(DOCKER_LIST, manifest(""));
    isRefused(MANIFEST, index("linux/amd64"));
    isRefused(DOCKER, index("linux/amd64"));
    isRefused(MANIFEST, manifest(", \"mediaType\": \"" + DOCKER + "\""));
    isRefused(MANIFEST, manifest(", \"mediaType\": \"" + INDEX + "\""));
    isRefused("", manifest(", \"mediaType\": \"" + INDEX + "\""));
    isRefused(MANIFEST, manifest(", \"mediaType\": 7"));
    isRefused(MANIFEST, "{\"schemaVersion\": 2}");
    isRefused(MANIFEST, manifest("").replace(": 2", ": 1"));
    isRefused("application/vnd.docker.distribution.manifest.v1+prettyjws", "{\"fsLayers\": []}");
    isRefused(MANIFEST, manifest(", \"schemaVersion\": 2")); // twice
  }

  @Test
  @DisplayName("S-IMG-06 a digest that is none is refused where it is read")
  void refusesDigests() {
    for (String digest :
        List.of(
            "sha256:../x",
            "sha256:" + "A".repeat(64),
            "sha256:" + "a".repeat(63),
            "sha256:" + "a".repeat(65),
            "md5:" + "a".repeat(32),
            "")) {
      isRefused(MANIFEST, manifest("").replace("sha256:" + "a".repeat(64), digest));
    }
    isRefused(MANIFEST, manifest("").replace("\"size\": 7", "\"size\": -1"));
    isRefused(MANIFEST, manifest("").replace("\"size\": 7", "\"size\": 1e3"));
    isRefused(MANIFEST, manifest("").replace("\"size\": 7", "\"size\": 99999999999999999999"));
  }

  @Test
  @DisplayName("S-IMG-08 a manifest that is too long, or has too many layers, is refused")
  void refusesLarge() {
    isRefused(MANIFEST, manifest(" ".repeat(4 << 20)));
    isRefused(MANIFEST, manifest("").replace("[" + BLOB, "[" + (BLOB + ",").repeat(9_999) + BLOB));
    isRefused(INDEX, index("a/b").replace("[", "[" + (BLOB + ",").repeat(1_000)));
    PolderException e =
        assertThrows(
            PolderException.class, () -> Configuration.read(new byte[Configuration.LONGEST + 1]));
    assertEquals(ErrorKind.INVALID, e.kind());
  }

  private static int chosen(String host, String... platforms) {
    ImageIndex index = (ImageIndex) ImageDocument.read(INDEX, bytes(index(platforms)));
    String[] words = host.split("/", -1);
    String digits = index.choose(new Platform(words[0], words[1], "")).digest().digits();
    return Integer.parseInt(digits.substring(0, 4));
  }

  @Test
  void choosesWhatThisMachineRuns() {
    assertEquals(1, chosen("linux/amd64", "linux/s390x", "linux/amd64", "linux/amd64"));
    assertEquals(1, chosen("linux/amd64", "windows/amd64", "linux/amd64"));
    assertEquals(1, chosen("linux/amd64", "linux/amd64/v3", "linux/amd64/v1"));
    assertEquals(1, chosen("linux/arm64", "linux/arm/v7", "linux/arm64/v8"));
    assertEquals(0, chosen("linux/amd64", "linux/amd64", "unknown/unknown"));
    PolderException e =
        assertThrows(
            PolderException.class,
            () -> chosen("linux/amd64", "linux/s390x", "unknown/unknown", "linux/arm/v7"));
    assertEquals(ErrorKind.UNSUPPORTED, e.kind());
    assertTrue(e.toString().endsWith("for linux/s390x, linux/arm/v7"), e.toString());
    ImageIndex alone =
        (ImageIndex)
            ImageDocument.read(
                INDEX, bytes("{\"schemaVersion\": 2, \"manifests\": [%s]}".formatted(BLOB)));
    assertEquals(Optional.empty(), alone.choose(Platform.host()).platform());
  }

  private static Configuration config(Map<String, Object> words) {
    return Configuration.read(
        bytes(
            Json.write(
                Map.of(
                    "os", "linux", "architecture", "amd64", "config", words, "rootfs", Map.of()))));
  }

  @Test
  void readsHowAnImageIsRun() {
    var run =
        config(
                Map.of(
                    "Entrypoint", List.of("/bin/sh"),
                    "Cmd", List.of("-c", "x"),
                    "Env", List.of("A=b=c", "EMPTY=", "nothing", "=x"),
                    "WorkingDir", "srv",
                    "User", "1000:web",
                    "StopSignal", "SIGINT",
                    "Labels", Map.of("a", "b", "polder.secret", "x")))
            .run();
    assertEquals(List.of("/bin/sh"), run.entrypoint());
    assertEquals(Map.of("A", "b=c", "EMPTY", ""), run.env());
    assertEquals(Optional.of("/srv"), run.workdir());
    assertEquals(Optional.of("1000:web"), run.user());
    assertEquals(Optional.of("SIGINT"), run.stopSignal());
    assertEquals(Map.of("a", "b"), run.labels());
    assertEquals(Optional.empty(), config(Map.of("WorkingDir", "", "User", "")).run().workdir());
  }

  @Test
  @DisplayName(
      "S-IMG-09 whatever a configuration says, it is read or refused; no word of ours passes")
  void readsOrRefusesAnything() {
    Random random = new Random(7);
    Object[] odd = {
      "",
      "/",
      "..",
      "/../..",
      "a\nb",
      "\u0000",
      "A=b",
      "-1",
      "SIGKILL",
      "99999",
      "root:root:root",
      "x".repeat(70_000),
      7L,
      true,
      List.of(),
      Map.of(),
      List.of(7L, "a"),
      Map.of("a", 7L),
      List.of("A=b\nC=d"),
      List.of("polder.x=1"),
      Map.of("polder.x", "1"),
      "é\u202e",
      1e300
    };
    String[] names = {
      "Entrypoint",
      "Cmd",
      "Env",
      "WorkingDir",
      "User",
      "StopSignal",
      "Labels",
      "Volumes",
      "ExposedPorts",
      "Healthcheck",
      "ArgsEscaped"
    };
    Object[] inner = {
      Map.of("Test", List.of("CMD-SHELL", "true"), "Interval", -1L),
      Map.of("Test", List.of("CMD")),
      Map.of("Test", List.of("CMD", "a\u0000")),
      Map.of("Test", List.of("CMD-SHELL", Map.of()), "Retries", Long.MAX_VALUE),
      Map.of("Test", List.of("CMD", "true"), "Timeout", Long.MAX_VALUE, "StartPeriod", 1L),
      Map.of("/..", Map.of()),
      Map.of("/../..", Map.of(), "a/../../b", Map.of()),
      Map.of("//", Map.of(), "etc//", 7L),
      Map.of("99999/tcp", Map.of()),
      Map.of("80", Map.of(), "1-2/udp", Map.of())
    };
    int read = 0;
    for (int i = 0; i < 5_000; i++) {
      Map<String, Object> words = new java.util.HashMap<>();
      for (int j = random.nextInt(4); j >= 0; j--) {
        words.put(names[random.nextInt(names.length)], odd[random.nextInt(odd.length)]);
      }
      if (i % 2 == 0) {
        words.put(names[7 + random.nextInt(3)], inner[random.nextInt(inner.length)]);
      }
      try {
        Configuration configuration = config(words);
        read++;
        assertTrue(
            configuration.run().labels().keySet().stream().noneMatch(l -> l.startsWith("polder.")));
        assertTrue(
            configuration.run().workdir().stream()
                .allMatch(d -> d.startsWith("/") && !d.contains("..")));
        assertTrue(
            configuration.run().volumes().stream()
                .allMatch(d -> d.startsWith("/") && !d.contains("/..") && d.length() > 1));
      } catch (PolderException e) {
        assertEquals(ErrorKind.INVALID, e.kind(), words.toString());
      }
    }
    assertTrue(read > 100 && read < 4_900, read + " were read");
  }

  @Test
  void readsVolumesPortsAndHealth() {
    Map<String, Object> words = new java.util.LinkedHashMap<>();
    words.put("Volumes", Map.of("/data//", Map.of()));
    words.put("ExposedPorts", Map.of("80", Map.of()));
    words.put(
        "Healthcheck",
        Map.of(
            "Test",
            List.of("CMD-SHELL", "true\n"),
            "Interval",
            1_500_000_000L,
            "Timeout",
            0L,
            "Retries",
            5L));
    var run = config(words).run();
    assertEquals(List.of("/data"), run.volumes());
    assertEquals(List.of("80/tcp"), run.ports());
    assertEquals(
        Optional.of(
            new Healthcheck(
                List.of("/bin/sh", "-c", "true\n"),
                Duration.ofSeconds(2),
                Duration.ofSeconds(30),
                5,
                Duration.ZERO)),
        run.healthcheck());
    words.put("Shell", List.of("/bin/ash", "-ec"));
    assertEquals("/bin/ash", config(words).run().healthcheck().orElseThrow().test().get(0));
    words.put("Healthcheck", Map.of("Test", List.of("NONE")));
    assertEquals(Optional.empty(), config(words).run().healthcheck());
  }
}
