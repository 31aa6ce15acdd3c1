package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.BalanceMember;
import polder.model.BalanceRequest;
import polder.model.BalanceTarget;
import polder.model.BalanceUpdate;
import polder.model.Cidr;
import polder.model.Healthcheck;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Balances before zones that run, in a host whose network is a namespace of the test's own. */
@Tag("kernel")
@Timeout(600)
class BalanceKernelTest {
  /** Says who it is and who calls, then gives back each line; TCP, and UDP once a packet. */
  private static final String SERVER =
      """
      import socket, sys, threading
      name = sys.argv[1]
      def talk(caller, peer):
          stream = caller.makefile('rw')
          stream.write(name + ' ' + peer[0] + '\\n')
          stream.flush()
          for line in stream:
              stream.write(line)
              stream.flush()
          caller.close()
      def packets(family):
          s = socket.socket(family, socket.SOCK_DGRAM)
          if family == socket.AF_INET6:
              s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
          s.bind(('', 8000))
          while True:
              data, peer = s.recvfrom(100)
              s.sendto((name + ' ' + peer[0]).encode(), peer)
      for family in (socket.AF_INET, socket.AF_INET6):
          threading.Thread(target=packets, args=(family,)).start()
      server = socket.create_server(('', 8000), family=socket.AF_INET6, dualstack_ipv6=True)
      while True:
          threading.Thread(target=talk, args=server.accept()).start()
      """;

  /** Calls so many times, and says how often who answered. */
  private static final String CLIENT =
      """
      import collections, socket, sys
      kind, address, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
      family = socket.AF_INET6 if ':' in address else socket.AF_INET
      heard = collections.Counter()
      for i in range(count):
          s = socket.socket(family, socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM)
          s.settimeout(2)
          try:
              if kind == 'udp': # by chance it would be the port of a flow that is known, now and then
                  s.bind(('', 20000 + i))
              s.connect((address, port))
              if kind == 'udp':
                  s.send(b'?')
              heard[s.recv(100).decode().split()[0]] += 1
          except OSError:
              heard['no'] += 1
              break
          s.close()
      print(' '.join('%s=%d' % each for each in sorted(heard.items())))
      """;

  /** Holds one connection: says who answered, then passes lines to and fro. */
  private static final String HOLD =
      """
      import socket, sys
      stream = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=20).makefile('rw')
      print(stream.readline().strip(), flush=True)
      for line in sys.stdin:
          stream.write(line)
          stream.flush()
          print(stream.readline().strip(), flush=True)
      """;

  private final List<Process> held = new ArrayList<>();

  static ZoneSpec zone(String name, String network, String... addresses) {
    List<Cidr> all = Stream.of(addresses).map(Cidr::of).toList();
    MacAddress mac = MacAddress.local(all.getFirst().address().low() & 0xff);
    return TestHost.spec(name, "exec sleep 1000")
        .with(ZoneProperties.NICS, List.of(Nic.on(network).settled("eth0", mac, network, all)));
  }

  private static ZoneSpec web(String name, String network, String... addresses) {
    return zone(name, network, addresses)
        .with(ZoneProperties.TAGS, Map.of("role", "web"))
        .with(ZoneProperties.CMD, List.of("/usr/bin/python3", "-c", SERVER, name));
  }

  static void network(TestHost test, String name, Network.Kind kind, String... subnets) {
    NetworkRequest request = NetworkRequest.of(name, kind);
    for (String each : subnets) {
      request = request.with(new Subnet(Cidr.of(each), Optional.empty(), Optional.empty()));
    }
    test.host().networks().create(request);
  }

  static BalanceRequest request(
      String name, Balance.Affinity affinity, List<String> listen, String... to) {
    return new BalanceRequest(
        name,
        listen.stream().map(BalanceListen::of).toList(),
        Stream.of(to).map(BalanceTarget::of).toList(),
        affinity);
  }

