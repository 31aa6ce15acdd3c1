package polder.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.linux.Fd;
import polder.model.Bandwidth;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.Nic;
import polder.model.NicRules;
import polder.model.PublishedPort;

/** Who reaches which port of a zone by the host's addresses. */
@Tag("kernel")
@Timeout(600)
class PublishingKernelTest {
  /** Answers with the caller's address: TCP and UDP, both families, at each port given. */
  private static final String SERVER =
      """
      import selectors, socket, sys
      waiting = selectors.DefaultSelector()
      for port in sys.argv[2:]:
          for family in (socket.AF_INET, socket.AF_INET6):
              for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                  s = socket.socket(family, kind)
                  s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                  if family == socket.AF_INET6:
                      s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                  s.bind(('', int(port)))
                  if kind == socket.SOCK_STREAM:
                      s.listen()
                  waiting.register(s, selectors.EVENT_READ)
      print('ready', flush=True)
      while True:
          for key, mask in waiting.select():
              s = key.fileobj
              if s.type == socket.SOCK_DGRAM:
                  data, caller = s.recvfrom(100)
                  s.sendto((sys.argv[1] + ' ' + caller[0]).encode(), caller)
              else:
                  c, caller = s.accept()
                  c.settimeout(5)
                  try: # what is not read when it is closed takes the answer with it
                      c.recv(100)
                      c.sendall((sys.argv[1] + ' ' + caller[0]).encode())
                  except OSError:
                      pass
                  c.close()
      """;

  private static final String CLIENT =
      """
      import socket, sys
      kind, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
      family = socket.AF_INET6 if ':' in address else socket.AF_INET
      s = socket.socket(family, socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM)
      s.settimeout(float(sys.argv[4]))
      try:
          s.connect((address, port))
          s.send(b'?')
          print(s.recv(100).decode())
      except OSError:
          print('no')
      """;

  private final List<Process> servers = new ArrayList<>();

