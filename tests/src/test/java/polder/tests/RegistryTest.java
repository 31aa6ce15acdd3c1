package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Fixtures;
import polder.tests.harness.LocalRegistry;
import polder.tests.harness.TestHost;

/** Images from a registry, as their user sees it: pull, run, pull again. */
@Tag("kernel")
class RegistryTest {
  private static LocalRegistry registry;
  private static TestHost host;

  @BeforeAll
  static void make() {
    registry = LocalRegistry.open();
    Path base = Fixtures.busybox();
    Path motd = registry.layer("motd", "mkdir etc srv; echo first >etc/motd; echo x >srv/old");
    Path second =
        registry.layer("second", "mkdir etc srv; echo second >etc/motd; touch srv/.wh.old");
    List<String> config =
        List.of(
            "--config.entrypoint=cat",
            "--config.cmd=/etc/motd",
            "--config.env=COLOUR=blue",
            "--config.workingdir=/srv",
            "--config.user=1000");
    registry.publish("app:1", config, base, motd);
    registry.publish("app:2", config, base, motd, second);
    host = new TestHost();
  }

  @AfterAll
  static void close() {
    try {
      host.close();
    } finally {
      registry.close();
    }
  }

  private static String image(String name) {
    return registry.address() + "/" + name;
  }

  @Test
  @DisplayName("an image is pulled and run as its author meant it, its shared layers fetched once")
  void pullsAndRuns() {
    int before = registry.asked(0).size();
    String uuid = host.polder("image", "pull", image("app:1")).ok().text();
    assertEquals(3, registry.blobsAsked(before).size(), "a configuration and two layers");
    assertEquals(uuid, host.json("image", "get", image("app:1")).get("uuid"));

    assertEquals("first", host.polder("run", "--rm", image("app:1")).ok().text());
    String look = "echo $COLOUR $(pwd) $(id -u) $(ls)";
    assertEquals(
        "blue /srv 1000 old",
        host.polder("run", "--rm", "--entrypoint", "sh", image("app:1"), "-c", look).ok().text());

    before = registry.asked(0).size();
    assertEquals(uuid, host.polder("image", "pull", image("app:1")).ok().text());
    assertEquals(List.of(), registry.blobsAsked(before), "all of it is here");

    CommandResult second = host.polder("run", "--rm", image("app:2")).ok();
    assertEquals("second", second.text());
    assertTrue(second.err().contains("pulling"), second.err());
    assertEquals(2, registry.blobsAsked(before).size(), "a configuration and one layer");
    assertEquals(
        "blue /srv 1000",
        host.polder("run", "--rm", "--entrypoint", "sh", image("app:2"), "-c", look).ok().text());
    host.polder("run", "--rm", "--pull", "never", image("app:3")).code(125);
    assertTrue(host.polder("image", "pull", image("app:3")).code(1).err().contains("no such"));
  }

  @Test
  @DisplayName("an index leads to the image of this machine, Docker's own formats are read")
  void readsIndexesAndDockersFormats() {
    registry.copy("oci:" + registry.images() + ":app-1", "old:1", "--format", "v2s2");
    assertEquals("first", host.polder("run", "--rm", image("old:1")).ok().text());

    String manifest = registry.manifest("app", "1");
    String type = "application/vnd.oci.image.manifest.v1+json";
    String arch = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    String index =
        """
        {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
          {"mediaType": "%s", "digest": "%s", "size": %d,
           "platform": {"os": "linux", "architecture": "%s"}}]}
        """;
    String digest = "sha256:" + sha256(manifest);
    registry.put(
        "app",
        "many",
        "application/vnd.oci.image.index.v1+json",
        index.formatted(type, digest, manifest.length(), arch));
    registry.put(
        "app",
        "foreign",
        "application/vnd.oci.image.index.v1+json",
        index.formatted(type, digest, manifest.length(), "s390x"));
    assertEquals("first", host.polder("run", "--rm", image("app:many")).ok().text());
    assertTrue(host.polder("image", "pull", image("app:foreign")).code(1).err().contains("s390x"));
    assertEquals("first", host.polder("run", "--rm", image("app@" + digest)).ok().text());
    host.polder("image", "pull", image("app@sha256:" + "0".repeat(64))).code(1);
  }

  private static String sha256(String text) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }

  @Test
  @DisplayName("a registry that wants to know who asks is told what is in auth.json")
  void tellsWhoAsks() throws IOException {
    try (LocalRegistry closed = LocalRegistry.withPassword()) {
      closed.publish("app:1", List.of("--config.cmd=true"), Fixtures.busybox());
      String image = closed.address() + "/app:1";
      assertTrue(host.polder("image", "pull", image).code(1).err().contains("log in"));

      String who = LocalRegistry.USER + ":" + LocalRegistry.PASSWORD;
      String auth = Base64.getEncoder().encodeToString(who.getBytes(StandardCharsets.UTF_8));
      Path file = host.home().resolve("etc/auth.json");
      Files.createDirectories(file.getParent());
      Map<String, Object> entry = Map.of(closed.address(), Map.of("auth", auth));
      Files.writeString(file, Json.write(Map.of("auths", entry)));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      host.polder("run", "--rm", image).ok();
      String told =
          host.polder("events").ok().out() + host.polder("image", "list", "-j").ok().out();
      assertFalse(told.contains(auth) || told.contains(LocalRegistry.PASSWORD));
    }
  }

  @Test
  @DisplayName("a pull whose daemon is killed leaves no image; what was fetched whole is kept")
  void goesOnAfterADeath() throws Exception {
    Path large = registry.layer("large", "head -c 60000000 /dev/urandom >large");
    Path small = registry.layer("small", "echo small >small");
    registry.publish("big:1", List.of("--config.cmd=true"), small, large, Fixtures.busybox());
    Path layers = host.home().resolve("state/images/layers");
    int had = count(layers);
    Process pull = host.start("image", "pull", image("big:1"));
    TestHost.eventually("a layer has come", () -> count(layers) > had);
    host.killDaemon();
    assertNotEquals(0, pull.waitFor());
    assertFalse(host.polder("image", "list").ok().out().contains("big"));
    assertEquals(0, count(host.home().resolve("state/images/unfinished")));
    int came = count(layers) - had;

    int before = registry.asked(0).size();
    assertEquals("", host.polder("run", "--rm", image("big:1")).ok().out());
    int asked = registry.blobsAsked(before).size();
    assertTrue(came >= 1 && asked <= 4 - came, came + " layers had come, asked for " + asked);
    host.polder("image", "delete", image("big:1")).ok();
    assertTrue(count(layers) <= had + 1, "its layers are gone, but for busybox");
  }

  private static int count(Path directory) {
    try (var all = Files.list(directory)) {
      return (int) all.count();
    } catch (IOException e) {
      return 0;
    }
  }
}
