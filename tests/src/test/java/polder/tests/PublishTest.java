package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** Ports of zones through the command line, called from outside, the host and a neighbour. */
@Tag("kernel")
@Timeout(300)
class PublishTest {
  private static final String SERVE =
      "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 80 -h /www";

  @Test
  void aPublishedPortLeadsToItsZoneWhileThatRuns() throws Exception {
    try (Space inside = new Space();
        Space outside = new Space();
        TestHost host = new TestHost(inside.file())) {
      inside.connect(outside);
      host.importBusybox();
      run(host, "web", "-p", "8080:80", "-p", "127.0.0.1::80").ok();
      TestHost.eventually("from outside", () -> get(outside, "192.0.2.1", 8080).equals("hello"));
      assertEquals("hello", get(inside, "127.0.0.1", 8080));
      assertEquals("hello", get(inside, "192.0.2.1", 8080));
      assertEquals("hello", get(inside, "127.0.0.1", 49152));
      assertEquals("", get(outside, "192.0.2.1", 49152));
      assertEquals(
          "web:8080\\:80,127.0.0.1\\:49152\\:80\n",
          host.polder("list", "-p", "-o", "alias,ports").ok().out());
      CommandResult taken = run(host, "other", "-p", "192.0.2.1:8080:80", "-p", "49152:81");
      assertTrue(taken.err().contains("nics[0].ports[0]"), taken.err());
      assertTrue(taken.err().contains("nics[0].ports[1]"), taken.err());

      host.killDaemon();

      assertEquals("hello", get(outside, "192.0.2.1", 8080));
      host.polder("reboot", "--force", "web").ok();
      TestHost.eventually("again", () -> get(outside, "192.0.2.1", 8080).equals("hello"));
      host.polder("stop", "--force", "web").ok();
      assertEquals("", get(outside, "192.0.2.1", 8080));

      Process program =
          inside.start("/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "8080");
      try {
        TestHost.eventually(
            "it listens", () -> inside.run("ss", "-ltn").contains("127.0.0.1:8080"));
        CommandResult refused = host.polder("start", "web");
        assertTrue(refused.err().contains("nics[0].ports[0]"), refused.err());
        assertTrue(refused.err().contains("127.0.0.1:8080"), refused.err());
      } finally {
        program.destroyForcibly().waitFor();
      }
      host.polder("start", "web").ok();
      TestHost.eventually("and again", () -> get(outside, "192.0.2.1", 8080).equals("hello"));
      host.polder("delete", "--force", "web").ok();
      host.polder("network", "delete", "polder0").ok();
    }
  }

  private static CommandResult run(TestHost host, String name, String... ports) {
    List<String> words = new java.util.ArrayList<>(List.of("run", "-d", "--name", name));
    words.addAll(List.of(ports));
    words.addAll(List.of("busybox", "sh", "-c", SERVE));
    return host.polder(words.toArray(String[]::new));
  }

  /** What a web server says; nothing if it is not reached. */
  private static String get(Space from, String address, int port) {
    String ask =
        "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 3 %s %d | tail -n 1"
            .formatted(address, port);
    return from.run("sh", "-c", ask + "; true").strip();
  }
}
