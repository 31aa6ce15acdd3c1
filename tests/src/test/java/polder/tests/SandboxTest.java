package polder.tests;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.tests.harness.Probe;
import polder.tests.harness.TestHost;

/** The default sandbox, seen from inside a Debian zone and from outside. */
@Tag("kernel")
class SandboxTest {
  private static TestHost host;
  private static Probe probe;

  @BeforeAll
  static void makeZone() {
    host = new TestHost();
    host.importDebian();
    host.create(
        Map.of(
            "brand", "lx", "image", "debian:12", "alias", "box", "cmd", List.of("sleep", "1000")));
    host.polder("start", "box").ok();
    probe = Probe.in(host, "box");
  }

  @AfterAll
  static void closeHost() {
    host.close();
  }

  @Test
  @DisplayName("S-FD-01 a process in a zone has exactly three descriptors")
  void threeDescriptors() {
    assertEquals(Set.of("0", "1", "2"), probe.object("fds").keySet());
  }

  @Test
  @DisplayName(
      "S-CAP-01 capabilities are the 14 of Docker's default and SYS_BOOT; none inheritable or ambient")
  void capabilities() {
    String expected = "%016x".formatted(0xa80425fbL | 1L << 22);
    assertAll(
        () -> assertEquals("0000000000000000", probe.status("CapInh")),
        () -> assertEquals("0000000000000000", probe.status("CapAmb")),
        () -> assertEquals(expected, probe.status("CapBnd")),
        () -> assertEquals(expected, probe.status("CapEff")));
  }

  @Test
  @DisplayName("S-SEC-03 every process in the zone is under a filter")
  void filtered() {
    assertEquals("2", probe.status("Seccomp"));
    assertEquals(
        "2 2",
        host.polder(
                "exec",
                "box",
                "sh",
                "-c",
                "grep -h ^Seccomp: /proc/1/status /proc/2/status | tr -d 'Secomp:\\t\\n' | sed 's/2/2 /;s/ $//'")
            .ok()
            .text());
  }

  @Test
  @DisplayName("S-SEC-01 calls that reach for the host are refused")
  void refusedCalls() {
    Map<String, Object> calls = probe.object("calls");
    assertEquals("ENOSYS", calls.get("clone3"));
    for (String name :
        List.of(
            "add_key",
            "keyctl",
            "bpf",
            "perf_event_open",
            "userfaultfd",
            "io_uring_setup",
            "open_by_handle_at",
            "kexec_load",
            "init_module",
            "mount",
            "umount2",
            "setns",
            "unshare",
            "pivot_root",
            "swapon",
            "syslog",
            "iopl",
            "kcmp",
            "fanotify_init")) {
      assertEquals("EPERM", calls.get(name), name);
    }
    assertEquals("ok", calls.get("getpid"));
  }

  @Test
  @DisplayName("S-SEC-05 socket families AF_ALG and AF_VSOCK are refused")
  void socketFamilies() {
    Map<String, Object> sockets = probe.object("sockets");
    assertTrue(!"ok".equals(sockets.get("38")) && !"ok".equals(sockets.get("40")));
    assertEquals("ok", sockets.get("2"));
  }

  @Test
  @DisplayName("S-PROC-01 host-wide paths are masked or read-only")
  void maskedPaths() {
    probe
        .object("masked")
        .forEach(
            (path, seen) ->
                assertTrue(
                    Set.of("ENOENT", "char 1:3", "directory with 0 entries").contains(seen),
                    path + " is " + seen));
    probe
        .object("read_only")
        .forEach((path, seen) -> assertTrue(!"writable".equals(seen), path + " is writable"));
  }

  @Test
  @DisplayName("S-ID-04 root inside is an unprivileged id of its own outside")
  void ownIds() throws java.io.IOException {
    Object pid = host.json("get", "box").get("pid");
    List<String> status =
        java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/" + pid + "/status"));
    String uid = status.stream().filter(l -> l.startsWith("Uid:")).findFirst().orElseThrow();
    long outside = Long.parseLong(uid.split("\\s+")[1]);
    assertTrue(outside >= 1_000_000, uid);
    String[] map = probe.list("uid_map").get(0).strip().split("\\s+");
    assertEquals(List.of("0", String.valueOf(outside), "65536"), List.of(map));
  }

  @Test
  @DisplayName("S-DEV-01 only the devices of the default list are there")
  void devices() {
    assertEquals(
        Set.of("null", "zero", "full", "random", "urandom", "tty"),
        probe.object("devices").entrySet().stream()
            .filter(e -> String.valueOf(e.getValue()).matches("[cb] .*"))
            .map(Map.Entry::getKey)
            .collect(java.util.stream.Collectors.toSet()));
    assertEquals("c 1:3", probe.object("devices").get("null"));
  }

  @Test
  @DisplayName("S-CG-03 a process that exec made is in the zone's control group in every hierarchy")
  void inItsControlGroup() {
    probe.list("cgroup").forEach(line -> assertTrue(line.endsWith(":/"), line));
  }

  @Test
  void theEnvironmentHoldsNothingOfTheDaemons() {
    assertTrue(
        Set.of("PATH", "HOME", "HOSTNAME", "LC_CTYPE", "TERM", "PWD", "LANG", "USER")
            .containsAll(probe.object("environment").keySet()),
        probe.object("environment").keySet().toString());
  }

  @Test
  void onlyTheLoopbackInterfaceIsThereAndUp() {
    assertEquals(List.of("lo"), probe.list("links"));
    host.polder(
            "exec",
            "box",
            "python3",
            "-c",
            "import socket; s=socket.socket(); s.bind(('127.0.0.1',0)); s.listen(); c=socket.create_connection(s.getsockname()); print('up')")
        .ok();
  }
}
