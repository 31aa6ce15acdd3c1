package polder.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.model.FirewallBook;
import polder.model.FirewallBook.End;
import polder.model.FirewallParty;
import polder.model.FirewallRemote;
import polder.model.FirewallRequest;
import polder.model.FirewallSentence;
import polder.model.FirewallTraffic;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.Nic;

/** What the firewall says of packets, and what becomes of them. */
@Tag("kernel")
@Timeout(1800)
class FirewallPacketsKernelTest {
  private static final int SETS = Boolean.getBoolean("polder.full") ? 500 : 25;
  private static final int ZONES = 3;
  @TempDir private Path folder;

  /** Who can send and get: a zone, or the host as somebody elsewhere. */
  private record Place(String name, IpAddress four, IpAddress six, Optional<UUID> zone) {
    IpAddress address(boolean v6) {
      return v6 ? six : four;
    }
  }

  private record Probe(int id, Place from, Place to, boolean six, FirewallTraffic traffic) {
    List<Object> written() {
      long number = 0;
      long code = 0;
      String kind;
      switch (traffic) {
        case FirewallTraffic.Port port -> {
          kind = port.transport().word();
          number = port.port();
        }
        case FirewallTraffic.Message message -> {
          kind = message.six() ? "icmp6" : "icmp";
          number = message.type();
          code = message.code();
        }
        case FirewallTraffic.Sealed each -> kind = each.kind().word();
      }
      return List.of(
          (long) id,
          from.name(),
          to.name(),
          from.address(six).toString(),
          to.address(six).toString(),
          kind,
          number,
          code);
    }
  }

  @Test
  @DisplayName(
      "R-NETF-02 of generated rule sets the kernel passes what 'firewall test' says, no more")
  void packetsGoWhereTheAnswerSays() throws Exception {
    Random random = new Random(20261129);
    try (TestNetwork test = new TestNetwork()) {
      Network lab = test.network("lab", Network.Kind.INTERNAL, "10.1.0.0/24", "fd00:1::/64");
      List<Place> places = new ArrayList<>();
      List<String> ends = new ArrayList<>();
      Map<UUID, List<String>> ports = new LinkedHashMap<>();
      List<TestNetwork.Space> spaces = new ArrayList<>();
      try {
        for (int i = 0; i < ZONES; i++) {
          TestNetwork.Space space = test.new Space();
          spaces.add(space);
          String four = "10.1.0.%d".formatted(10 + i);
          String six = "fd00:1::%d".formatted(10 + i);
          Vnic card = test.card(lab, 10 + i, Nic.Freedoms.NONE, four + "/24", six + "/64");
          UUID zone = test.plug(space, card);
          ports.put(zone, List.of(card.port()));
          String name = "zone" + i;
          places.add(new Place(name, IpAddress.of(four), IpAddress.of(six), Optional.of(zone)));
          ends.add("%s=%s,eth0,%s".formatted(name, space.file(), card.mac().value()));
        }
        places.add(
            new Place(
                "host", IpAddress.of("10.1.0.1"), IpAddress.of("fd00:1::1"), Optional.empty()));
        MacAddress bridge = test.names.bridgeAddress(lab);
        ends.add("host=%s,%s,%s".formatted(test.host.file(), lab.link(), bridge.value()));
        try (Packets packets = new Packets(ends)) {
          int next = 1;
          int passed = 0;
          for (int set = 0; set < SETS; set++) {
            List<FirewallParty> zones = zones(random, places);
            FirewallBook book = book(random, places);
            test.switchboard.wall().follow(WallPlan.of(book, zones, ports));
            if (test.switchboard.wall().isThere()) {
              packets.forget(test);
            }
            Map<Integer, Probe> probes = new TreeMap<>();
            Set<Long> expected = new TreeSet<>();
            for (Probe each : probes(random, places, next)) {
              probes.put(each.id(), each);
              if (passes(book, zones, each)) {
                expected.add((long) each.id());
              }
            }
            next += probes.size();
            Set<Long> heard = packets.send(probes.values().stream().toList(), expected);
            assertEquals(expected, heard, told(set, book, zones, probes, expected, heard));
            passed += heard.size();
          }
          assertTrue(passed > SETS * 10 && passed < next - SETS * 10, passed + " of " + next);
        }
      } finally {
        spaces.forEach(TestNetwork.Space::close);
      }
    }
  }

