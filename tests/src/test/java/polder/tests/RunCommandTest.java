package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.TestHost;

/** {@code polder run}: create, start and attach in one, as Docker's users know it. */
@Tag("kernel")
class RunCommandTest {
  private static TestHost host;

  @BeforeAll
  static void makeHost() {
    host = new TestHost();
    host.importBusybox();
  }

  @AfterAll
  static void closeHost() {
    host.close();
  }

  private static CommandResult run(String... words) {
    return host.polder(words);
  }

  @Test
  void printsWhatTheCommandPrintsOnBothStreams() {
    CommandResult result = run("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2");
    assertEquals("out\n", result.ok().out());
    assertEquals("err\n", result.err());
  }

  @Test
  @DisplayName(
      "R-REAP-03 run ends with the command's exit code, 128+n for a signal, 127 and 126 as Docker")
  void passesTheExitCodeOn() {
    run("run", "--rm", "busybox", "sh", "-c", "exit 0").code(0);
    run("run", "--rm", "busybox", "sh", "-c", "exit 42").code(42);
    run("run", "--rm", "busybox", "sh", "-c", "exit 255").code(255);
    run("run", "--rm", "busybox", "sh", "-c", "kill -KILL $$").code(137);
    run("run", "--rm", "busybox", "sh", "-c", "kill -TERM $$").code(143);
    assertTrue(
        run("run", "--rm", "busybox", "nothing-here").code(127).err().contains("nothing-here"));
    run("run", "--rm", "busybox", "/etc/passwd").code(126);
    run("run", "--rm", "--pull", "never", "no-such-image", "true").code(125);
  }

  @Test
  void readsItsInputToTheEnd() {
    byte[] input = "one\ntwo\n".repeat(50_000).getBytes(StandardCharsets.UTF_8);
    CommandResult result = host.polderWith(input, "run", "--rm", "-i", "busybox", "wc", "-l");
    assertEquals("100000", result.ok().text());
  }

  @Test
  void leavesNothingBehindWithRm() {
    run("run", "--rm", "--name", "brief", "busybox", "true").ok();
    assertFalse(run("list").ok().out().contains("brief"));
  }

  @Test
  void keepsTheZoneWithoutRmAndRemembersItsExitStatus() {
    run("run", "--name", "kept", "busybox", "sh", "-c", "exit 7").code(7);
    assertEquals("7", String.valueOf(host.json("get", "kept").get("exit_status")));
    assertEquals("stopped", host.json("get", "kept").get("state"));
    run("delete", "kept").ok();
  }

  @Test
  void runsAsTheUserWithTheEnvironmentAndDirectoryAskedFor() {
    assertEquals(
        "1000 blue /tmp",
        run(
                "run",
                "--rm",
                "-u",
                "web",
                "-e",
                "COLOUR=blue",
                "-w",
                "/tmp",
                "busybox",
                "sh",
                "-c",
                "echo $(id -u) $COLOUR $(pwd)")
            .ok()
            .text());
  }

  @Test
  @DisplayName("S-ID-02 a user has exactly the groups that the userland gives him")
  void groupsAreExact() {
    assertEquals("1000 2000", run("run", "--rm", "-u", "web", "busybox", "id", "-G").ok().text());
    assertEquals("2000", run("run", "--rm", "-u", "web:extra", "busybox", "id", "-G").ok().text());
    assertEquals("0", run("run", "--rm", "busybox", "id", "-G").ok().text());
  }

  @Test
  void execPassesExitCodesOn() {
    run("run", "-d", "--name", "codes", "busybox", "sleep", "1000").ok();
    run("exec", "codes", "sh", "-c", "exit 3").code(3);
    run("exec", "codes", "sh", "-c", "kill -INT $$").code(130);
    run("exec", "codes", "nothing-here").code(127);
    run("exec", "codes", "/etc/passwd").code(126);
    run("exec", "no-such-zone", "true").code(125);
    run("delete", "--force", "codes").ok();
  }

  @Test
  void logsAreKeptAndCut() {
    run(
            "run",
            "-d",
            "--name",
            "talker",
            "busybox",
            "sh",
            "-c",
            "for i in 1 2 3 4 5; do echo say $i; done; sleep 1000")
        .ok();
    TestHost.eventually("five lines", () -> run("logs", "talker").out().lines().count() == 5);
    assertEquals(
        List.of("say 4", "say 5"),
        run("logs", "--tail", "2", "talker").ok().out().lines().toList());
    assertTrue(
        run("logs", "-t", "--tail", "1", "talker").ok().out().matches("20..-..-..T\\S+Z say 5\n"));
    run("delete", "--force", "talker").ok();
  }

