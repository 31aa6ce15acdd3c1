package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.brand.Running;
import polder.engine.Figures;
import polder.linux.Signal;
import polder.model.Brand;
import polder.model.ExecSpec;
import polder.model.ZoneProperties;

@Tag("kernel")
class NativeBrandKernelTest {
  private static TestZones zones;
  private static HostMarks before;

  @BeforeAll
  static void open() {
    before = HostMarks.now();
    zones = new TestZones();
  }

  @AfterAll
  static void leavesNothing() {
    zones.close();
    before.assertSame();
  }

  private static String out(String... command) {
    TestZones.Outcome outcome = zones.run(TestZones.nativeZone(command));
    assertEquals("", outcome.err());
    assertEquals(0, outcome.code(), outcome.toString());
    return outcome.out();
  }

  @Test
  void runsTheHostsProgramsAsItsOwnRoot() {
    assertEquals("uid=0(root) gid=0(root) groups=0(root)\n", out("id"));
    assertEquals("45\n", out("python3", "-c", "print(sum(range(10)))"));
    assertEquals("0\n", out("sh", "-lc", "sed --version > /dev/null; awk 'BEGIN {exit}'; echo $?"));
  }

  @Test
  void hasARootOfItsOwn() {
    List<String> names = out("ls", "/").lines().toList();
    assertTrue(names.containsAll(List.of("bin", "etc", "home", "proc", "root", "usr", "var")));
    assertFalse(names.contains("work"), names.toString());
    assertFalse(out("sh", "-c", "ls /home /root /srv /opt").contains("cloudsdk"));
  }

  @Test
  void seesTheHostsUserlandButCannotChangeIt() {
    assertEquals("1\n", out("sh", "-c", "touch /usr/x 2>&1 | grep -c Read-only"));
    assertEquals("1\n", out("sh", "-c", "rm /usr/bin/env 2>&1 | grep -c Read-only"));
    assertEquals("0\n", out("stat", "-c", "%u", "/usr/bin/env"), "its root owns it there");
    assertTrue(Files.exists(Path.of("/usr/bin/env")));
  }

  @Test
  void seesAtOnceWhatTheHostsAdministratorInstalls() throws IOException {
    Path program = Path.of("/usr/local/bin/polder-test-" + ProcessHandle.current().pid());
    try (TestZones.Zone zone = zones.zone(TestZones.nativeZone("sleep", "60"))) {
      Running running = zone.start();
      assertEquals(1, zone.exec(running, ExecSpec.of("test", "-e", program.toString())).code());
      try {
        Files.writeString(program, "#!/bin/sh\necho new\n");
        assertTrue(program.toFile().setExecutable(true, false));
        assertEquals(
            "new\n", zone.exec(running, ExecSpec.of(String.valueOf(program.getFileName()))).out());
      } finally {
        Files.delete(program);
      }
      zone.stop(running);
    }
  }

  @Test
  void aLoginWorks() {
    assertEquals(
        "nobody 65534\n", out("su", "-s", "/bin/sh", "nobody", "-c", "echo $(id -un) $(id -u)"));
    assertEquals("root /root\n", out("su", "-", "-c", "echo $(whoami) $HOME"));
    assertEquals(
        "127.0.0.1\n",
        out("python3", "-c", "import socket; print(socket.gethostbyname('localhost'))"));
    assertEquals("33\n", out("id", "-u", "www-data"));
  }

  @Test
  void noSecretAndNoPersonOfTheHostsIsInIt() throws IOException {
    String shadow = out("sh", "-c", "cut -d: -f2 /etc/shadow | sort -u");
    assertEquals("*\n", shadow);
    assertEquals("", out("sh", "-c", "awk -F: '$3 >= 1000 && $3 != 65534' /etc/passwd"));
    assertEquals(
        "",
        out(
            "sh",
            "-c",
            "ls -d /etc/ssh /etc/ssl/private /etc/shadow- /etc/sudoers 2>/dev/null; true"));
    String id = Files.readString(Path.of("/etc/machine-id")).strip();
    assertNotEquals(id, out("cat", "/etc/machine-id").strip());
  }

  @Test
  @DisplayName("S-ID-04 its root is 0 inside and another id outside; its files are root's on disk")
  void idsAreMapped() throws IOException {
    try (TestZones.Zone zone =
        zones.zone(TestZones.nativeZone("sh", "-c", "touch /etc/mine; sleep 60"))) {
      Running running = zone.start();
      int pid = running.identity().pid();
      long base = zone.ids.orElseThrow().base();
      assertEquals((int) base, Files.getAttribute(Path.of("/proc/" + pid), "unix:uid"));
      assertEquals(
          "0 %d 65536".formatted(base),
          Files.readString(Path.of("/proc/" + pid + "/uid_map")).strip().replaceAll(" +", " "));
      while (!Files.exists(zone.files().resolve("etc/mine"))) {
        Thread.onSpinWait();
      }
      assertEquals(0, Files.getAttribute(zone.files().resolve("etc/mine"), "unix:uid"));
      zone.stop(running);
    }
  }

  @Test
  void aZoneWithoutACommandIsOnlyEntered() {
    try (TestZones.Zone zone = zones.zone(TestZones.spec(Brand.NATIVE))) {
      Running running = zone.start();
      assertEquals(
          "1 polder-init\n",
          zone.exec(running, ExecSpec.of("sh", "-c", "echo 1 $(cat /proc/1/comm)")).out());
      running.pidfd().signal(Signal.TERM);
      assertEquals(0, running.pidfd().await(Figures.within(5)).orElseThrow().shellCode());
      running.close();
    }
  }

  @Test
  void aSecondInstallChangesNothing() {
    try (TestZones.Zone zone =
        zones.zone(TestZones.nativeZone("id", "-un").with(ZoneProperties.USER, "www-data"))) {
      zone.brand.install(zone.spec, zone.root);
      assertEquals("www-data\n", zone.run().out());
    }
  }
}
