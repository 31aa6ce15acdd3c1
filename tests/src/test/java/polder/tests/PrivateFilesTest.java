package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.tests.harness.Commands;
import polder.tests.harness.TestHost;

/** What others on the host can see of zones, images and logs: nothing. */
@Tag("kernel")
class PrivateFilesTest {
  @Test
  @DisplayName("S-DIR-01 users 1000 and 65534 of the host get into no directory of Polder's")
  void othersGetIntoNothing() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv: apt install util-linux");
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.create(
          Map.of(
              "brand",
              "lx",
              "image",
              "busybox",
              "alias",
              "seen",
              "cmd",
              List.of("sh", "-c", "echo logged; exec sleep 1000")));
      host.polder("start", "seen").ok();
      // the home itself is a test's; on a real host these three are below /var and /run
      Files.setPosixFilePermissions(host.home(), PosixFilePermissions.fromString("rwxr-xr-x"));
      List<String> entered = new ArrayList<>();
      for (String user : List.of("1000", "65534")) {
        for (String name : List.of("state", "run", "log")) {
          Path top = host.home().resolve(name);
          String tries =
              "for i in -r -w -x; do [ $i %1$s ] && echo $i %1$s; done; find %1$s -mindepth 1 2>/dev/null"
                  .formatted(top);
          entered.addAll(
              Commands.run(
                      Map.of(),
                      new byte[0],
                      List.of(
                          "setpriv",
                          "--reuid",
                          user,
                          "--regid",
                          user,
                          "--clear-groups",
                          "sh",
                          "-c",
                          tries))
                  .out()
                  .lines()
                  .toList());
        }
      }
      assertEquals(List.of(), entered);
      assertEquals(0700, mode(host.home().resolve("state")));
      assertEquals(0600, mode(host.home().resolve("log")) & 0600);
      assertEquals(0, mode(host.home().resolve("log")) & 0077);
      assertEquals(0, mode(host.home().resolve("run")) & 0007);
    }
  }

  private static int mode(Path path) throws Exception {
    return (int) Files.getAttribute(path, "unix:mode") & 0777;
  }
}