  private static boolean passes(FirewallBook book, List<FirewallParty> zones, Probe probe) {
    return book.test(
            end(zones, probe.from(), probe.six()),
            end(zones, probe.to(), probe.six()),
            probe.traffic(),
            zones)
        .passes();
  }

  private static End end(List<FirewallParty> zones, Place place, boolean six) {
    Optional<FirewallParty> party =
        zones.stream().filter(z -> place.zone().equals(Optional.of(z.uuid()))).findFirst();
    return new End(party, party.isPresent(), List.of(place.address(six)));
  }

  private static String told(
      int set,
      FirewallBook book,
      List<FirewallParty> zones,
      Map<Integer, Probe> probes,
      Set<Long> expected,
      Set<Long> heard) {
    StringBuilder told = new StringBuilder("set %d\n".formatted(set));
    book.rules().forEach(each -> told.append(each.owner()).append(each.sentence()).append('\n'));
    book.remotes().forEach(each -> told.append(each).append('\n'));
    zones.forEach(each -> told.append(each).append('\n'));
    probes.forEach(
        (id, probe) -> {
          if (expected.contains((long) id) != heard.contains((long) id)) {
            told.append(expected.contains((long) id) ? "lost: " : "let through: ")
                .append(probe)
                .append('\n');
          }
        });
    return told.toString();
  }

  private static final List<UUID> OWNERS = List.of(new UUID(7, 1), new UUID(7, 2));

  private static List<FirewallParty> zones(Random random, List<Place> places) {
    List<FirewallParty> zones = new ArrayList<>();
    for (Place each : places) {
      if (each.zone().isPresent()) {
        zones.add(
            new FirewallParty(
                each.zone().get(),
                each.name(),
                OWNERS.get(random.nextInt(2)).toString(),
                tags(random),
                List.of(each.four(), each.six()),
                random.nextInt(5) > 0));
      }
    }
    return zones;
  }

  private static Map<String, String> tags(Random random) {
    Map<String, String> tags = new TreeMap<>();
    for (String name : List.of("a", "b", "in \"quotes\"\n")) {
      if (random.nextBoolean()) {
        tags.put(name, random.nextBoolean() ? "x" : "y");
      }
    }
    return tags;
  }

  private static FirewallBook book(Random random, List<Place> places) {
    FirewallBook book = FirewallBook.EMPTY;
    if (random.nextInt(3) == 0) {
      Place host = places.getLast();
      book =
          book.with(
              new FirewallRemote(
                  new UUID(8, 1),
                  List.of(host.four(), host.six()),
                  Optional.of(OWNERS.get(random.nextInt(2))),
                  new TreeMap<>(tags(random))));
    }
    for (int count = random.nextInt(9); count > 0; count--) {
      FirewallRequest rule =
          new FirewallRequest(
              Optional.of(new UUID(random.nextLong(), random.nextLong())),
              sentence(random, places),
              random.nextInt(8) > 0,
              random.nextInt(4) == 0
                  ? Optional.of(OWNERS.get(random.nextInt(2)))
                  : Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              random.nextInt(6) == 0);
      book = book.with(book.make(List.of(rule), Instant.EPOCH).getFirst());
    }
    return book;
  }

  private static FirewallSentence sentence(Random random, List<Place> places) {
    while (true) {
      String protocol =
          one(
              random,
              "tcp PORT 80",
              "tcp PORT all",
              "tcp (PORT 80 AND PORT 443)",
              "tcp PORTS 1-100, 440-65535",
              "udp PORT 53",
              "udp PORTS 50-60",
              "udp PORT all",
              "icmp TYPE 8",
              "icmp (TYPE 13 CODE 0 AND TYPE 8 CODE 1)",
              "icmp TYPE all",
              "icmp6 TYPE 128 CODE 0",
              "icmp6 TYPE all",
              "ah",
              "esp");
      String text =
          "FROM %s TO %s %s %s%s"
              .formatted(
                  side(random, places),
                  side(random, places),
                  one(random, "ALLOW", "ALLOW", "BLOCK"),
                  protocol,
                  random.nextInt(3) == 0 ? " PRIORITY " + random.nextInt(4) : "");
      try {
        return FirewallSentence.of(text);
      } catch (polder.model.PolderException e) {
        // it touches nobody, or speaks of the other family: another
      }
    }
  }

