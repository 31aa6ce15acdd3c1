package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.TestHost;

/** Zones in a pool of btrfs, through the command line. */
@Tag("kernel")
class PoolTest {
  @BeforeEach
  void needsBtrfs() throws IOException {
    Assumptions.assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
  }

  private static void zone(TestHost host, String name, long quota) {
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            name,
            "zpool",
            "fast",
            "quota",
            quota,
            "cmd",
            List.of("sleep", "1000")));
    host.polder("start", name).ok();
  }

  private static void leave(TestHost host) {
    for (Object zone : Json.asList(Json.read(host.polder("list", "-j").ok().out()))) {
      host.polder("delete", "--force", String.valueOf(Json.asObject(zone).get("uuid"))).ok();
    }
    host.polder("pool", "delete", "fast").ok();
    assertEquals("zones", host.polder("pool", "list", "-q").ok().text());
  }

  @Test
  @DisplayName("R-DISK-02 a zone fills its quota, in a running pool that its neighbours go on with")
  void aZoneFillsItsQuota() {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.polder("pool", "create", "fast", "--size", "3G").ok();
      zone(host, "full", 1);
      zone(host, "neighbour", 0);
      assertEquals(2L, host.json("pool", "get", "fast").get("zones"));

      String fill = "fallocate -l 1000M /a && dd if=/dev/zero of=/b bs=64k; stat -c %s /b";
      CommandResult filled = host.polder("exec", "full", "sh", "-c", fill).ok();
      long bytes = (1000L << 20) + Long.parseLong(filled.text());
      assertTrue(bytes <= 1L << 30, bytes + " bytes");
      assertTrue(bytes > (1L << 30) - (1 << 20), bytes + " bytes: within 1 MiB");
      String write = "dd if=/dev/zero of=/c bs=1M count=8 2>&1 && sync";
      assertNotEquals(0, host.polder("exec", "full", "sh", "-c", write).code());
      host.polder("exec", "neighbour", "sh", "-c", write).ok();

      host.polder("update", "full", "quota=2").ok();
      host.polder("exec", "full", "sh", "-c", write).ok();
      host.killDaemon();
      assertEquals("running", host.json("get", "full").get("state"));
      host.polder("exec", "full", "sh", "-c", write.replace("/c", "/d")).ok();
      host.polder("reboot", "full").ok();
      assertEquals("8388608", host.polder("exec", "full", "stat", "-c", "%s", "/d").ok().text());
      CommandResult used = host.polder("pool", "delete", "fast");
      assertNotEquals(0, used.code());
      assertTrue(used.err().contains("in use"), used.err());
      host.polder("pool", "grow", "fast", "4G").ok();
      assertEquals(4L << 30, host.json("pool", "get", "fast").get("size"));
      host.polder("pool", "scrub", "fast").ok();
      host.polder("pool", "trim", "fast").ok();
      leave(host);
    }
  }

  @Test
  @DisplayName("R-DISK-01 in a full pool zones are stopped, started, changed and deleted")
  void aFullPool() {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.polder("pool", "create", "fast", "--size", "256M").ok();
      for (String name : List.of("fills", "runs", "stops", "goes")) {
        zone(host, name, 0);
      }
      host.polder("stop", "stops").ok();
      host.polder(
          "exec",
          "fills",
          "sh",
          "-c",
          "for i in 1 2 3; do dd if=/dev/zero of=/f$i bs=64k; sync; done");
      host.polder("exec", "fills", "sh", "-c", "while echo more >> /many$i; do i=$((i + 1)); done");
      assertEquals("up", host.polder("exec", "runs", "echo", "up").ok().text());
      host.polder("stop", "runs").ok();
      host.polder("start", "runs").ok();
      host.polder("start", "stops").ok();
      host.polder("update", "stops", "quota=1").ok();
      host.killDaemon();
      assertEquals("running", host.json("get", "runs").get("state"));
      host.polder("delete", "--force", "goes").ok();
      host.polder("delete", "--force", "fills").ok();
      TestHost.eventually(
          "there is room again",
          () ->
              host.polder("exec", "runs", "sh", "-c", "dd if=/dev/zero of=/f bs=1M count=64; sync")
                      .code()
                  == 0);
      zone(host, "fresh", 0);
      leave(host);
    }
  }

  @Test
  @DisplayName("S-ID-06 no set-uid program that a zone makes in a pool is in reach on the host")
  void setUidIsTheZonesOwn() throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv: apt install util-linux");
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.polder("pool", "create", "fast", "--size", "512M").ok();
      zone(host, "maker", 0);
      String make = "cp /bin/busybox /root-shell && chmod 4755 /root-shell && ls -n /root-shell";
      assertTrue(host.polder("exec", "maker", "sh", "-c", make).ok().out().contains("-rwsr-xr-x"));
      String mounts = host.polder("exec", "maker", "grep", " / ", "/proc/mounts").ok().out();
      assertFalse(mounts.contains("nosuid"), mounts);

      // the home itself is a test's; on a real host what is in it is below /var and /run
      Files.setPosixFilePermissions(host.home(), PosixFilePermissions.fromString("rwxr-xr-x"));
      List<String> asUser =
          List.of(
              "setpriv",
              "--reuid",
              "1000",
              "--regid",
              "1000",
              "--clear-groups",
              "sh",
              "-c",
              "find %s -perm -4000 2>/dev/null".formatted(host.home()));
      assertEquals("", Commands.run(Map.of(), new byte[0], asUser).out());
      boolean closed =
          Files.readString(Path.of("/proc/self/mountinfo"))
              .lines()
              .filter(line -> line.contains(host.home() + "/run/pools/fast "))
              .allMatch(line -> line.contains("nosuid") && line.contains("nodev"));
      assertTrue(closed, "the pool is nosuid and nodev on the host");
      leave(host);
    }
  }

  @Test
  void whatCannotBeIsRefusedByName() {
    try (TestHost host = new TestHost()) {
      refused(host, "256 MiB", "pool", "create", "small", "--size", "8M");
      refused(host, "there is no pool 'fast'", "pool", "get", "fast");
      refused(host, "pool name", "pool", "create", "../up");
      refused(host, "is not empty|is on no btrfs", "pool", "create", "fast", "--path", "/etc");
      refused(host, "no block device", "pool", "create", "fast", "--device", "/dev/null0");
      refused(host, "default", "pool", "delete", "zones");
      CommandResult zone =
          host.polderWith(
              "{\"brand\": \"native\", \"zpool\": \"fast\"}"
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8),
              "create",
              "-f",
              "-");
      assertNotEquals(0, zone.code());
      assertTrue(zone.err().contains("zpool"), zone.err());
      assertTrue(zone.err().contains("polder pool create"), zone.err());
    }
  }

  private static void refused(TestHost host, String parts, String... words) {
    CommandResult result = host.polder(words);
    assertNotEquals(0, result.code(), String.join(" ", words));
    assertTrue(
        List.of(parts.split("\\|", -1)).stream().anyMatch(result.err()::contains), result.err());
  }
}
