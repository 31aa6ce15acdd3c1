package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.Commands;
import polder.tests.harness.Fixtures;
import polder.tests.harness.LocalRegistry;
import polder.tests.harness.TestHost;

/** Images to others, as their user sees it: Debian's registry and skopeo take them. */
@Tag("kernel")
class ImagesGoOutTest {
  private static LocalRegistry registry;
  private static TestHost host;

  @BeforeAll
  static void make() throws IOException {
    registry = LocalRegistry.withPassword();
    Path base = Fixtures.busybox();
    Path motd = registry.layer("motd", "mkdir etc; echo first >etc/motd");
    registry.publish(
        "app:1", List.of("--config.entrypoint=cat", "--config.cmd=/etc/motd"), base, motd);
    host = new TestHost();
    host.polder("pool", "create", "fast", "--size", "256M").ok();
    String who = LocalRegistry.USER + ":" + LocalRegistry.PASSWORD;
    String auth = Base64.getEncoder().encodeToString(who.getBytes(StandardCharsets.UTF_8));
    Path file = host.home().resolve("etc/auth.json");
    Files.createDirectories(file.getParent());
    Map<String, Object> entry = Map.of(registry.address(), Map.of("auth", auth));
    Files.writeString(file, Json.write(Map.of("auths", entry)));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
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

  private static List<String> sent(int before) {
    return registry.asked(before).stream().filter(line -> line.contains("\"PATCH /v2/")).toList();
  }

  private static void skopeo(String... words) {
    List<String> all = new java.util.ArrayList<>(List.of("skopeo", "copy", "--quiet"));
    all.addAll(List.of("--insecure-policy", "--src-tls-verify=false"));
    all.addAll(List.of(words));
    Commands.run(Map.of(), new byte[0], all).ok();
  }

  @Test
  @DisplayName("what a registry has is not sent to it again, from no repository of it")
  void sendsWhatIsMissingOnly() {
    String uuid = host.polder("image", "pull", image("app:1")).ok().text();
    int before = registry.asked(0).size();
    String digest = host.polder("image", "push", image("app:1"), image("app:2")).ok().text();
    assertEquals(List.of(), sent(before));

    before = registry.asked(0).size();
    assertEquals(
        digest, host.polder("image", "push", image("app:1"), image("team/copy:1")).ok().text());
    assertEquals(1, sent(before).size(), "the configuration; layers are taken over");

    Path copy = registry.scratch().resolve("read-back");
    String creds = "--src-creds=" + LocalRegistry.USER + ":" + LocalRegistry.PASSWORD;
    skopeo(creds, "docker://" + image("team/copy@" + digest), "dir:" + copy);
    host.polder("image", "delete", image("app:1")).ok();
    assertEquals(uuid, host.polder("image", "pull", image("team/copy:1")).ok().text());
    assertEquals("first", host.polder("run", "--rm", image("team/copy:1")).ok().text());
  }

  @Test
  @DisplayName("a zone becomes an image that goes to a registry, comes back and runs, on any pool")
  void aZoneBecomesAnImage() {
    host.polder("image", "pull", image("app:1")).ok();
    for (String pool : List.of("zones", "fast")) {
      String name = "made-" + pool;
      String change = "echo second >/etc/motd; rm /bin/sleep; mkdir /opt; ln /etc/motd /opt/again";
      host.polder(
              "run",
              "--name",
              name,
              "--set",
              "zpool=" + pool,
              "--entrypoint",
              "sh",
              image("app:1"),
              "-c",
              change)
          .ok();
      String to = image(name + ":1");
      String uuid =
          host.polder("image", "create", name, "--name", to, "-e", "COLOUR=red").ok().text();
      host.polder("image", "create", name, "--name", to).code(1);
      int before = registry.asked(0).size();
      String digest = host.polder("image", "push", to).ok().text();
      assertTrue(sent(before).size() <= 2, "a layer and the configuration: " + sent(before));
      host.polder("delete", name).ok();
      host.polder("image", "delete", to).ok();
      String back = registry.address() + "/" + name + "@" + digest;
      assertEquals(uuid, host.polder("image", "pull", back).ok().text());
      String look = "cat /opt/again; ls /bin/sleep; echo $COLOUR";
      assertEquals(
          "second\nred",
          host.polder("run", "--rm", "--entrypoint", "sh", uuid, "-c", look).out().strip());
    }
  }

  @Test
  @DisplayName("a zone that writes becomes an image of one moment, or of a snapshot, and runs on")
  void aRunningZoneBecomesAnImage() {
    host.polder("image", "pull", image("app:1")).ok();
    String write =
        "n=0; while :; do n=$((n + 1)); echo $n >/x; mv /x /a; sleep .02; echo $n >/y; mv /y /b; done";
    String look = "a=$(cat /a); d=$((a - $(cat /b))); test $d = 0 -o $d = 1 && echo one; ls /later";
    for (String pool : List.of("zones", "fast")) {
      String name = "writer-" + pool;
      String in = "zpool=" + pool;
      String app = image("app:1");
      host.polder("run", "-d", "--name", name, "--set", in, "--entrypoint", "sh", app, "-c", write)
          .ok();
      host.polder("exec", name, "sh", "-c", "until test -s /b; do :; done").ok();
      host.polder("snapshot", "create", name + "@s").ok();
      host.polder("exec", name, "sh", "-c", ": >/later").ok();
      String now = host.polder("image", "create", name, "--name", "now:1").ok().text();
      String then = host.polder("image", "create", name + "@s", "--name", "then:1").ok().text();
      host.polder("image", "create", name + "@none", "--name", "none:1").code(1);
      host.polder("exec", name, "true").ok(); // it does not stand still
      assertEquals(
          "one\n/later",
          host.polder("run", "--rm", "--entrypoint", "sh", now, "-c", look).out().strip());
      assertEquals(
          "one", host.polder("run", "--rm", "--entrypoint", "sh", then, "-c", look).out().strip());
      host.polder("fsck").ok();
      host.polder("delete", "--force", name).ok();
      host.polder("image", "delete", "now:1").ok();
      host.polder("image", "delete", "then:1").ok();
    }
  }

  @Test
  @DisplayName("who may not push is told so, and nothing of who he is")
  void isTold() {
    host.polder("image", "pull", image("app:1")).ok();
    try (LocalRegistry foreign = LocalRegistry.withPassword()) {
      String to = foreign.address() + "/app:1";
      String err = host.polder("image", "push", image("app:1"), to).code(1).err();
      assertTrue(err.contains("log in"), err);
      assertFalse(err.contains(LocalRegistry.PASSWORD));
    }
    assertTrue(
        host.polder("image", "push", image("app:1"), "127.0.0.1:1/x").code(1).err().length() > 10);
    host.polder("image", "push", "nothing:1", image("app:3")).code(1);
  }

  @Test
  @DisplayName("skopeo takes what is exported to where it comes back from as the same image")
  void exportsToSkopeo() throws IOException {
    String uuid = host.polder("image", "pull", image("app:1")).ok().text();
    for (String format : List.of("oci", "docker")) {
      Path file = registry.scratch().resolve(format + ".tar");
      host.polder("image", "export", image("app:1"), "-f", format, "-o", file.toString()).ok();
      String from = format.equals("oci") ? "oci-archive:" : "docker-archive:";
      registry.copy(from + file, "exported:" + format);
      assertEquals(uuid, host.polder("image", "pull", image("exported:" + format)).ok().text());
      host.polder("image", "import", "-n", "in-" + format + ":1", file.toString()).ok();
      assertEquals(uuid, host.json("image", "get", "in-" + format + ":1").get("uuid"));
    }
    Path files = registry.scratch().resolve("files.tar.zst");
    host.polder("image", "export", uuid, "-f", "rootfs", "-c", "zstd", "-o", files.toString()).ok();
    host.polder(
            "image", "import", "-n", "files:1", "-c", "cat", "-c", "/etc/motd", files.toString())
        .ok();
    assertEquals("first", host.polder("run", "--rm", "files:1").ok().text());
    host.polder("image", "export", "nothing:1", "-o", files + ".not").code(1);
    assertFalse(Files.exists(Path.of(files + ".not")));
    assertFalse(Files.exists(Path.of(files + ".not.partial")));
  }
}
