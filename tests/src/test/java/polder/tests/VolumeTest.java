package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.TestHost;

/** Volumes that zones share, through the command line. */
@Tag("kernel")
class VolumeTest {
  private static void pool(TestHost host, String pool) {
    if (!pool.equals("zones")) {
      try {
        Assumptions.assumeTrue(
            Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
            "the kernel has no btrfs");
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      host.polder("pool", "create", pool, "--size", "512M").ok();
    }
  }

  private static String run(TestHost host, String name, String... volumes) {
    List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name));
    for (String volume : volumes) {
      words.add("-v");
      words.add(volume);
    }
    words.addAll(List.of("busybox", "sleep", "1000"));
    return host.polder(words.toArray(String[]::new)).ok().text();
  }

  private static CommandResult in(TestHost host, String zone, String script) {
    return host.polder("exec", zone, "sh", "-c", script);
  }

  private static void refused(TestHost host, String part, String... words) {
    CommandResult result = host.polder(words);
    assertNotEquals(0, result.code(), String.join(" ", words));
    assertTrue(result.err().contains(part), result.err());
  }

  private static void leave(TestHost host, String pool) {
    for (Object zone : Json.asList(Json.read(host.polder("list", "-j").ok().out()))) {
      host.polder("delete", "--force", String.valueOf(Json.asObject(zone).get("uuid"))).ok();
    }
    host.polder("volume", "delete", "data").ok();
    assertEquals("", host.polder("volume", "list", "-q").ok().text());
    if (!pool.equals("zones")) {
      host.polder("pool", "delete", pool).ok();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zones", "fast"})
  void aVolumeThatWasSpoiltIsRolledBack(String pool) {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      pool(host, pool);
      host.polder("volume", "create", "data", "--pool", pool).ok();
      run(host, "writer", "data:/srv");
      in(host, "writer", "echo good > /srv/file; chown 33:44 /srv/file").ok();
      assertEquals("data@good", host.polder("volume", "snapshot", "data@good").ok().text());
      in(host, "writer", "echo bad > /srv/file; touch /srv/more").ok();
      host.polder("volume", "snapshot", "data@bad").ok();
      host.killDaemon();
      assertEquals(
          List.of("data@good", "data@bad"),
          host.polder("volume", "snapshots", "-q", "data").ok().out().lines().toList());
      refused(host, "'writer' has it mounted", "volume", "rollback", "data@good");
      host.polder("stop", "writer").ok();
      host.polder("volume", "rollback", "data@good").ok();
      host.polder("start", "writer").ok();
      assertEquals(
          "good 33 44 file",
          in(host, "writer", "echo $(cat /srv/file) $(stat -c '%u %g' /srv/file) $(ls /srv)")
              .ok()
              .text());
      host.polder("stop", "writer").ok();
      host.polder("volume", "rollback", "data@bad").ok();
      host.polder("start", "writer").ok();
      assertEquals("bad", in(host, "writer", "cat /srv/file").ok().text());
      refused(host, "has a snapshot 'good' already", "volume", "snapshot", "data@good");
      host.polder("volume", "delete", "data@good").ok();
      assertEquals("data@bad", host.polder("volume", "snapshots", "-q", "data").ok().text());
      leave(host, pool);
    }
  }

  @Test
  @DisplayName("R-SNAP-01 snapshots of a volume are taken by themselves, by a daemon that died too")
  void aVolumeHasASchedule() {
    try (TestHost host = new TestHost()) {
      host.polder("volume", "create", "data", "--schedule", "monthly=2").ok();
      TestHost.eventually("this month's is taken", () -> snapshots(host).contains("@monthly-"));
      host.killDaemon();
      assertEquals(
          Map.of("monthly", 2L), host.json("volume", "get", "data").get("snapshot_schedule"));
      host.polder("volume", "schedule", "data", "daily=7").ok();
      TestHost.eventually(
          "today's is taken, and months are kept no more",
          () -> snapshots(host).contains("@daily-") && !snapshots(host).contains("@monthly-"));
      refused(host, "each once", "volume", "schedule", "data", "yearly=1");
      refused(host, "each once", "volume", "schedule", "data", "daily=1", "daily=2");
      host.polder("volume", "schedule", "data", "none").ok();
      assertEquals(1, snapshots(host).lines().count());
      leave(host, "zones");
    }
  }

  private static String snapshots(TestHost host) {
    return host.polder("volume", "snapshots", "-q", "data").ok().out();
  }

  @ParameterizedTest
  @ValueSource(strings = {"zones", "fast"})
  void twoZonesShareAVolume(String pool) {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      pool(host, pool);
      host.polder("volume", "create", "data", "--pool", pool).ok();
      run(host, "writer", "data:/srv/data");
      run(host, "reader", "data:/data:ro");
      in(host, "writer", "echo shared > /srv/data/file && chown 33:44 /srv/data/file").ok();
      assertEquals("shared", in(host, "reader", "cat /data/file").ok().text());
      assertEquals(
          "33 44", in(host, "reader", "stat -c '%u %g' /data/file").ok().text(), "ids are theirs");
      assertNotEquals(0, in(host, "reader", "touch /data/mine").code());
      assertNotEquals(0, in(host, "reader", "mount -o remount,rw /data && touch /data/x").code());
      String mounts = in(host, "writer", "grep /srv/data /proc/mounts").ok().out();
      assertTrue(mounts.contains("nosuid") && mounts.contains("nodev"), mounts);

      refused(host, "'reader', 'writer'", "volume", "delete", "data");
      host.killDaemon();
      assertEquals("shared", in(host, "reader", "cat /data/file").ok().text());
      in(host, "writer", "echo after > /srv/data/file").ok();
      assertEquals("after", in(host, "reader", "cat /data/file").ok().text());
      Map<String, Object> seen = host.json("volume", "get", "data");
      assertEquals(List.of("reader", "writer"), seen.get("zones"));
      assertEquals(pool, seen.get("pool"));
      assertEquals(1L, host.json("pool", "get", pool).get("volumes"));

      host.polder("delete", "--force", "writer").ok();
      host.polder("reboot", "reader").ok();
      assertEquals("after", in(host, "reader", "cat /data/file").ok().text());
      host.polderWith(
              "{\"remove_filesystems\": [\"/data\"]}"
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8),
              "update",
              "reader",
              "-f",
              "-")
          .ok();
      refused(host, "still has it mounted", "volume", "delete", "data");
      host.polder("reboot", "reader").ok();
      assertNotEquals(0, in(host, "reader", "cat /data/file").code());
      assertEquals("", host.polder("fsck").ok().text().replace("all is well", "").strip());
      leave(host, pool);
    }
  }

  @Test
  @DisplayName("R-DISK-02 a volume has what its quota allows, and more when that is raised")
  void aVolumeHasAQuota() {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      pool(host, "fast");
      host.polder("volume", "create", "data", "--pool", "fast", "--quota", "16M").ok();
      run(host, "one", "data:/data");
      String write = "dd if=/dev/zero of=/data/f bs=1M count=24 2>&1 && sync";
      assertNotEquals(0, in(host, "one", write).code());
      host.polder("volume", "resize", "data", "64M").ok();
      in(host, "one", write).ok();
      long used =
          ((Number) Objects.requireNonNull(host.json("volume", "get", "data").get("used")))
              .longValue();
      assertTrue(used >= 24 << 20 && used <= 64 << 20, used + " bytes");
      leave(host, "fast");
    }
  }

  @Test
  @DisplayName("S-ID-06 no set-uid program in a volume is in reach on the host or in another zone")
  void setUidGivesNothing() throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv: apt install util-linux");
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.polder("volume", "create", "data").ok();
      run(host, "maker", "data:/data");
      run(host, "taker", "data:/data");
      String make = "cp /bin/busybox /data/id && chmod 4755 /data/id && ls -n /data/id";
      assertTrue(in(host, "maker", make).ok().out().contains("-rwsr-xr-x"));
      String id = host.polder("exec", "-u", "1000", "taker", "/data/id", "-u").ok().text();
      assertEquals("1000", id);
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
      leave(host, "zones");
    }
  }

  @Test
  void aVolumeOfItsOwnGoesWithAZone() {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.polder("volume", "create", "data").ok();
      run(host, "has", "/bin", "/var/lib/own");
      in(host, "has", "echo mine > /var/lib/own/file && echo more > /bin/extra").ok();
      host.polder("reboot", "has").ok();
      assertEquals("mine", in(host, "has", "cat /var/lib/own/file").ok().text());
      assertEquals("more", in(host, "has", "cat /bin/extra").ok().text(), "the image's are there");
      List<String> names = host.polder("volume", "list", "-q").ok().text().lines().toList();
      assertEquals(3, names.size());
      String own = names.stream().filter(name -> !name.equals("data")).findFirst().orElseThrow();
      refused(host, "the own of zone 'has'", "volume", "delete", own);
      leave(host, "zones");
    }
  }

  @Test
  void whatIsMissingIsNamed() {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.polder("volume", "create", "data").ok();
      refused(host, "no volume 'dat'", "run", "-v", "dat:/data", "busybox", "true");
      assertEquals("", host.polder("list", "-q").ok().text());
      run(host, "made", "data:/data");
      in(host, "made", "mkdir /data/logs && echo one > /data/logs/file").ok();
      run(host, "part", "data/logs:/logs");
      assertEquals("one", in(host, "part", "cat /logs/file").ok().text());
      in(host, "made", "rm -r /data/logs && ln -s /etc /data/logs").ok();
      refused(host, "volume 'data' has no 'logs'", "reboot", "part");
      for (String name : List.of("..", "a/b", "-x", "")) {
        CommandResult result = host.polder("volume", "create", "--", name);
        assertNotEquals(0, result.code(), name);
        assertFalse(result.err().isEmpty());
      }
      leave(host, "zones");
    }
  }
}
