package polder.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.NftTable;
import polder.model.FirewallBook;
import polder.model.FirewallParty;
import polder.model.FirewallRequest;
import polder.model.FirewallSentence;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.Nic;

/** What belongs to a flow that the firewall let through. */
@Tag("kernel")
@Timeout(300)
class FirewallFlowsKernelTest {
  private static final String SERVER = "10.1.0.2";
  private static final String CLIENT = "10.1.0.3";
  private static final String ASK_UDP =
      """
      import socket, sys
      ask = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
      ask.settimeout(float(sys.argv[4]))
      ask.connect((sys.argv[1], int(sys.argv[2])))
      try:
          ask.send(b'x' * int(sys.argv[3]))
          print(len(ask.recv(9000)))
      except TimeoutError:
          print('silence')
      except ConnectionRefusedError:
          print('refused')
      """;
  private static final String ECHO_UDP =
      """
      import socket, sys
      echo = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
      echo.bind((sys.argv[1], 9000))
      print('ready', flush=True)
      while True:
          said, who = echo.recvfrom(9000)
          echo.sendto(said, who)
      """;

  @TempDir private Path folder;

  /** Two zones on one switch, both with a firewall. */
  private static final class Pair implements AutoCloseable {
    final TestNetwork test = new TestNetwork();
    final TestNetwork.Space server = test.new Space();
    final TestNetwork.Space client = test.new Space();
    final Map<UUID, List<String>> ports;
    final UUID serverId;
    final UUID clientId;
    private final List<Process> running = new ArrayList<>();

    Pair() {
      Network lab = test.network("lab", Network.Kind.INTERNAL, "10.1.0.0/24", "fd00:1::/64");
      Vnic two = test.card(lab, 2, Nic.Freedoms.NONE, SERVER + "/24", "fd00:1::2/64");
      Vnic three = test.card(lab, 3, Nic.Freedoms.NONE, CLIENT + "/24", "fd00:1::3/64");
      serverId = test.plug(server, two);
      clientId = test.plug(client, three);
      ports = Map.of(serverId, List.of(two.port()), clientId, List.of(three.port()));
    }

    WallPlan plan(Map<String, String> serverTags, String... rules) {
      FirewallBook book = FirewallBook.EMPTY;
      int number = 1;
      for (String each : rules) {
        FirewallRequest rule =
            new FirewallRequest(
                Optional.of(new UUID(5, number++)),
                FirewallSentence.of(each),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                each.contains("9000"));
        book = book.with(book.make(List.of(rule), Instant.EPOCH).getFirst());
      }
      List<FirewallParty> zones =
          List.of(
              zone(serverId, serverTags, SERVER, "fd00:1::2"),
              zone(clientId, Map.of("role", "client"), CLIENT, "fd00:1::3"));
      return WallPlan.of(book, zones, ports);
    }

    private FirewallParty zone(UUID uuid, Map<String, String> tags, String... addresses) {
      return new FirewallParty(
          uuid,
          uuid.toString(),
          "",
          tags,
          List.of(addresses).stream().map(IpAddress::of).toList(),
          true);
    }

    void follow(String... rules) {
      test.switchboard.wall().follow(plan(Map.of("role", "server"), rules));
    }

    String ask(TestNetwork.Space from, String address, int port, int size, boolean due)
        throws Exception {
      return from.run(
              "/usr/bin/python3",
              "-c",
              ASK_UDP,
              address,
              String.valueOf(port),
              String.valueOf(size),
              due ? "20" : "0.5")
          .strip();
    }

    Process start(TestNetwork.Space where, String... command) throws IOException {
      Process process = where.start(command);
      running.add(process);
      return process;
    }

    @Override
    public void close() {
      running.forEach(Process::destroyForcibly);
      client.close();
      server.close();
      test.close();
    }
  }

  private static final String ALLOW =
      "FROM tag role = client TO tag role = server ALLOW tcp PORT 7000";
  private static final String BLOCK = "FROM any TO tag role = server BLOCK tcp PORT all PRIORITY 1";

