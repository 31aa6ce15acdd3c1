package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.TestHost;

/** Snapshots, rollbacks and clones through the command line, with daemons that die. */
@Tag("kernel")
class SnapshotTest {
  private static void pool(TestHost host, String pool) throws IOException {
    if (!pool.equals("zones")) {
      Assumptions.assumeTrue(
          Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
          "the kernel has no btrfs");
      host.polder("pool", "create", pool, "--size", "512M").ok();
    }
  }

  private static void zone(TestHost host, String name, String pool) {
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            name,
            "zpool",
            pool,
            "cmd",
            List.of("sleep", "100000")));
    host.polder("start", name).ok();
  }

  private static void leave(TestHost host, String pool) {
    for (Object zone : Json.asList(Json.read(host.polder("list", "-j").ok().out()))) {
      host.polder("delete", "--force", String.valueOf(Json.asObject(zone).get("uuid"))).ok();
    }
    if (!pool.equals("zones")) {
      host.polder("pool", "delete", pool).ok();
    }
    assertTrue(host.polder("fsck").ok().code() == 0);
  }

  private static String in(TestHost host, String zone, String script) {
    return host.polder("exec", zone, "sh", "-c", script).text();
  }

  private static List<String> names(TestHost host, String zone) {
    return host.polder("snapshot", "list", "-q", zone).ok().out().lines().toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"zones", "fast"})
  @DisplayName("R-SNAP-01 a zone that was broken is rolled back, also by a daemon that dies at it")
  void aBrokenZoneIsRolledBack(String pool) throws IOException, InterruptedException {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      pool(host, pool);
      zone(host, "web", pool);
      in(host, "web", "echo good > /page");
      assertEquals("web@before", host.polder("snapshot", "create", "web@before").ok().text());
      CommandResult runs = host.polder("snapshot", "rollback", "web@before");
      assertNotEquals(0, runs.code());
      assertTrue(runs.err().contains("stop it first"), runs.err());

      for (int round = 0; round < 3; round++) {
        in(host, "web", "rm -rf /page /bin/ls; echo bad > /page");
        Process rollback = host.start("snapshot", "rollback", "--force", "web@before");
        TestHost.rest(Duration.ofMillis(200L * round)); // before it, in its midst, after it
        host.killDaemon();
        rollback.waitFor();
        TestHost.eventually(
            "it runs", () -> "running".equals(host.json("get", "web").get("state")));
        String page = in(host, "web", "cat /page");
        boolean whole = in(host, "web", "test -e /bin/ls && echo whole").equals("whole");
        assertEquals(page.equals("good"), whole, page);
      }
      in(host, "web", "echo bad > /page");
      host.polder("snapshot", "create", "web@bad").ok();
      host.polder("rollback", "-f", "web@before").ok();
      assertEquals("good", in(host, "web", "cat /page"));
      assertEquals(List.of("web@before", "web@bad"), names(host, "web"));
      host.polder("rollback", "-f", "web@bad").ok();
      assertEquals("bad", in(host, "web", "cat /page"));
      List<Object> seen = Json.asList(host.json("get", "web").get("snapshots"));
      assertEquals("before", Json.asObject(seen.getFirst()).get("name"));
      assertTrue(Json.asObject(seen.getFirst()).containsKey("created_at"));
      host.polder("snapshot", "delete", "web@before", "web@bad").ok();
      assertEquals(List.of(), names(host, "web"));
      leave(host, pool);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zones", "fast"})
  @DisplayName("R-SNAP-01 a group's snapshots are all there or none, and its zones go on")
  void aGroupIsWholeWhenTheDaemonDies(String pool) throws IOException, InterruptedException {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      pool(host, pool);
      zone(host, "web", pool);
      zone(host, "db", "zones");
      for (int round = 0; round < 4; round++) {
        Process taking =
            host.start("snapshot", "create", "--group", "web,db", "--name", "g" + round);
        TestHost.rest(Duration.ofMillis(150L + 80L * round));
        host.killDaemon();
        taking.waitFor();
        assertEquals(
            names(host, "web").stream().map(name -> name.replace("web@", "")).toList(),
            names(host, "db").stream().map(name -> name.replace("db@", "")).toList());
        assertEquals("on", in(host, "web", "echo on"));
        assertEquals("on", in(host, "db", "echo on"));
        assertEquals("running", host.json("get", "web").get("state"));
      }
      leave(host, pool);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zones", "fast"})
  void clonesAreSomebodyElse(String pool) throws IOException {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      pool(host, pool);
      zone(host, "web", pool);
      in(
          host,
          "web",
          "mkdir -p /etc/ssh; echo old > /etc/ssh/ssh_host_ed25519_key;"
              + " echo 0123456789abcdef0123456789abcdef > /etc/machine-id; echo one > /page");
      host.polder("snapshot", "create", "web@one").ok();
      in(host, "web", "echo two > /page");
      List<String> identities = new ArrayList<>();
      identities.add(in(host, "web", "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key"));
      for (int i = 0; i < 3; i++) {
        String name = "copy" + i;
        host.polder("clone", i == 0 ? "web@one" : "web", name, "max_lwps=200").ok();
        host.polder("start", name).ok();
        assertEquals(i == 0 ? "one" : "two", in(host, name, "cat /page"));
        assertEquals(name, in(host, name, "hostname"));
        identities.add(in(host, name, "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key"));
        in(host, name, "echo mine > /page");
      }
      assertEquals(4, new HashSet<>(identities).size(), identities.toString());
      assertTrue(identities.getLast().contains("BEGIN OPENSSH PRIVATE KEY"));
      assertEquals("two", in(host, "web", "cat /page"));
      assertFalse(host.polder("clone", "web", "copy0").code() == 0);
      host.killDaemon();
      assertEquals("running", host.json("get", "copy2").get("state"));
      assertEquals("mine", in(host, "copy2", "cat /page"));
      leave(host, pool);
    }
  }
}
