package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.tests.harness.TestHost;

/** What brand {@code native} shares with the host, and what it does not. */
@Tag("kernel")
class NativeZoneTest {
  private static TestHost host;

  @BeforeAll
  static void makeZone() {
    host = new TestHost();
    host.create(Map.of("brand", "native", "alias", "one"));
    host.create(Map.of("brand", "native", "alias", "two"));
    host.polder("start", "one", "two").ok();
  }

  @AfterAll
  static void closeHost() {
    host.close();
  }

  private static String in(String zone, String script) {
    return host.polder("exec", zone, "sh", "-c", script).ok().text();
  }

  @Test
  void whatTheAdministratorInstallsIsThereAtOnceInEveryZone() throws IOException {
    Path program = Path.of("/usr/local/bin/polder-test-program");
    try {
      Files.writeString(program, "#!/bin/sh\necho first\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
      assertEquals("first", in("one", "polder-test-program"));
      assertEquals("first", in("two", "polder-test-program"));

      Path patched = Path.of("/usr/local/bin/.polder-test-program.new");
      Files.writeString(patched, "#!/bin/sh\necho patched\n");
      Files.setPosixFilePermissions(patched, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(patched, program, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      assertEquals("patched", in("one", "polder-test-program"));
    } finally {
      Files.deleteIfExists(program);
    }
  }

  @Test
  void usersLocalesAndNamesWork() {
    assertEquals("root", in("one", "whoami"));
    assertEquals("/root", in("one", "echo ~"));
    assertEquals("nobody", in("one", "su -s /bin/sh nobody -c whoami"));
    assertEquals("one", in("one", "hostname"));
    in("one", "getent hosts localhost && getent hosts one && getent passwd daemon");
    assertEquals("4", in("one", "python3 -c 'print(2+2)'"));
    assertEquals("C.UTF-8", in("one", "LC_ALL=C.UTF-8 locale 2>&1 | sed -n 's/^LC_ALL=//p'"));
  }

  @Test
  void nothingSecretOfTheHostIsInside() {
    assertEquals("", in("one", "cut -d: -f2 /etc/shadow | tr -d '*!\\n'"));
    assertEquals("", in("one", "ls /etc/ssh/ssh_host_* /etc/ssl/private/* 2>/dev/null || true"));
    assertEquals("", in("one", "ls -A /home; ls -A /srv"));
    assertNotEquals(in("one", "cat /etc/machine-id"), in("two", "cat /etc/machine-id"));
  }

  @Test
  void aUserMadeInOneZoneIsNotInTheOther() {
    in("one", "useradd -m alice && su alice -c 'echo hi > ~/note'");
    assertEquals("hi", in("one", "cat /home/alice/note"));
    host.polder("exec", "two", "id", "alice").code(1);
  }

  @Test
  void processesOfOneAreNotSeenInTheOther() {
    host.polder("exec", "one", "sh", "-c", "sleep 4242 >/dev/null 2>&1 &").ok();
    assertEquals(
        "0",
        in(
            "two",
            "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline; echo; done | grep -c '^sleep 4242' || true"));
  }
}