  private static String side(Random random, List<Place> places) {
    return switch (random.nextInt(6)) {
      case 0 -> "any";
      case 1 -> "all vms";
      case 2 -> "(%s OR %s)".formatted(target(random, places), target(random, places));
      default -> target(random, places);
    };
  }

  private static String target(Random random, List<Place> places) {
    Place place = places.get(random.nextInt(places.size()));
    return switch (random.nextInt(8)) {
      case 0 -> "ip " + place.address(random.nextBoolean());
      case 1 -> one(random, "subnet 10.1.0.0/28", "subnet 10.0.0.0/8", "subnet fd00:1::/64");
      case 2 -> one(random, "subnet 0.0.0.0/0", "subnet ::/0", "subnet 10.1.0.11/32");
      case 3 -> "vm " + place.zone().orElse(new UUID(8, 1));
      case 4 -> "tag a = x";
      case 5 -> "tag \"in \\\"quotes\\\"\\n\" = y";
      case 6 -> "tag b";
      default -> "tag a";
    };
  }

  private static String one(Random random, String... words) {
    return words[random.nextInt(words.length)];
  }

  private static List<Probe> probes(Random random, List<Place> places, int first) {
    List<Probe> probes = new ArrayList<>();
    int next = first;
    for (int from = 0; from < places.size(); from++) {
      for (int to = 0; to < places.size(); to++) {
        if (from == to) {
          continue;
        }
        for (boolean six : new boolean[] {false, true}) {
          List<String> kinds =
              new ArrayList<>(
                  List.of("tcp/80", "tcp/443", "tcp/" + (200 + random.nextInt(200)), "udp/53"));
          kinds.add("udp/" + (1 + random.nextInt(100)));
          kinds.addAll(
              six
                  ? List.of("icmp6/128", "icmp6/129", "icmp6/200/3")
                  : List.of("icmp/8", "icmp/8/1", "icmp/13", "icmp/0"));
          if (from < to) { // of these all that goes between two is one flow
            kinds.addAll(List.of("ah", "esp"));
          }
          for (String kind : kinds) {
            probes.add(
                new Probe(next, places.get(from), places.get(to), six, FirewallTraffic.of(kind)));
            next++;
          }
        }
      }
    }
    return probes;
  }

  /** The program that sends and hears. */
  private final class Packets implements AutoCloseable {
    private final Process process;
    private final BufferedReader in;
    private final BufferedWriter out;

    Packets(List<String> ends) throws IOException {
      Path script = folder.resolve("probes.py");
      try (InputStream from = FirewallPacketsKernelTest.class.getResourceAsStream("probes.py")) {
        Files.write(script, from.readAllBytes());
      }
      List<String> command = new ArrayList<>(List.of("/usr/bin/python3", script.toString()));
      command.addAll(ends);
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
      in = process.inputReader(StandardCharsets.UTF_8);
      out = process.outputWriter(StandardCharsets.UTF_8);
      assertEquals("ready", in.readLine());
    }

    Set<Long> send(List<Probe> probes, Set<Long> expected) throws IOException {
      List<Object> written = new ArrayList<>();
      probes.forEach(each -> written.add(each.written()));
      out.write(Json.write(List.of(written, List.copyOf(expected))));
      out.newLine();
      out.flush();
      String line = String.valueOf(in.readLine());
      assertTrue(line.startsWith("["), () -> line + in.lines().toList());
      Set<Long> heard = new TreeSet<>();
      Json.asList(Json.read(line.getBytes(StandardCharsets.UTF_8)))
          .forEach(each -> heard.add((Long) each));
      return heard;
    }

    /** Has the firewall forget all flows, so that the next packets begin some. */
    void forget(TestNetwork test) throws Exception {
      StringBuilder text = new StringBuilder();
      for (String set : List.of("udp4", "udp6", "other4", "other6", "echo4", "echo6")) {
        text.append("flush set bridge %s %s%n".formatted(test.switchboard.wall().name(), set));
      }
      Path file = folder.resolve("flush.nft");
      Files.writeString(file, text);
      test.host.run("nft", "-f", file.toString());
    }

    @Override
    public void close() throws IOException {
      out.close();
      process.destroy();
    }
  }
}