  @Test
  @DisplayName("R-BOOT-05 reboot and poweroff from inside: restarted, stopped")
  void rebootsAndPowersOffFromInside() {
    run("run", "-d", "--name", "boots", "busybox", "sleep", "1000").ok();
    Object first = host.json("get", "boots").get("pid");
    run("exec", "boots", "reboot", "-f");
    TestHost.eventually(
        "it runs again with another pid",
        () -> {
          var seen = host.json("get", "boots");
          return "running".equals(seen.get("state"))
              && !java.util.Objects.equals(first, seen.get("pid"));
        });
    run("exec", "boots", "poweroff", "-f");
    TestHost.eventually(
        "it is off", () -> "stopped".equals(host.json("get", "boots").get("state")));
    run("delete", "boots").ok();
  }

  @Test
  void restartsByItsPolicy() {
    run(
            "run",
            "-d",
            "--name",
            "phoenix",
            "--restart",
            "on-failure:2",
            "busybox",
            "sh",
            "-c",
            "exit 9")
        .ok();
    TestHost.eventually(
        "it gave up after two restarts",
        () -> {
          var seen = host.json("get", "phoenix");
          return "stopped".equals(seen.get("state"))
              && "2".equals(String.valueOf(seen.get("init_restarts")));
        });
    run("delete", "phoenix").ok();
  }

  @Test
  void aCrashInOneZoneLeavesTheOtherUntouched() {
    run("run", "-d", "--name", "left", "busybox", "sleep", "1000").ok();
    run("run", "-d", "--name", "right", "busybox", "sleep", "1000").ok();
    Object pid = host.json("get", "right").get("pid");
    run("kill", "-s", "KILL", "left").ok();
    TestHost.eventually(
        "left is gone", () -> "stopped".equals(host.json("get", "left").get("state")));
    assertEquals("137", String.valueOf(host.json("get", "left").get("exit_status")));
    assertEquals(pid, host.json("get", "right").get("pid"));
    run("delete", "left").ok();
    run("delete", "--force", "right").ok();
  }

  @Test
  @DisplayName("R-OOM-01 memory beyond the limit: killed inside, exit 137, told")
  void memoryLimitHolds() {
    run(
            "run",
            "--name",
            "glutton",
            "--memory",
            "32m",
            "busybox",
            "sh",
            "-c",
            "dd if=/dev/zero of=/dev/null bs=128M count=1")
        .code(137);
    assertEquals("true", String.valueOf(host.json("get", "glutton").get("oom_killed")));
    run("delete", "glutton").ok();
  }

  @Test
  void copiesInAndOutWithoutFollowingLinksOutOfTheZone() throws java.io.IOException {
    run("run", "-d", "--name", "files", "busybox", "sh", "-c", "ln -s /etc /tmp/out; sleep 1000")
        .ok();
    java.nio.file.Path file = java.nio.file.Files.createTempFile("polder-cp", ".txt");
    try {
      java.nio.file.Files.writeString(file, "hello\n");
      run("cp", file.toString(), "files:/tmp/in.txt").ok();
      assertEquals("hello", run("exec", "files", "cat", "/tmp/in.txt").ok().text());
      run("cp", file.toString(), "files:/tmp/out/via-link.txt").ok();
      assertEquals("hello", run("exec", "files", "cat", "/etc/via-link.txt").ok().text());
      assertFalse(java.nio.file.Files.exists(java.nio.file.Path.of("/etc/via-link.txt")));
      run("exec", "files", "sh", "-c", "echo changed > /tmp/in.txt").ok();
      run("cp", "files:/tmp/in.txt", file.toString()).ok();
      assertEquals("changed\n", java.nio.file.Files.readString(file));
    } finally {
      java.nio.file.Files.delete(file);
    }
    run("delete", "--force", "files").ok();
  }

  @Test
  @DisplayName("R-EVT-01 a reader with a cursor misses nothing and sees nothing twice")
  void eventsHaveACursor() {
    run("run", "--rm", "--name", "marked", "busybox", "true").ok();
    List<String> lines = run("events", "-j").ok().out().lines().toList();
    long last = 0;
    for (String line : lines) {
      long cursor = Long.parseLong(String.valueOf(Json.object(line).get("cursor")));
      assertTrue(cursor == last + 1, "after " + last + " came " + cursor);
      last = cursor;
    }
    assertTrue(lines.stream().anyMatch(l -> l.contains("zone.create") && l.contains("marked")));
    assertEquals(
        "",
        run("events", "-j", "--since", String.valueOf(last))
            .ok()
            .out()
            .lines()
            .filter(l -> l.contains("marked"))
            .findFirst()
            .orElse(""));
  }
}
