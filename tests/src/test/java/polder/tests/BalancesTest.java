package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** Balances through the command line, called from outside and from a zone. */
@Tag("kernel")
@Timeout(300)
class BalancesTest {
  @Test
  void webServersAreCalledInTurnWhileTheyRun() throws Exception {
    try (Space inside = new Space();
        Space outside = new Space();
        TestHost host = new TestHost(inside.file())) {
      inside.connect(outside);
      host.importBusybox();
      host.polder("network", "create", "front", "-s", "10.1.0.0/24").ok();
      for (int i = 1; i <= 3; i++) {
        run(
            host,
            "web" + i,
            "mkdir /www; echo web%d > /www/index.html; exec httpd -f -p 8080 -h /www".formatted(i));
      }
      host.polder(
              "balance",
              "create",
              "web",
              "-l",
              "192.0.2.1:80",
              "-l",
              "10.1.0.200:80",
              "-t",
              "tag:role=web:8080")
          .ok();
      TestHost.eventually("all serve", () -> answers(outside).equals("[web1, web2, web3]"));
      assertEquals(
          "web:3/3:none:", host.polder("balance", "list", "-p").ok().out().substring(0, 13));
      String ask = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 10.1.0.200 80 | tail -n 1";
      CommandResult own = host.polder("exec", "web1", "sh", "-c", ask);
      assertTrue(own.ok().out().startsWith("web"), own.out() + own.err());

      host.polder("stop", "--force", "web2").ok();
      assertEquals("[web1, web3]", answers(outside));
      host.polder("balance", "update", "web", "--drain", "web1").ok();
      assertEquals("[web3]", answers(outside));

      host.killDaemon();

      assertEquals("[web3]", answers(outside));
      host.polder("start", "web2").ok();
      host.polder("balance", "update", "web", "--undrain", "web1").ok();
      TestHost.eventually("all again", () -> answers(outside).equals("[web1, web2, web3]"));
      assertTrue(
          host.polder("balance", "get", "web")
              .ok()
              .out()
              .replace(" ", "")
              .contains("\"state\":\"in\""));

      String wrong =
          host.polder(
                  "balance",
                  "create",
                  "b",
                  "-l",
                  "10.1.0.200:80",
                  "-l",
                  "198.51.100.1:80",
                  "-t",
                  "tag:x:1")
              .code(1)
              .err();
      assertTrue(wrong.contains("listen[0]") && wrong.contains("listen[1]"), wrong);
      host.polder("balance", "delete", "web").ok();
      assertEquals("[]", answers(outside));
      for (String zone : List.of("web1", "web2", "web3")) {
        host.polder("delete", "--force", zone).ok();
      }
      host.polder("network", "delete", "front").ok();
    }
  }

  private static void run(TestHost host, String name, String script) {
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            name,
            "nics",
            List.of(Map.of("nic_tag", "front")),
            "tags",
            Map.of("role", "web"),
            "cmd",
            List.of("sh", "-c", script)));
    host.polder("start", name).ok();
  }

  /** Who answers some calls from outside. */
  private static String answers(Space from) {
    String ask =
        "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do"
            + " printf 'GET / HTTP/1.0\\r\\n\\r\\n' | busybox nc -w 1 192.0.2.1 80 | tail -n 1; done; true";
    return new TreeSet<>(
            from.run("sh", "-c", ask).lines().filter(l -> l.startsWith("web")).toList())
        .toString();
  }
}