  @Test
  @DisplayName(
      "R-NETF-02 of 1,000 connections 0 break when rules and tags change, or the daemon comes anew")
  void connectionsOutliveWhatAllowedThem() throws Exception {
    for (String address : List.of(SERVER, "fd00:1::2")) {
      try (Pair pair = new Pair()) {
        pair.follow(ALLOW);
        Path script = folder.resolve("flows.py");
        try (InputStream in = FirewallFlowsKernelTest.class.getResourceAsStream("flows.py")) {
          Files.write(script, in.readAllBytes());
        }
        Process flows =
            new ProcessBuilder(
                    "/usr/bin/python3",
                    script.toString(),
                    pair.server.file().toString(),
                    pair.client.file().toString(),
                    address,
                    "1000")
                .redirectErrorStream(true)
                .start();
        pair.running.add(flows);
        try (BufferedReader in = flows.inputReader(StandardCharsets.UTF_8);
            BufferedWriter out = flows.outputWriter(StandardCharsets.UTF_8)) {
          assertEquals("open", in.readLine());
          assertEquals("1000 0 0 new", say(in, out));
          pair.follow(ALLOW, BLOCK); // other chains: the table is written
          assertEquals("1000 0 0 none", say(in, out));
          pair.follow(ALLOW); // chains that are there: elements alone
          assertEquals("1000 0 0 new", say(in, out));
          pair.test.switchboard.wall().follow(pair.plan(Map.of("role", "other"), ALLOW));
          assertEquals("1000 0 0 none", say(in, out));
          try (var host = pair.test.host.network();
              Wall anew = Wall.open(pair.test.launcher, pair.test.names, host)) {
            anew.follow(pair.plan(Map.of("role", "server"), ALLOW, BLOCK));
            assertEquals("1000 0 0 none", say(in, out));
            anew.follow(pair.plan(Map.of("role", "server"), ALLOW));
            assertEquals("1000 0 0 new", say(in, out));
          }
        }
      }
    }
  }

  private static String say(BufferedReader in, BufferedWriter out) throws IOException {
    out.newLine();
    out.flush();
    return in.readLine();
  }

  @Test
  void answersErrorsAndFragmentsComeInAndWhatNobodyAskedForDoesNot() throws Exception {
    try (Pair pair = new Pair()) {
      pair.follow("FROM tag role = client TO tag role = server ALLOW udp PORT 9000");
      for (String host : List.of("10.1.0.1", "fd00:1::1")) {
        Process echo = pair.start(pair.test.host, "/usr/bin/python3", "-c", ECHO_UDP, host);
        assertEquals("ready", echo.inputReader(StandardCharsets.UTF_8).readLine());
        assertEquals("10", pair.ask(pair.client, host, 9000, 10, true));
        assertEquals("4000", pair.ask(pair.client, host, 9000, 4000, true), "in three parts");
        assertEquals("refused", pair.ask(pair.client, host, 9001, 10, true));
      }
      for (String server : List.of(SERVER, "fd00:1::2")) {
        Process echo = pair.start(pair.server, "/usr/bin/python3", "-c", ECHO_UDP, server);
        assertEquals("ready", echo.inputReader(StandardCharsets.UTF_8).readLine());
        assertEquals("4000", pair.ask(pair.client, server, 9000, 4000, true));
        assertEquals("silence", pair.ask(pair.client, server, 9001, 10, false));
        assertEquals("silence", pair.ask(pair.test.host, server, 9000, 10, false));
      }
      Map<UUID, NftTable.Count> counts = pair.test.switchboard.wall().counts();
      assertTrue(
          Objects.requireNonNull(counts.get(new UUID(5, 1))).packets() >= 2, counts.toString());
      String table =
          pair.test.host.run("nft", "list", "table", "bridge", pair.test.switchboard.wall().name());
      assertTrue(table.contains("log prefix \"polder in " + new UUID(5, 1)), table);
    }
  }

  @Test
  void othersTablesStayAsTheyAreAndOursComesBack() throws Exception {
    try (Pair pair = new Pair()) {
      Path file = folder.resolve("theirs.nft");
      Files.writeString(
          file,
          """
          table inet theirs {
            set known { type ipv4_addr; elements = { 192.0.2.1 } }
            chain in { type filter hook input priority 0; policy accept; ip saddr @known drop; }
          }
          table bridge theirs {
            chain pass { type filter hook forward priority 0; policy accept; meta mark set 1; }
          }
          """
              .replace("; }\n  chain", ";\n  }\n  chain"));
      pair.test.host.run("nft", "-f", file.toString());
      String before = theirs(pair);
      pair.follow(ALLOW);
      pair.follow(ALLOW, BLOCK);
      assertEquals(before, theirs(pair));
      Wall wall = pair.test.switchboard.wall();
      assertTrue(wall.stands());
      String table = pair.test.host.run("nft", "list", "table", "bridge", wall.name());
      assertFalse(table.contains("client"), "no tag is in it");

      pair.test.host.run("nft", "flush", "ruleset");
      assertFalse(wall.stands());
      pair.follow(ALLOW, BLOCK);
      assertTrue(wall.stands());
      wall.follow(WallPlan.NONE);
      pair.follow();
      assertTrue(wall.stands());
    }
  }

  private static String theirs(Pair pair) throws Exception {
    return pair.test.host.run("nft", "list", "table", "inet", "theirs")
        + pair.test.host.run("nft", "list", "table", "bridge", "theirs");
  }
}
