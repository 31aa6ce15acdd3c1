package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.TestHost;

/** A host's state is lost, and its disk is not. */
@Tag("kernel")
class AdoptTest {
  @Test
  @DisplayName("R-DISK-09 zones of a host that is lost start with their data, from its pool alone")
  void aDiskIsEnough() throws IOException {
    Assumptions.assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.polder("pool", "create", "fast", "--size", "512M").ok();
      host.polder("volume", "create", "data", "--pool", "fast").ok();
      String uuid = zone(host, "web");
      zone(host, "taken");
      host.polder("start", "web").ok();
      write(host, "first");
      host.polder("snapshot", "create", "web@before").ok();
      write(host, "second");
      host.polder("stop", "--force", "web").ok();

      Path disk = host.home().resolve("disk");
      host.stopDaemon();
      Files.move(host.home().resolve("state/pools/fast/disk"), disk);
      lose(host);

      assertEquals("", host.polder("list", "-q").ok().text());
      host.polder("pool", "import", disk.toString()).ok();
      assertEquals(
          Map.of("data", "adoptable", "web", "adoptable", "taken", "adoptable"),
          fates(host.polder("adopt", "fast", "--dry-run", "-j").ok()));
      assertEquals("", host.polder("list", "-q").ok().text());
      host.create(Map.of("brand", "native", "alias", "taken"));
      CommandResult first = host.polder("adopt", "fast");
      assertEquals(1, first.code());
      assertTrue(first.out().contains("the alias 'taken'"), first.out());
      assertTrue(first.out().contains("busybox:latest (not here)"), first.out());
      assertEquals(
          Map.of("data", "here", "web", "here", "taken", "refused"),
          fates(host.polder("adopt", "fast", "-j")));

      assertEquals(uuid, host.json("get", "web").get("uuid"));
      assertEquals("stopped", host.json("get", "web").get("state"));
      host.polder("start", "web").ok();
      assertEquals("second second", read(host));
      host.polder("rollback", "--force", "web@before").ok();
      assertEquals("first second", read(host));

      assertEquals(
          Map.of("other", "adopted"),
          fates(host.polder("adopt", "fast", "taken", "--name", "other", "-j").ok()));
      assertTrue(host.polder("adopt", "fast", "--name", "x").err().contains("--name OBJECT=x"));
      String image = String.valueOf(host.json("get", "web").get("image_uuid"));
      assertEquals(1, host.polder("image", "get", image).code());
      host.importBusybox(); // the same content has the same identity
      assertTrue(!host.polder("adopt", "fast").ok().out().contains("not here"));
      CommandResult unknown = host.polder("adopt", "fast", "nobody");
      assertTrue(unknown.err().contains("there is no 'nobody'"), unknown.err());
      assertEquals(List.of(), Json.asList(Json.read(host.polder("fsck", "-j").ok().out())));

      host.polder("delete", "--force", "web").ok();
      host.polder("delete", "taken").ok();
      host.polder("delete", "other").ok();
      host.polder("volume", "delete", "data").ok();
      host.polder("pool", "delete", "fast").ok();
    }
  }

  private static String zone(TestHost host, String name) {
    return host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            name,
            "zpool",
            "fast",
            "cmd",
            List.of("sleep", "1000"),
            "filesystems",
            List.of(Map.of("type", "volume", "source", "data", "target", "/data"))));
  }

  private static void write(TestHost host, String word) {
    String script = "echo %s > /file; echo %s > /data/file".formatted(word, word);
    host.polder("exec", "web", "sh", "-c", script).ok();
  }

  private static String read(TestHost host) {
    return host.polder("exec", "web", "sh", "-c", "echo $(cat /file /data/file)").ok().text();
  }

  private static void lose(TestHost host) {
    for (String part : List.of("state", "log")) {
      String place = host.home().resolve(part).toString();
      Commands.run(Map.of(), new byte[0], List.of("rm", "-rf", "--one-file-system", place)).ok();
    }
  }

  private static Map<String, String> fates(CommandResult told) {
    Map<String, String> fates = new HashMap<>();
    for (Object each : Json.asList(Json.object(told.out()).get("objects"))) {
      Map<String, Object> one = Json.asObject(each);
      fates.put(String.valueOf(one.get("name")), String.valueOf(one.get("fate")));
    }
    return fates;
  }
}
