package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.SmallDisk;
import polder.tests.harness.TestHost;

/** The state's file system turns read-only, and writable again. */
@Tag("kernel")
class ReadOnlyStateTest {
  @Test
  @DisplayName(
      "R-DISK-07 on a read-only state reads work, writes are refused with 503, zones run on")
  void turnsReadOnlyAndBack() {
    try (TestHost host = host()) {
      long daemon = host.daemonPid();
      String pid = String.valueOf(host.json("get", "runs").get("pid"));
      host.disk().readOnly();
      lookedAtAndNotChanged(host, pid);
      host.polder("stop", "stops").ok();
      assertEquals("stopped", host.json("get", "stops").get("state"));

      host.disk().writable();
      host.create(payload("fresh"));
      host.polder("start", "fresh").ok();
      host.polder("start", "down").ok();
      assertEquals(daemon, host.daemonPid());
      assertEquals(pid, String.valueOf(host.json("get", "runs").get("pid")));
      TestHost.eventually(
          "that it was stopped is written", () -> autoboot(host, "stops").equals("false"));
      assertEquals(List.of(), Json.asList(Json.read(host.polder("fsck", "-j").ok().out())));
      assertTrue(
          host.polder("events", "-j").ok().out().contains("zone.stop"), "what happened meanwhile");
    }
  }

  @Test
  @DisplayName("R-DISK-07 a daemon that starts on a read-only state takes over what runs")
  void aDaemonStartsOnAReadOnlyState() {
    try (TestHost host = host()) {
      String pid = String.valueOf(host.json("get", "runs").get("pid"));
      host.killDaemon(); // nothing waits to be written
      host.disk().readOnly();
      lookedAtAndNotChanged(host, pid);
      assertTrue(host.polder("doctor").out().contains("is read-only"));
      host.polder("stop", "stops").ok();

      host.disk().writable();
      host.polder("start", "stops").ok();
      host.create(payload("fresh"));
    }
  }

  private static TestHost host() {
    TestHost host =
        new TestHost(home -> SmallDisk.mount(SmallDisk.Kind.EXT4, 64, home.resolve("state")));
    host.importBusybox();
    for (String zone : List.of("runs", "stops", "down")) {
      host.create(payload(zone));
    }
    host.polder("start", "runs").ok();
    host.polder("start", "stops").ok();
    return host;
  }

  private static Map<String, Object> payload(String name) {
    return Map.of(
        "brand", "lx", "image", "busybox", "alias", name, "cmd", List.of("sleep", "1000"));
  }

  private static void lookedAtAndNotChanged(TestHost host, String pid) {
    assertEquals(3, Json.asList(Json.read(host.polder("list", "-j").ok().out())).size());
    assertEquals(pid, String.valueOf(host.json("get", "runs").get("pid")));
    assertEquals("up", host.polder("exec", "runs", "echo", "up").ok().text());
    host.polder("image", "list").ok();
    host.polder("events").ok();
    host.polder("logs", "runs").ok();
    refused(host.polder("start", "down"));
    refused(host.polder("update", "runs", "max_lwps=100"));
    refused(host.polder("delete", "down"));
    refused(host.polder("delete", "--force", "runs"));
    refused(host.polder("image", "tag", "busybox", "other"));
    byte[] fresh = Json.write(payload("fresh")).getBytes(StandardCharsets.UTF_8);
    refused(host.polderWith(fresh, "create", "-f", "-"));
    assertEquals("503", status(host, fresh, "-d", "@-", "zones"));
    assertEquals("503", status(host, fresh, "-X", "DELETE", "zones/down"));
    assertEquals("200", status(host, fresh, "zones/down"));
    assertEquals("running", host.json("get", "runs").get("state"));
  }

  /** One sentence, with what can be done about it. */
  private static void refused(CommandResult result) {
    assertNotEquals(0, result.code(), result.command());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("read-only file system"), result.err());
    assertTrue(result.err().contains("mount it read-write"), result.err());
  }

  /** The status that the REST door answers with. */
  private static String status(TestHost host, byte[] body, String... words) {
    Path socket = host.home().resolve("run/api.sock");
    List<String> command =
        new ArrayList<>(List.of("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"));
    command.addAll(List.of("--unix-socket", socket.toString()));
    command.addAll(List.of("-H", "Content-Type: application/json"));
    command.addAll(List.of(words).subList(0, words.length - 1));
    command.add("http://polder/v1/" + words[words.length - 1]);
    return Commands.run(Map.of(), body, command).ok().text();
  }

  private static String autoboot(TestHost host, String zone) {
    Object uuid = host.json("get", zone).get("uuid");
    Path record = host.home().resolve("state/zones/" + uuid + "/zone.json");
    try {
      Map<String, Object> holds = Json.asObject(Json.object(Files.readString(record)).get("holds"));
      return String.valueOf(Json.asObject(holds.get("spec")).get("autoboot"));
    } catch (IOException e) {
      return "unreadable";
    }
  }
}
