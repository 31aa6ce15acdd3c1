package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.tests.harness.TestHost;

/** A zone's life as its owner sees it at the command line. */
@Tag("kernel")
class ZoneLifecycleTest {
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

  @Test
  void lxZoneIsCreatedStartedUsedStoppedAndDeleted() {
    String zone =
        host.create(
            Map.of(
                "brand",
                "lx",
                "image",
                "busybox",
                "alias",
                "web",
                "cmd",
                List.of("sleep", "1000")));
    assertEquals("stopped", host.json("get", "web").get("state"));

    host.polder("start", "web").ok();
    assertEquals("running", host.json("get", zone).get("state"));
    assertEquals("web", host.polder("exec", "web", "hostname").ok().text());
    assertEquals("0", host.polder("exec", "web", "id", "-u").ok().text());
    assertTrue(host.polder("exec", "web", "ps").ok().out().contains("sleep 1000"));

    host.polder("stop", "web").ok();
    assertEquals("stopped", host.json("get", "web").get("state"));
    host.polder("delete", "web").ok();
    assertTrue(host.polder("get", "web").code(1).err().contains("web"));
  }

  @Test
  void nativeZoneSharesTheHostsUserlandAndNothingElse() {
    host.create(Map.of("brand", "native", "alias", "shared"));
    host.polder("start", "shared").ok();

    assertEquals(
        "read-only",
        host.polder("exec", "shared", "sh", "-c", "touch /usr/x 2>/dev/null || echo read-only")
            .ok()
            .text());
    host.polder("exec", "shared", "sh", "-c", "echo mine > /etc/mine").ok();
    assertEquals("mine", host.polder("exec", "shared", "cat", "/etc/mine").ok().text());
    assertTrue(java.nio.file.Files.notExists(java.nio.file.Path.of("/etc/mine")));
    assertEquals("root", host.polder("exec", "shared", "id", "-un").ok().text());
    assertEquals(
        "127.0.0.1",
        host.polder("exec", "shared", "getent", "-A", "ahostsv4", "localhost")
            .ok()
            .text()
            .split("\\s+")[0]);
    host.polder("exec", "shared", "su", "-s", "/bin/sh", "nobody", "-c", "id -un").ok();
    host.polder("delete", "--force", "shared").ok();
  }

  @Test
  void whatStopsAndStartsTwiceIsLeftAsItIs() {
    host.create(
        Map.of(
            "brand", "lx", "image", "busybox", "alias", "twice", "cmd", List.of("sleep", "1000")));
    host.polder("start", "twice").ok();
    Object pid = host.json("get", "twice").get("pid");
    host.polder("start", "twice").ok();
    assertEquals(pid, host.json("get", "twice").get("pid"));
    host.polder("stop", "twice").ok();
    host.polder("stop", "twice").ok();
    host.polder("delete", "twice").ok();
  }

  @Test
  void aPausedZoneStandsStillAndGoesOn() {
    host.create(
        Map.of(
            "brand", "lx", "image", "busybox", "alias", "still", "cmd", List.of("sleep", "1000")));
    host.polder("start", "still").ok();
    host.polder("pause", "still").ok();
    assertEquals("paused", host.json("get", "still").get("state"));
    host.polder("resume", "still").ok();
    assertEquals("running", host.json("get", "still").get("state"));
    host.polder("pause", "still").ok();
    host.polder("delete", "--force", "still").ok();
  }

  @Test
  void aRunningZoneIsDeletedOnlyByForce() {
    host.create(
        Map.of(
            "brand", "lx", "image", "busybox", "alias", "busy", "cmd", List.of("sleep", "1000")));
    host.polder("start", "busy").ok();
    assertTrue(host.polder("delete", "busy").code(1).err().contains("--force"));
    assertEquals("running", host.json("get", "busy").get("state"));
    host.polder("delete", "--force", "busy").ok();
  }

  @Test
  void allThatIsWrongWithAPayloadIsToldAtOnceAndNothingIsMade() {
    String err =
        host.polderWith(
                "{\"alais\": \"x\", \"max_physical_memory\": \"much\", \"max_sem_ids\": 2}"
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "create",
                "-f",
                "-")
            .code(1)
            .err();
    assertTrue(err.contains("alias"), err);
    assertTrue(err.contains("max_physical_memory"), err);
    assertTrue(err.contains("max_sem_ids"), err);
  }

  @Test
  void updateSaysWhatIsNowAndWhatAtRestart() {
    host.create(
        Map.of(
            "brand", "lx", "image", "busybox", "alias", "plan", "cmd", List.of("sleep", "1000")));
    host.polder("start", "plan").ok();
    String plan =
        host.polder("update", "plan", "max_lwps=50", "hostname=other", "image=busybox:2")
                .code(1)
                .out()
            + host.polder("update", "plan", "max_lwps=50", "hostname=other").ok().out();
    assertTrue(plan.contains("now") && plan.contains("at restart"), plan);
    assertEquals("plan", host.polder("exec", "plan", "hostname").ok().text());
    host.polder("reboot", "plan").ok();
    assertEquals("other", host.polder("exec", "plan", "hostname").ok().text());
    assertEquals("other", host.polder("exec", "plan", "cat", "/etc/hostname").ok().text());
    String hosts = host.polder("exec", "plan", "cat", "/etc/hosts").ok().out();
    assertTrue(hosts.contains("127.0.1.1 other.local other\n"), hosts);
    assertTrue(!hosts.contains("plan"), hosts);
    host.polder("delete", "--force", "plan").ok();
  }

  @Test
  void aNewHostnameLeavesTheFilesThatTheOwnerChanged() {
    for (String brand : List.of("lx", "native")) {
      Map<String, Object> payload = new HashMap<>(Map.of("brand", brand, "alias", "old"));
      if (brand.equals("lx")) {
        payload.putAll(Map.of("image", "busybox", "cmd", List.of("sleep", "1000")));
      }
      host.create(payload);
      host.polder("start", "old").ok();
      host.polder("exec", "old", "sh", "-c", "echo 10.0.0.1 mine >> /etc/hosts").ok();
      host.polder("update", "old", "hostname=new").ok();
      host.polder("reboot", "old").ok();
      assertEquals("new", host.polder("exec", "old", "cat", "/etc/hostname").ok().text());
      String hosts = host.polder("exec", "old", "cat", "/etc/hosts").ok().out();
      assertTrue(hosts.contains(" old.local old\n") && hosts.endsWith("10.0.0.1 mine\n"), hosts);

      host.polder("exec", "old", "sh", "-c", "echo ours > /etc/hostname; rm /etc/hosts").ok();
      host.polder("update", "old", "hostname=newer").ok();
      host.polder("reboot", "old").ok();
      assertEquals("newer", host.polder("exec", "old", "hostname").ok().text());
      assertEquals("ours", host.polder("exec", "old", "cat", "/etc/hostname").ok().text());
      host.polder("exec", "old", "test", "-e", "/etc/hosts").code(1);
      host.polder("delete", "--force", "old").ok();
    }
  }
}