  private static Map<String, Integer> counted(String said) {
    Map<String, Integer> counts = new TreeMap<>();
    for (String each : said.lines().findFirst().orElse("").split(" ")) {
      String[] parts = each.split("=");
      counts.put(parts[0], parts.length == 2 ? Integer.parseInt(parts[1]) : -1);
    }
    return counts;
  }

  /** How often which member answers a zone. */
  private static Map<String, Integer> call(
      TestHost test, String zone, String kind, String address, int port, int times) {
    try {
      return counted(
          test.exec(
              zone,
              "/usr/bin/python3 -c \"%s\" %s %s %d %d"
                  .formatted(CLIENT, kind, address, port, times)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process inside(TestHost test, String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + test.network()));
    all.addAll(List.of(command));
    return new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String run(TestHost test, String... command) throws Exception {
    Process process = inside(test, command);
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), String.join(" ", command) + ": " + said);
    return said;
  }

  /** How often which member answers the host itself. */
  private static Map<String, Integer> callHere(
      TestHost test, String kind, String address, int port, int times) throws Exception {
    return counted(
        run(
            test,
            "/usr/bin/python3",
            "-c",
            CLIENT,
            kind,
            address,
            String.valueOf(port),
            String.valueOf(times)));
  }

  /** A connection from the host through a balance, which stays. */
  private final class Held {
    private final Writer in;
    private final BufferedReader out;
    final String member;

    Held(TestHost test, String address, int port) throws IOException {
      Process process = inside(test, "/usr/bin/python3", "-c", HOLD, address, String.valueOf(port));
      held.add(process);
      in = process.outputWriter(StandardCharsets.UTF_8);
      out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      member = String.valueOf(out.readLine()).split(" ")[0];
    }

    void speaks() throws IOException {
      in.write("still there\n");
      in.flush();
      assertEquals("still there", out.readLine());
    }
  }

  private void letGo() throws InterruptedException {
    for (Process each : held) {
      each.destroyForcibly().waitFor();
    }
  }

  private static void serves(TestHost test, String caller, String address) {
    TestHost.eventually(
        address + " serves", () -> !call(test, caller, "tcp", address, 8000, 1).containsKey("no"));
  }

  private static String states(TestHost test, String balance) {
    StringBuilder states = new StringBuilder();
    for (BalanceMember each : test.host().balances().get(balance).members()) {
      states.append(each.name()).append(' ').append(each.state().word()).append(' ');
    }
    return states.toString().strip();
  }

  @Test
  void callsOnASwitchOfItsOwnAreSpreadByWeightAndFollowZones() throws Exception {
    try (TestHost test = new TestHost()) {
      run(test, "ip", "link", "set", "lo", "up");
      network(test, "lab", Network.Kind.ETHERSTUB, "10.1.0.0/24");
      network(test, "out", Network.Kind.NAT, "10.2.0.0/24");
      test.run(zone("client", "lab", "10.1.0.3/24"));
      test.run(zone("stranger", "out", "10.2.0.4/24"));
      for (int i = 1; i <= 3; i++) {
        test.run(web("web" + i, "lab", "10.1.0.1%d/24".formatted(i)));
        serves(test, "client", "10.1.0.1" + i);
      }
      Balance made =
          test.host()
              .balances()
              .create(
                  request(
                      "web",
                      Balance.Affinity.NONE,
                      List.of("10.1.0.10:80", "10.1.0.10:53/udp"),
                      "zone:web3:8000,weight=2",
                      "tag:role=web:8000"));
      assertEquals(Optional.of("lab"), made.listen().getFirst().network(), "it is decided");
      assertEquals("web1 in web2 in web3 in", states(test, "web"));
      Map<String, Integer> spread = Map.of("web1", 32, "web2", 32, "web3", 64);
      assertEquals(spread, call(test, "client", "tcp", "10.1.0.10", 80, 128));
      assertEquals(spread, call(test, "client", "udp", "10.1.0.10", 53, 128));
      assertEquals(spread, callHere(test, "tcp", "10.1.0.10", 80, 128));
      assertEquals(spread, call(test, "web1", "tcp", "10.1.0.10", 80, 128), "itself, too");

      assertEquals(Map.of("no", 1), call(test, "stranger", "tcp", "10.1.0.10", 80, 1));
      Process service =
          inside(test, "/usr/bin/python3", "-c", SERVER, "the-host"); // at each address, port 8000
      held.add(service);
      TestHost.eventually("it listens", () -> hears(test));
      assertEquals(
          Map.of("no", 1),
          call(test, "client", "tcp", "10.1.0.10", 8000, 1),
          "a balance opens no way to what the host serves");

      test.host().zones().stop(TestHost.ref("web1"), StopOptions.FORCED);
      assertEquals("web1 stopped web2 in web3 in", states(test, "web"));
      Map<String, Integer> rest = call(test, "client", "tcp", "10.1.0.10", 80, 128);
      assertEquals(
          128, rest.getOrDefault("web2", 0) + rest.getOrDefault("web3", 0), rest.toString());
      assertTrue(Math.abs(rest.getOrDefault("web3", 0) - 85) <= 1, rest.toString());
      test.host().zones().start(TestHost.ref("web1"));
      serves(test, "client", "10.1.0.11");
      assertEquals(spread, call(test, "client", "tcp", "10.1.0.10", 80, 128));

      test.host()
          .zones()
          .update(
              TestHost.ref("web2"), new Patch(Map.of("set_tags", Map.of("role", "none"))), false);
      assertEquals(
          java.util.Set.of("web1", "web3"),
          call(test, "client", "tcp", "10.1.0.10", 80, 128).keySet());
      test.host().zones().pause(TestHost.ref("web1"));
      assertEquals(Map.of("web3", 9), call(test, "client", "tcp", "10.1.0.10", 80, 9));
      test.host().zones().resume(TestHost.ref("web1"));
      assertEquals("web1 in web3 in", states(test, "web"));

      test.host().balances().delete("web");
      assertEquals(Map.of("no", 1), call(test, "client", "tcp", "10.1.0.10", 80, 1));
      assertEquals("", run(test, "ip", "-o", "-4", "addr", "show", "to", "10.1.0.10"));
      assertEquals(List.of(), test.host().fsck());
    } finally {
      letGo();
    }
  }

  private static boolean hears(TestHost test) {
    try {
      return !callHere(test, "tcp", "127.0.0.1", 8000, 1).containsKey("no");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void flowsThatAreThereGoOnWhateverBecomesOfTheBalance() throws Exception {
    try (TestHost test = new TestHost()) {
      outside(test);
      network(test, "out", Network.Kind.NAT, "10.1.0.0/24", "fd00:1::/64");
      for (int i = 1; i <= 3; i++) {
        test.run(
            web("web" + i, "out", "10.1.0.1%d/24".formatted(i), "fd00:1::1%d/64".formatted(i)));
      }
      for (int i = 1; i <= 3; i++) {
        serves(test, "web1", "10.1.0.1" + i);
        serves(test, "web1", "fd00:1::1" + i);
      }
      test.host()
          .balances()
          .create(
              request(
                  "web",
                  Balance.Affinity.NONE,
                  List.of("192.0.2.1:80", "[2001:db8::1]:80", "[fd00:1::ff]:80"),
                  "tag:role:8000"));
      for (String each : List.of("192.0.2.1", "2001:db8::1", "fd00:1::ff")) {
        assertEquals(3, callHere(test, "tcp", each, 80, 128).size(), each);
        assertEquals(3, call(test, "web2", "tcp", each, 80, 128).size(), each);
      }
      Held flow = new Held(test, "192.0.2.1", 80);
      String member = flow.member;
      assertTrue(member.startsWith("web"), member);

      test.host().balances().update("web", BalanceUpdate.drain(TestHost.ref(member)));
      assertTrue(states(test, "web").contains(member + " drained"), states(test, "web"));
      assertTrue(!callHere(test, "tcp", "192.0.2.1", 80, 128).containsKey(member));
      assertTrue(!callHere(test, "tcp", "2001:db8::1", 80, 128).containsKey(member));
      flow.speaks();

      test.reopen(); // as after the daemon's death
      flow.speaks();
      assertTrue(!callHere(test, "tcp", "192.0.2.1", 80, 128).containsKey(member), "still");
      test.host().balances().update("web", BalanceUpdate.undrain(TestHost.ref(member)));
      assertEquals(3, callHere(test, "tcp", "192.0.2.1", 80, 128).size());

      run(test, "nft", "flush", "ruleset");
      TestHost.eventually("what is flushed comes back", () -> isBack(test));
      assertEquals(3, callHere(test, "tcp", "192.0.2.1", 80, 128).size());
      assertEquals(3, call(test, "web1", "tcp", "fd00:1::ff", 80, 128).size());

      test.host()
          .balances()
          .update(
              "web",
              new BalanceUpdate(
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(Balance.Affinity.SOURCE),
                  List.of(),
                  List.of()));
      Map<String, Integer> one = callHere(test, "tcp", "192.0.2.1", 80, 30);
      assertEquals(List.of(30), List.copyOf(one.values()), "a caller stays at its member");
      String own = one.keySet().iterator().next();
      test.reopen();
      assertEquals(one, callHere(test, "tcp", "192.0.2.1", 80, 30), "for ever");
      test.host().zones().stop(TestHost.ref(own), StopOptions.FORCED);
      Map<String, Integer> next = callHere(test, "tcp", "192.0.2.1", 80, 30);
      assertEquals(List.of(30), List.copyOf(next.values()));
      assertTrue(!next.containsKey(own));
      assertEquals(List.of(), test.host().fsck());
    } finally {
      letGo();
    }
  }

  private static boolean isBack(TestHost test) {
    try {
      return run(test, "nft", "list", "ruleset").contains("10.1.0.11 . 8000");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoIsNotWellGetsNoNewFlows() throws Exception {
    Healthcheck check =
        new Healthcheck(
            List.of("/bin/sh", "-c", "test ! -e /tmp/ill"),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            1,
            Duration.ZERO);
    try (TestHost test = new TestHost()) {
      outside(test);
      network(test, "lab", Network.Kind.INTERNAL, "10.1.0.0/24");
      for (int i = 1; i <= 2; i++) {
        test.run(
            web("web" + i, "lab", "10.1.0.1%d/24".formatted(i))
                .with(ZoneProperties.HEALTHCHECK, check));
      }
      test.host()
          .balances()
          .create(
              request("web", Balance.Affinity.NONE, List.of("192.0.2.1:80"), "tag:role=web:8000"));
      TestHost.eventually("both are well", () -> states(test, "web").equals("web1 in web2 in"));
      serves(test, "web1", "10.1.0.12");
      serves(test, "web2", "10.1.0.11");
      assertEquals(2, callHere(test, "tcp", "192.0.2.1", 80, 128).size());
      test.exec("web1", "touch /tmp/ill");
      TestHost.eventually(
          "it is found", () -> states(test, "web").equals("web1 unhealthy web2 in"));
      assertEquals(Map.of("web2", 20), callHere(test, "tcp", "192.0.2.1", 80, 20));
      assertEquals(Map.of("web2", 20), call(test, "web1", "tcp", "192.0.2.1", 80, 20));
      test.exec("web1", "rm /tmp/ill");
      TestHost.eventually("it is well again", () -> states(test, "web").equals("web1 in web2 in"));
      test.reopen();
      assertEquals(
          "web1 in web2 in", states(test, "web"), "a daemon that comes anew shuts nobody out");
    }
  }

  /** The host has an address of its own, of each family, and passes both on. */
  static void outside(TestHost test) throws Exception {
    run(test, "ip", "link", "set", "lo", "up");
    run(test, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
    run(test, "ip", "link", "add", "up0", "type", "bridge");
    run(test, "ip", "addr", "add", "192.0.2.1/24", "dev", "up0");
    run(test, "ip", "addr", "add", "2001:db8::1/64", "dev", "up0", "nodad");
    run(test, "ip", "link", "set", "up0", "up");
  }
}
