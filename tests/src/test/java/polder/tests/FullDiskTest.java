package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.SmallDisk;
import polder.tests.harness.TestHost;

/** The disk is full: nothing more is made, and all that is there can be stopped and deleted. */
@Tag("kernel")
class FullDiskTest {
  private static final int MEBIBYTES = 64;

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({"EXT4, state", "EXT4, ''", "BTRFS, state", "BTRFS, ''"})
  @DisplayName(
      "R-DISK-01 on a full disk creates fail with 'no space'; stop, delete, list, start, shrink go")
  void onAFullDisk(SmallDisk.Kind kind, String part) {
    try (TestHost host =
        new TestHost(home -> SmallDisk.mount(kind, MEBIBYTES, home.resolve(part)))) {
      livesOn(host, host.disk()::fill);
    }
  }

  @Test
  @DisplayName("R-DISK-05 without an inode left creates fail with 'no space', and the rest goes on")
  void withoutInodes() {
    try (TestHost host =
        new TestHost(
            home ->
                SmallDisk.mount(
                    SmallDisk.Kind.EXT4, MEBIBYTES, home.resolve("state"), "-N", "2048"))) {
      livesOn(host, host.disk()::fillInodes);
    }
  }

  @Test
  @DisplayName("R-DISK-01 a daemon that starts on a full disk takes over what runs")
  void aDaemonStartsOnAFullDisk() {
    try (TestHost host =
        new TestHost(
            home -> SmallDisk.mount(SmallDisk.Kind.EXT4, MEBIBYTES, home.resolve("state")))) {
      host.importBusybox();
      zone(host, "runs");
      host.polder("start", "runs").ok();
      Object pid = host.json("get", "runs").get("pid");
      host.disk().fill();
      host.killDaemon();
      host.disk().fill(); // the reserve, too, if it was given up
      assertEquals(pid, host.json("get", "runs").get("pid"));
      refused(host, "late");
      host.polder("stop", "runs").ok();
      host.polder("start", "runs").ok();
      host.polder("delete", "--force", "runs").ok();
      host.disk().empty();
      recovers(host);
    }
  }

  /** The story, with {@code fill} to leave no room again before each of its parts. */
  private static void livesOn(TestHost host, Runnable fill) {
    host.importBusybox();
    for (String zone : List.of("runs", "stops", "starts", "shrinks", "goes", "forced")) {
      zone(host, zone);
    }
    for (String zone : List.of("runs", "stops", "forced")) {
      host.polder("start", zone).ok();
    }
    long daemon = host.daemonPid();
    Object pid = host.json("get", "runs").get("pid");

    fill.run();
    refused(host, "fresh");
    assertEquals(507, create(host, "fresher"));
    assertEquals(6, Json.asList(Json.read(host.polder("list", "-j").ok().out())).size());
    fill.run();
    host.polder("stop", "stops").ok();
    assertEquals("stopped", host.json("get", "stops").get("state"));
    fill.run();
    host.polder("start", "starts").ok();
    assertEquals("running", host.json("get", "starts").get("state"));
    fill.run();
    host.polder("update", "shrinks", "max_lwps=100").ok();
    assertEquals(100L, host.json("get", "shrinks").get("max_lwps"));
    fill.run();
    host.polder("delete", "goes").ok();
    fill.run();
    host.polder("delete", "--force", "forced").ok();
    fill.run();
    refused(host, "still");
    assertEquals(pid, host.json("get", "runs").get("pid"));
    assertEquals("up", host.polder("exec", "runs", "echo", "up").ok().text());

    host.disk().empty();
    recovers(host);
    assertEquals(daemon, host.daemonPid());
    host.killDaemon();
    assertEquals("stopped", host.json("get", "stops").get("state"));
    assertEquals("running", host.json("get", "starts").get("state"));
    assertEquals(100L, host.json("get", "shrinks").get("max_lwps"));
    assertEquals(List.of(), Json.asList(Json.read(host.polder("fsck", "-j").ok().out())));
  }

  private static void zone(TestHost host, String name) {
    host.create(payload(name));
  }

  private static Map<String, Object> payload(String name) {
    return Map.of(
        "brand", "lx", "image", "busybox", "alias", name, "cmd", List.of("sleep", "1000"));
  }

  private static byte[] json(String name) {
    return Json.write(payload(name)).getBytes(StandardCharsets.UTF_8);
  }

  /** One sentence, with what can be done about it, and nothing is left of it. */
  private static void refused(TestHost host, String name) {
    CommandResult create = host.polderWith(json(name), "create", "-f", "-");
    assertNotEquals(0, create.code());
    assertEquals(1, create.err().lines().count(), create.err());
    assertTrue(create.err().contains("no space"), create.err());
    assertTrue(create.err().contains("make room"), create.err());
    assertNotEquals(0, host.polder("get", name).code());
  }

  /** The status that the REST door answers a create with. */
  private static int create(TestHost host, String name) {
    Path socket = host.home().resolve("run/api.sock");
    CommandResult curl =
        Commands.run(
            Map.of(),
            json(name),
            List.of(
                "curl",
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "--unix-socket",
                socket.toString(),
                "-H",
                "Content-Type: application/json",
                "-d",
                "@-",
                "http://polder/v1/zones"));
    return Integer.parseInt(curl.ok().text());
  }

  private static void recovers(TestHost host) {
    TestHost.eventually(
        "zones can be made and run again",
        () -> host.polderWith(json("again"), "create", "-f", "-").code() == 0);
    host.polder("start", "again").ok();
    assertEquals("up", host.polder("exec", "again", "echo", "up").ok().text());
  }
}
