package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.Fixtures;
import polder.tests.harness.TestHost;

/** Zones that go from one host to another through a pipe, and into a file and back. */
@Tag("kernel")
class SendTest {
  /** Runs both in one pipe, each for its own host. */
  private static CommandResult pipe(TestHost from, String send, TestHost to, String receive) {
    String polder = Fixtures.ROOT.resolve("polder").toString();
    String line =
        "set -o pipefail; POLDER_HOME=%s %s %s | POLDER_HOME=%s %s %s"
            .formatted(from.home(), polder, send, to.home(), polder, receive);
    return Commands.run(
        Map.of("NO_COLOR", "1", "POLDER_NO_BUILD", "1"), new byte[0], List.of("bash", "-c", line));
  }

  private static void zone(TestHost host, String name) {
    host.create(Map.of("brand", "native", "alias", name, "cmd", List.of("/bin/sleep", "1000")));
    host.polder("start", name).ok();
  }

  @Test
  void aZoneGoesThroughAPipeAndIsStartedOnTheOtherSide() {
    try (TestHost here = new TestHost();
        TestHost there = new TestHost()) {
      zone(here, "web");
      here.polder("exec", "web", "sh", "-c", "echo first > /root/f; chmod 4711 /root/f").ok();
      here.polder("snapshot", "create", "web@mon").ok();
      String uuid = here.polder("get", "web", "uuid").ok().text();
      assertEquals(uuid, pipe(here, "send web@mon", there, "receive").ok().text());
      there.polder("start", "web").ok();
      assertEquals("first", there.polder("exec", "web", "cat", "/root/f").ok().text());
      there.polder("exec", "web", "touch", "/root/own").ok();
      there.polder("stop", "web").ok();

      here.polder("exec", "web", "sh", "-c", "echo second > /root/g").ok();
      here.polder("snapshot", "create", "web@tue").ok();
      CommandResult changed = pipe(here, "send web@tue --since mon", there, "receive");
      assertTrue(changed.code() != 0 && changed.err().contains("was changed"), changed.err());
      pipe(here, "send web@tue --since mon", there, "receive --force").ok();
      there.polder("start", "web").ok();
      assertEquals(
          "first\nsecond", there.polder("exec", "web", "cat", "/root/f", "/root/g").ok().text());
      assertTrue(here.polder("list", "-H", "-o", "state").ok().text().contains("running"));
    }
  }

  @Test
  void aZoneIsPutIntoAFileAndComesBackAsItWas() throws IOException {
    try (TestHost host = new TestHost()) {
      zone(host, "web");
      host.polder("exec", "web", "sh", "-c", "echo kept > /root/f").ok();
      Path file = host.home().resolve("web.polder");
      host.polder("export", "web", "-o", file.toString()).ok();
      host.polder("export", "web", "-o", file.toString()).code(1);
      host.polder("delete", "--force", "web").ok();
      host.polder("import", file.toString()).ok();
      host.polder("import", "--as", "web2", file.toString()).ok();
      host.polder("start", "web2").ok();
      assertEquals("kept", host.polder("exec", "web2", "cat", "/root/f").ok().text());
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
      CommandResult cut = host.polder("import", "--as", "web3", file.toString());
      assertTrue(cut.code() != 0 && cut.err().contains("refused"), cut.err());
      assertTrue(!host.polder("list", "-H", "-o", "alias").ok().text().contains("web3"));
    }
  }
}
