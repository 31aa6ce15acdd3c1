package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Json;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** Names on networks through the command line, asked by zones. */
@Tag("kernel")
@Timeout(300)
class NamesTest {
  /** Answers each question with 203.0.113.7. */
  private static final String RESOLVER =
      """
      import socket, struct
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      s.bind(('127.0.0.1', 53))
      while True:
          q, peer = s.recvfrom(2000)
          end = q.index(b'\\0', 12) + 5
          head = q[:2] + struct.pack('>HHHHH', 0x8180, 1, 1, 0, 0)
          s.sendto(head + q[12:end] + b'\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\5\\0\\4\\xcb\\0\\x71\\7', peer)
      """;

  @Test
  void zonesFindEachOtherByNameAndNobodyElseDoes() throws Exception {
    try (Space inside = new Space();
        TestHost host = new TestHost(inside.file())) {
      inside.run("ip", "link", "set", "lo", "up");
      Process resolver = inside.start("/usr/bin/python3", "-c", RESOLVER);
      try {
        host.polder("network", "create", "lab", "-s", "10.1.0.0/24", "--dns-forward", "127.0.0.1")
            .ok();
        host.polder("network", "create", "other", "-s", "10.2.0.0/24", "--dns-domain", "o.test")
            .ok();
        run(host, "db", "lab", List.of());
        run(host, "web", "lab", List.of());
        run(host, "stranger", "other", List.of());
        run(host, "stubborn", "lab", List.of("192.0.2.53"));
        host.polder("balance", "create", "shop", "-l", "10.1.0.200:80", "-t", "zone:web:80").ok();

        assertEquals("10.1.0.2 db.internal", find(host, "web", "db"));
        assertEquals("10.1.0.3 web.internal", find(host, "db", "web"));
        assertEquals("10.1.0.3 web.internal", find(host, "db", "10.1.0.3"));
        assertEquals("10.1.0.200 shop.internal", find(host, "db", "shop"));
        assertEquals("", find(host, "stranger", "db"));
        assertEquals("", find(host, "stranger", "db.internal"));
        assertEquals( // of itself, by /etc/hosts
            "10.2.0.2 stranger.o.test stranger", find(host, "stranger", "stranger.o.test"));
        TestHost.eventually(
            "others are asked",
            () -> find(host, "web", "www.example.org").equals("203.0.113.7 www.example.org"));
        assertEquals(
            "search local\nnameserver 192.0.2.53\n",
            host.polder("exec", "stubborn", "cat", "/etc/resolv.conf").ok().out());

        host.killDaemon();

        assertEquals("10.1.0.2 db.internal", find(host, "web", "db"));
        host.polder("update", "db", "alias=store").ok();
        assertEquals("10.1.0.2 store.internal", find(host, "web", "store"));
        host.polder("network", "update", "lab", "--dns-domain", "lab.test").ok();
        assertEquals("10.1.0.2 store.lab.test", find(host, "web", "store.lab.test"));
        Map<String, Object> told =
            Json.asObject(Json.read(host.polder("network", "get", "lab").ok().out()));
        assertEquals(true, told.get("dns"));
        assertEquals("lab.test", told.get("dns_domain"));
        assertEquals(List.of("127.0.0.1"), told.get("dns_forward"));

        String wrong =
            host.polder("network", "create", "x", "-k", "internal", "--dns-forward", "host")
                .code(1)
                .err();
        assertTrue(wrong.contains("dns_forward"), wrong);
        host.polder("balance", "delete", "shop").ok();
        for (String zone : List.of("store", "web", "stranger", "stubborn")) {
          host.polder("delete", "--force", zone).ok();
        }
        host.polder("network", "delete", "lab", "other").ok();
      } finally {
        resolver.destroyForcibly().waitFor();
      }
    }
  }

  private static void run(TestHost host, String name, String network, List<String> resolvers) {
    Map<String, Object> payload = new HashMap<>();
    payload.put("brand", "native");
    payload.put("alias", name);
    payload.put("nics", List.of(Map.of("nic_tag", network)));
    payload.put("cmd", List.of("/bin/sh", "-c", "exec sleep 1000"));
    if (!resolvers.isEmpty()) {
      payload.put("resolvers", resolvers);
    }
    host.create(payload);
    host.polder("start", name).ok();
  }

  /** What a zone finds by a name or an address; nothing if there is none. */
  private static String find(TestHost host, String zone, String name) {
    return host.polder("exec", zone, "getent", "hosts", name).out().strip().replaceAll(" +", " ");
  }
}