  @Test
  void whatIsPublishedIsReachedByTheHostsAddresses() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space outside = test.new Space();
        TestNetwork.Space zone = test.new Space();
        TestNetwork.Space neighbour = test.new Space()) {
      connect(test, outside);
      Network out = test.network("out", Network.Kind.NAT, "10.1.0.0/24", "fd00:1::/64");
      String[] ports = {"8080:80", "5353:53/udp", "9000-9002:9000-9002", "192.0.2.1:7000:80"};
      UUID web = plug(test, zone, out, 2, ports);
      plug(test, neighbour, out, 3);
      serve(zone, "web", "80", "53", "9000", "9001", "9002");

      assertEquals("web 192.0.2.2", call(outside, "tcp", "192.0.2.1", 8080), "callers are seen");
      awaitSix(outside);
      assertEquals("web 2001:db8::2", call(outside, "tcp", "2001:db8::1", 8080));
      assertEquals("web 192.0.2.2", call(outside, "udp", "192.0.2.1", 5353));
      assertEquals(
          "no", call(outside, "tcp", "192.0.2.1", 5353), "only the protocol that is given");
      assertEquals("web 192.0.2.2", call(outside, "tcp", "192.0.2.1", 9002));
      assertEquals("no", call(outside, "tcp", "192.0.2.1", 80));
      assertEquals("web 192.0.2.2", call(outside, "tcp", "192.0.2.1", 7000));
      assertEquals("no", call(outside, "tcp", "2001:db8::1", 7000), "one address is one address");

      assertEquals("web 10.1.0.1", call(test.host, "tcp", "127.0.0.1", 8080));
      assertEquals("web 10.1.0.1", call(test.host, "udp", "127.0.0.1", 5353));
      assertEquals("web 192.0.2.1", call(test.host, "tcp", "192.0.2.1", 8080));
      assertTrue(call(test.host, "tcp", "2001:db8::1", 8080).startsWith("web "));

      for (TestNetwork.Space each : List.of(neighbour, zone)) {
        assertEquals("web 10.1.0.1", call(each, "tcp", "192.0.2.1", 8080), "by the host");
        assertEquals("web 10.1.0.1", call(each, "tcp", "10.1.0.1", 8080));
        assertEquals("web fd00:1::1", call(each, "tcp", "2001:db8::1", 8080));
      }

      test.switchboard.unplug(web);
      assertEquals("no", call(outside, "tcp", "192.0.2.1", 8080));
      assertEquals("no", call(test.host, "tcp", "127.0.0.1", 8080));
      String left = test.host.run("nft", "list", "table", "inet", test.names.table());
      assertFalse(left.contains("elements"), left);
      assertEquals("0", localRoute(test, out));
    } finally {
      stop();
    }
  }

  @Test
  @DisplayName("S-NET-05 what is published on 127.0.0.1 no neighbour reaches, and nothing beside")
  void theLoopbackIsTheHostsOwn() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space outside = test.new Space();
        TestNetwork.Space zone = test.new Space();
        TestNetwork.Space neighbour = test.new Space()) {
      connect(test, outside);
      Network out = test.network("out", Network.Kind.NAT, "10.1.0.0/24");
      plug(test, zone, out, 2, "127.0.0.1:8080:80");
      plug(test, neighbour, out, 3);
      serve(zone, "web", "80", "81");
      serve(test.host, "host", "8443");
      assertEquals("web 10.1.0.1", call(test.host, "tcp", "127.0.0.1", 8080));
      assertEquals("no", call(test.host, "tcp", "127.0.0.1", 80));

      for (String address : List.of("192.0.2.1", "10.1.0.1")) {
        for (TestNetwork.Space each : List.of(outside, neighbour, zone)) {
          assertEquals("no", call(each, "tcp", address, 8080), address);
        }
      }
      // who sends frames to the host that say 127.0.0.1
      for (TestNetwork.Space each : List.of(outside, neighbour)) {
        String gateway = each == outside ? "192.0.2.1" : "10.1.0.1";
        each.run("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
        each.run("ip", "link", "set", "lo", "down"); // with its own 127.0.0.1
        each.run("sh", "-c", "ip route flush table local 127.0.0.0/8; exit 0");
        each.run("ip", "route", "add", "127.0.0.1/32", "via", gateway);
        String source = each == outside ? "192.0.2.2" : "10.1.0.3";
        each.run("ip", "route", "change", "127.0.0.1/32", "via", gateway, "src", source);
        assertEquals("no", call(each, "tcp", "127.0.0.1", 8080), "the zone, by " + gateway);
        assertEquals("no", call(each, "udp", "127.0.0.1", 8443), "the host, by " + gateway);
        assertEquals("no", call(each, "tcp", "127.0.0.1", 8443), "the host, by " + gateway);
      }
      // who knows where zones are
      outside.run("ip", "route", "add", "10.1.0.0/24", "via", "192.0.2.1");
      assertEquals("no", call(outside, "tcp", "10.1.0.2", 80));
      assertEquals("no", call(outside, "tcp", "10.1.0.2", 81));
    } finally {
      stop();
    }
  }

  @Test
  void whatIsFlushedComesBackWithTheNextCard() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space outside = test.new Space();
        TestNetwork.Space zone = test.new Space();
        TestNetwork.Space other = test.new Space()) {
      connect(test, outside);
      Network out = test.network("out", Network.Kind.NAT, "10.1.0.0/24");
      plug(test, zone, out, 2, "8080:80");
      serve(zone, "web", "80");
      assertEquals("web 192.0.2.2", call(outside, "tcp", "192.0.2.1", 8080));
      test.host.run("nft", "flush", "ruleset");
      plug(test, other, out, 3, "8081:80");
      serve(other, "other", "80");
      assertEquals("web 192.0.2.2", call(outside, "tcp", "192.0.2.1", 8080));
      assertEquals("other 192.0.2.2", call(outside, "tcp", "192.0.2.1", 8081));
    } finally {
      stop();
    }
  }

  @Test
  void whatIsFlushedComesBackByItself() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space outside = test.new Space();
        TestNetwork.Space zone = test.new Space()) {
      connect(test, outside);
      Network out = test.network("out", Network.Kind.NAT, "10.1.0.0/24");
      plug(test, zone, out, 2, "8080:80");
      serve(zone, "web", "80");
      for (int i = 0; i < 3; i++) {
        test.host.run("nft", "flush", "ruleset");
        long limit = System.nanoTime() + 20_000_000_000L;
        String rules = "";
        while (!(rules.contains("set four") && rules.contains("10.1.0.2 . tcp . 80"))) {
          assertTrue(System.nanoTime() < limit, "it is back: " + rules);
          Thread.sleep(10);
          rules = test.host.run("nft", "list", "ruleset");
        }
        assertEquals("web 192.0.2.2", call(outside, "tcp", "192.0.2.1", 8080));
      }
    } finally {
      stop();
    }
  }

  @Test
  void aThousandPortsAreOneBatchAndOneZonesAddressChanges() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space outside = test.new Space();
        TestNetwork.Space zone = test.new Space();
        TestNetwork.Space again = test.new Space()) {
      connect(test, outside);
      Network out = test.network("out", Network.Kind.NAT, "10.1.0.0/24");
      plug(test, zone, out, 2, "20000-21023:20000-21023");
      // as if it ended while nobody looked, and its address is another's now
      plug(test, again, out, 4, "20000-21023:20000-21023");
      serve(again, "again", "20000", "21023");
      assertEquals("again 192.0.2.2", call(outside, "tcp", "192.0.2.1", 20000));
      assertEquals("again 192.0.2.2", call(outside, "tcp", "192.0.2.1", 21023));
    } finally {
      stop();
    }
  }

  /** A cable from the host, which is 192.0.2.1 and 2001:db8::1 there. */
  private static void connect(TestNetwork test, TestNetwork.Space outside) throws Exception {
    test.host.run("ip", "link", "set", "lo", "up");
    test.host.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
    test.host.run(
        "ip",
        "link",
        "add",
        "up0",
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        outside.file().toString());
    test.host.run("ip", "addr", "add", "192.0.2.1/24", "dev", "up0");
    test.host.run("ip", "addr", "add", "2001:db8::1/64", "dev", "up0", "nodad");
    test.host.run("ip", "link", "set", "up0", "up");
    outside.run("ip", "addr", "add", "192.0.2.2/24", "dev", "eth0");
    outside.run("ip", "addr", "add", "2001:db8::2/64", "dev", "eth0", "nodad");
    outside.run("ip", "link", "set", "eth0", "up");
  }

  private static UUID plug(
      TestNetwork test, TestNetwork.Space zone, Network network, int number, String... ports)
      throws Exception {
    List<Cidr> addresses = new ArrayList<>();
    List<NicRules.Way> ways = new ArrayList<>();
    network
        .subnets()
        .forEach(
            each -> {
              IpAddress gateway = each.gateway().orElseThrow();
              addresses.add(new Cidr(gateway.plus(number - 1), each.cidr().prefix()));
              ways.add(
                  new NicRules.Way(
                      Cidr.of(gateway.six() ? "::/0" : "0.0.0.0/0"), Optional.of(gateway), 0));
            });
    Vnic plain = test.card(network, number, Nic.Freedoms.NONE);
    Vnic card =
        new Vnic(
            network,
            plain.port(),
            plain.name(),
            plain.mac(),
            plain.mtu(),
            addresses,
            plain.freedoms(),
            List.of(),
            List.of(ports).stream().map(PublishedPort::of).toList(),
            Bandwidth.NONE);
    zone.run("ip", "link", "set", "lo", "up");
    UUID uuid = UUID.randomUUID();
    try (Fd inside = zone.network()) {
      test.switchboard.plug(uuid, new Wiring(List.of(card), ways, false), inside);
    }
    return uuid;
  }

  private void serve(TestNetwork.Space space, String name, String... ports) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c", SERVER, name));
    command.addAll(List.of(ports));
    Process server = space.start(command.toArray(String[]::new));
    servers.add(server);
    byte[] ready = server.getInputStream().readNBytes("ready\n".length());
    assertEquals("ready\n", new String(ready, java.nio.charset.StandardCharsets.UTF_8));
  }

  private void stop() throws InterruptedException {
    for (Process each : servers) {
      each.destroyForcibly().waitFor();
    }
  }

  /** IPv6 takes some seconds on new links to know who is there. */
  private static void awaitSix(TestNetwork.Space outside) throws Exception {
    for (int i = 0; i < 10 && call(outside, "tcp", "2001:db8::1", 8080).equals("no"); i++) {
      Thread.sleep(200);
    }
  }

  /** What the server says; "no" if there is none. */
  private static String call(TestNetwork.Space space, String protocol, String address, int port)
      throws Exception {
    return space
        .run("/usr/bin/python3", "-c", CLIENT, protocol, address, String.valueOf(port), "2")
        .strip();
  }

  private static String localRoute(TestNetwork test, Network network) throws Exception {
    return test.host
        .run("cat", "/proc/sys/net/ipv4/conf/" + network.link() + "/route_localnet")
        .strip();
  }
}
