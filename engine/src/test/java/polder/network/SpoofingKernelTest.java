package polder.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Child;
import polder.linux.Fd;
import polder.linux.Namespace;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.model.Network;
import polder.model.Nic;

/** What a zone's card sends by a raw socket, and who hears it. */
@Tag("kernel")
@Timeout(600)
class SpoofingKernelTest {
  private static final Set<String> LEGAL = Set.of("legal", "legal-six", "legal-arp");
  private static final List<String> HOSTILE =
      List.of(
          "foreign-mac",
          "foreign-mac-to-bridge",
          "arp-reply",
          "arp-other-mac",
          "neighbour-advert",
          "foreign-ip",
          "foreign-ip6",
          "router-advert",
          "dhcp-offer",
          "dhcp-starvation",
          "dhcp6-advert",
          "vlan",
          "double-vlan",
          "unknown-type",
          "source-routed");

  @TempDir private Path folder;
  private Path script = Path.of("");

  @BeforeEach
  void script() throws IOException {
    script = folder.resolve("frames.py");
    try (InputStream in = SpoofingKernelTest.class.getResourceAsStream("frames.py")) {
      Files.write(script, in.readAllBytes());
    }
  }

  @Test
  @DisplayName("S-NET-01 of 15 kinds of hostile frames, 1,000 each, neighbour and host receive 0")
  void hostileFramesReachNobody() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space zone = test.new Space();
        TestNetwork.Space neighbour = test.new Space()) {
      Network lab = test.network("lab", Network.Kind.INTERNAL, "10.1.0.0/24", "fd00:1::/64");
      test.plug(neighbour, test.card(lab, 3, Nic.Freedoms.NONE, "10.1.0.3/24", "fd00:1::3/64"));
      test.plug(zone, test.card(lab, 2, Nic.Freedoms.NONE, "10.1.0.2/24", "fd00:1::2/64"));

      Map<String, Map<String, Integer>> heard = heard(test, zone, neighbour, lab, 1000);

      Map<String, Integer> all = new TreeMap<>(Map.of("end", 1));
      LEGAL.forEach(kind -> all.put(kind, 1000));
      assertEquals(Map.of("neighbour", all, "host", all), heard);
      String rules = test.host.run("nft", "list", "table", "bridge", test.names.table());
      Matcher refused = Pattern.compile("packets ([0-9]+)").matcher(rules);
      assertTrue(refused.find(), rules);
      assertTrue( // what is for the bridge itself comes by no rule, and goes nowhere
          Integer.parseInt(refused.group(1)) >= 1000 * (HOSTILE.size() - 1),
          () -> "all are counted: " + refused.group());
      String learnt = test.host.run("bridge", "fdb", "show");
      assertFalse(learnt.contains("02:00:00:00:0b:ad"), () -> "none is learnt: " + learnt);
    }
  }

  @Test
  @DisplayName(
      "S-VM-02 of 15 kinds of hostile frames, 1,000 each, that an emulator writes into its guest's"
          + " card, neighbour and host receive 0")
  void hostileFramesOfAGuestReachNobody() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space zone = test.new Space();
        TestNetwork.Space neighbour = test.new Space()) {
      Network lab = test.network("lab", Network.Kind.INTERNAL, "10.1.0.0/24", "fd00:1::/64");
      test.plug(neighbour, test.card(lab, 3, Nic.Freedoms.NONE, "10.1.0.3/24", "fd00:1::3/64"));
      Vnic card = test.card(lab, 2, Nic.Freedoms.NONE, "10.1.0.2/24", "fd00:1::2/64");
      try (Fd inside = zone.network();
          Fd tap =
              test.switchboard
                  .plug(UUID.randomUUID(), new Wiring(List.of(card), List.of(), true), inside)
                  .getFirst()) {
        assertEquals("", zone.run("ip", "-o", "addr", "show", "scope", "link"), "it is silent");
        assertEquals("0", zone.run("cat", "/proc/sys/net/ipv4/ip_forward").strip());
        Process near = Frames.counter(script, neighbour, "eth0");
        Process host = Frames.counter(script, test.host, lab.link());

        List<String> kinds = new ArrayList<>(HOSTILE);
        kinds.addAll(new TreeSet<>(LEGAL));
        kinds.add("end");
        write(test, tap, String.join(",", kinds), 1000);

        Map<String, Integer> all = new TreeMap<>(Map.of("end", 1));
        LEGAL.forEach(kind -> all.put(kind, 1000));
        assertEquals(all, Frames.counted(near));
        assertEquals(all, Frames.counted(host));
      }
    }
  }

  /** Has a program that is nowhere in particular write frames into a guest's card. */
  private void write(TestNetwork test, Fd tap, String kinds, int count) {
    ProgramBuilder program = Program.builder(EnumSet.noneOf(Namespace.class));
    program.inherit(tap);
    List<String> words = new ArrayList<>(sending(2, kinds, count));
    words.set(2, "tap");
    program.exec(words.getFirst(), words, List.of());
    try (Child child = test.launcher.launch(program.build())) {
      child.awaitStarted();
      assertEquals(0, child.pidfd().await().shellCode());
    }
  }

  @Test
  @DisplayName("S-NET-01 what a card may do beside, it may")
  void whatIsAllowedPasses() throws Exception {
    Map<Nic.Freedoms, Set<String>> allowed =
        Map.of(
            new Nic.Freedoms(true, false, false, false),
            Set.of("foreign-mac", "arp-other-mac"),
            new Nic.Freedoms(false, true, false, false),
            Set.of("arp-reply", "neighbour-advert", "foreign-ip", "foreign-ip6", "dhcp-starvation"),
            new Nic.Freedoms(false, false, true, false),
            Set.of("router-advert", "dhcp-offer", "dhcp6-advert"),
            new Nic.Freedoms(false, false, false, true),
            Set.of("vlan", "double-vlan", "unknown-type"));
    for (Map.Entry<Nic.Freedoms, Set<String>> each : allowed.entrySet()) {
      try (TestNetwork test = new TestNetwork();
          TestNetwork.Space zone = test.new Space();
          TestNetwork.Space neighbour = test.new Space()) {
        Network lab = test.network("lab", Network.Kind.INTERNAL, "10.1.0.0/24", "fd00:1::/64");
        test.plug(neighbour, test.card(lab, 3, Nic.Freedoms.NONE, "10.1.0.3/24", "fd00:1::3/64"));
        test.plug(zone, test.card(lab, 2, each.getKey(), "10.1.0.2/24", "fd00:1::2/64"));

        Set<String> expected = new TreeSet<>(each.getValue());
        expected.addAll(LEGAL);
        expected.add("end");
        Map<String, Map<String, Integer>> heard = heard(test, zone, neighbour, lab, 1);
        assertEquals(expected, heard.getOrDefault("neighbour", Map.of()).keySet(), each.toString());
      }
    }
  }

  @Test
  @DisplayName("S-NET-01 the rules are asked in the order of the golden file")
  void theOrderOfTheRules() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space zone = test.new Space();
        InputStream golden = SpoofingKernelTest.class.getResourceAsStream("bridge.golden")) {
      Network lab = test.network("lab", Network.Kind.ETHERSTUB);
      test.plug(zone, test.card(lab, 2, Nic.Freedoms.NONE, "10.1.0.2/24"));
      String expected = new String(golden.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(expected, chains(test));

      test.host.run("nft", "flush", "ruleset"); // somebody's own rules are loaded anew
      try (TestNetwork.Space other = test.new Space()) {
        test.plug(other, test.card(lab, 3, Nic.Freedoms.NONE, "10.1.0.3/24"));
        assertEquals(expected, chains(test));
        String elements = test.host.run("nft", "list", "set", "bridge", test.names.table(), "four");
        assertTrue(elements.contains("10.1.0.2"), elements);
        assertTrue(elements.contains("10.1.0.3"), elements);
      }
    }
  }

  /** The rules as nft prints them, without sets and counters. */
  private static String chains(TestNetwork test) throws Exception {
    String all = test.host.run("nft", "list", "table", "bridge", test.names.table());
    return all.substring(all.indexOf("\tchain "))
        .replace(test.names.ports(), "PORTS")
        .replace(test.names.uplinks(), "UPLINKS");
  }

  @Test
  @DisplayName("S-NET-02 router advertisements of zones change neither addresses nor routes")
  void routerAdvertisementsChangeNothing() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space zone = test.new Space();
        TestNetwork.Space neighbour = test.new Space()) {
      Network lab = test.network("lab", Network.Kind.INTERNAL, "10.1.0.0/24", "fd00:1::/64");
      test.plug(neighbour, test.card(lab, 3, Nic.Freedoms.NONE, "10.1.0.3/24", "fd00:1::3/64"));
      Nic.Freedoms router = new Nic.Freedoms(true, true, true, true); // as if no rule held
      test.plug(zone, test.card(lab, 2, router, "10.1.0.2/24", "fd00:1::2/64"));
      List<String> before = List.of(routes(test.host), routes(neighbour));

      heard(test, zone, neighbour, lab, 20);

      assertEquals(before, List.of(routes(test.host), routes(neighbour)));
      for (TestNetwork.Space each : List.of(test.host, neighbour)) {
        String link = each == neighbour ? "eth0" : lab.link();
        assertEquals(
            "0", each.run("cat", "/proc/sys/net/ipv6/conf/" + link + "/accept_ra").strip());
      }
    }
  }

  @Test
  @DisplayName("the host asks no zone whether its addresses are free: it has them at once")
  void theHostsAddressesAreUsableAtOnce() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space zone = test.new Space()) {
      Network lab = test.network("lab", Network.Kind.INTERNAL, "fd00:1::/64");
      test.plug(zone, test.card(lab, 2, Nic.Freedoms.NONE, "fd00:1::2/64"));
      String own = test.host.run("ip", "-6", "-o", "addr", "show", "dev", lab.link());
      assertTrue(own.contains(" fe80::") && !own.contains("tentative"), own);
    }
  }

  private static String routes(TestNetwork.Space space) throws Exception {
    return space.run("sh", "-c", "ip -6 route show; ip -6 -o addr show scope global");
  }

  @Test
  @DisplayName("S-NET-07 no frame passes before the rules know its card: 0 of 30 starts")
  void theFirstFrameIsWatched() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space neighbour = test.new Space()) {
      Network lab = test.network("lab", Network.Kind.ETHERSTUB, "10.1.0.0/24", "fd00:1::/64");
      test.plug(neighbour, test.card(lab, 3, Nic.Freedoms.NONE, "10.1.0.3/24", "fd00:1::3/64"));
      Process counter = Frames.counter(script, neighbour, "eth0");
      for (int i = 0; i < 30; i++) {
        try (TestNetwork.Space zone = test.new Space()) {
          String kinds = i < 29 ? "foreign-ip" : "foreign-ip,end";
          Process sender = sender(zone, 100 + i, kinds, 20); // it sends as soon as there is a card
          var uuid =
              test.plug(
                  zone, test.card(lab, 100 + i, Nic.Freedoms.NONE, "10.1.0.2/24", "fd00:1::2/64"));
          assertEquals(0, sender.waitFor());
          test.switchboard.unplug(uuid);
        }
      }
      assertEquals(Set.of("end"), Frames.counted(counter).keySet());
    }
  }

  /** Who hears how much of what the zone sends, {@code count} of each kind. */
  private Map<String, Map<String, Integer>> heard(
      TestNetwork test,
      TestNetwork.Space zone,
      TestNetwork.Space neighbour,
      Network network,
      int count)
      throws Exception {
    Process near = Frames.counter(script, neighbour, "eth0");
    Process host = Frames.counter(script, test.host, network.link());
    String kinds = String.join(",", HOSTILE) + "," + String.join(",", new TreeSet<>(LEGAL));
    assertEquals(0, sender(zone, 2, kinds, count).waitFor());
    assertEquals(0, sender(zone, 2, "end", 1).waitFor());
    return Map.of("neighbour", Frames.counted(near), "host", Frames.counted(host));
  }

  private Process sender(TestNetwork.Space zone, int number, String kinds, int count)
      throws IOException {
    return zone.start(sending(number, kinds, count).toArray(new String[0]));
  }

  private List<String> sending(int number, String kinds, int count) {
    return List.of(
        "/usr/bin/python3",
        script.toString(),
        "send",
        kinds,
        String.valueOf(count),
        polder.model.MacAddress.local(number).value(),
        "10.1.0.2",
        "fd00:1::2",
        "10.1.0.99");
  }
}
