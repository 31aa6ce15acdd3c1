package polder.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.model.ErrorKind;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkUpdate;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.Vxlan;

/** A switch that is one with another host's. The hosts are two namespaces with a wire between. */
@Tag("kernel")
@Timeout(300)
class VxlanKernelTest {
  private static final String KINDS =
      "legal,legal-six,legal-arp,router-advert,dhcp-offer,dhcp6-advert,vlan,unknown-type,"
          + "source-routed";

  /** Whom nobody listens to says so; nothing is cut into parts. */
  private static final String PROBE =
      """
      import socket, sys
      six = ':' in sys.argv[1]
      probe = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
      probe.settimeout(3)
      if not six:
          probe.setsockopt(socket.IPPROTO_IP, 10, 2)
      probe.connect((sys.argv[1], 9))
      probe.send(b'?' * int(sys.argv[2]))
      try:
          probe.recv(1)
      except ConnectionRefusedError:
          print('reached')
      except OSError:
          print('silent')
      """;

  @TempDir private Path folder;
  private Path script = Path.of("");

  @BeforeEach
  void script() throws IOException {
    script = folder.resolve("frames.py");
    try (InputStream in = VxlanKernelTest.class.getResourceAsStream("frames.py")) {
      Files.write(script, in.readAllBytes());
    }
  }

  @Test
  void zonesOfTwoHostsReachEachOtherByBothFamilies() throws Exception {
    for (boolean six : new boolean[] {false, true}) {
      try (TestNetwork one = new TestNetwork();
          TestNetwork two = new TestNetwork();
          TestNetwork.Space here = one.new Space();
          TestNetwork.Space there = two.new Space()) {
        wire(one.host, two.host);
        Network left = lab(one, carrier(six, 1, 2));
        Network right = lab(two, carrier(six, 2, 1));
        assertEquals(
            OptionalInt.of(1500 - (six ? 70 : 50)),
            one.switchboard.room(left.vxlan().orElseThrow()));
        assertNotEquals(
            one.names.bridgeAddress(left), two.names.bridgeAddress(right), "of each its own");
        one.plug(here, one.card(left, 2, Nic.Freedoms.NONE, "10.1.0.2/24", "fd00:1::2/64"));
        two.plug(there, two.card(right, 3, Nic.Freedoms.NONE, "10.1.0.3/24", "fd00:1::3/64"));

        assertReached(here, "10.1.0.3", 100);
        assertReached(here, "fd00:1::3", 100);
        assertReached(here, "10.1.0.3", left.mtu() - 28); // IPv4 20, UDP 8

        // no peer any more, then one again: at once, while both zones run
        change(one, left, List.of(IpAddress.of(six ? "fd00:9::7" : "192.0.2.7")));
        assertSilent(here, "10.1.0.3");
        change(one, left, left.vxlan().orElseThrow().remotes());
        assertReached(here, "10.1.0.3", 100);

        // it is found again by who comes after us, also if it is gone
        try (Switchboard next =
            Switchboard.open(
                one.launcher,
                one.names,
                () -> List.copyOf(one.networks),
                one.host.network(),
                NetworkWatch.NOBODY)) {
          one.host.run("ip", "link", "del", one.names.uplink(left));
          next.refresh(left);
          assertReached(here, "10.1.0.3", 100);
          one.networks.clear();
          next.lower(left);
          String links = one.host.run("ip", "-o", "link");
          assertFalse(links.contains(one.names.uplinks()), links);
          assertFalse(links.contains(left.link()), links);
        }
      }
    }
  }

  @Test
  void whatComesInAnothersNameReachesNobody() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space peer = test.new Space();
        TestNetwork.Space zone = test.new Space();
        TestNetwork.Space neighbour = test.new Space()) {
      wire(test.host, peer);
      peer.run("ip", "addr", "add", "192.0.2.3/24", "dev", "wire0");
      Network lab = lab(test, carrier(false, 1, 2));
      test.plug(zone, test.card(lab, 2, Nic.Freedoms.NONE, "10.1.0.2/24", "fd00:1::2/64"));
      test.plug(neighbour, test.card(lab, 3, Nic.Freedoms.NONE, "10.1.0.3/24", "fd00:1::3/64"));

      attack(peer, "192.0.2.2");
      Process counter = Frames.counter(script, neighbour, "eth0");
      send(peer, 2, "10.1.0.2", "fd00:1::2", KINDS); // as a zone of the host's
      send(peer, 9, "10.1.0.2", "fd00:1::2", KINDS); // with its addresses
      send(peer, 2, "10.1.0.9", "fd00:1::9", KINDS); // with its hardware address
      send(peer, 9, "10.1.0.9", "fd00:1::9", KINDS); // as one of the peer's own
      attack(peer, "192.0.2.3"); // who is no peer
      send(peer, 9, "10.1.0.9", "fd00:1::9", KINDS);
      attack(peer, "192.0.2.2");
      send(peer, 9, "10.1.0.9", "fd00:1::9", "end");

      Map<String, Integer> legal = Map.of("legal", 5, "legal-six", 5, "legal-arp", 5, "end", 1);
      assertEquals(legal, Frames.counted(counter));
      String learnt =
          "%s dev %s master".formatted(MacAddress.local(2).value(), test.names.uplink(lab));
      String places = test.host.run("bridge", "fdb", "show");
      assertFalse(places.contains(learnt), places);
    }
  }

  @Test
  void whatStandsInTheWayIsTold() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space zone = test.new Space()) {
      Network lab = lab(test, carrier(false, 1, 2));
      test.switchboard.verify(lab);
      test.host.run("ip", "link", "add", "theirs", "type", "vxlan", "id", "42", "dstport", "4789");
      PolderException taken =
          assertThrows(
              PolderException.class,
              () -> test.plug(zone, test.card(lab, 2, Nic.Freedoms.NONE, "10.1.0.2/24")));
      assertEquals(ErrorKind.EXISTS, taken.kind());
      assertTrue(taken.toString().contains("number 42 at port 4789"), taken::toString);
      test.host.run("ip", "link", "del", "theirs");
      test.host.run("ip", "link", "add", test.names.uplink(lab), "type", "bridge");
      assertEquals(
          ErrorKind.EXISTS,
          assertThrows(PolderException.class, () -> test.switchboard.verify(lab)).kind());
    }
  }

  private static void change(TestNetwork test, Network lab, List<IpAddress> remotes) {
    Network after =
        lab.with(
            new NetworkUpdate(
                Optional.empty(), Optional.empty(), NetworkDns.Change.NONE, Optional.of(remotes)));
    test.networks.clear();
    test.networks.add(after);
    test.switchboard.refresh(after);
  }

  private static void assertReached(TestNetwork.Space from, String address, int size)
      throws Exception {
    assertEquals("reached", from.run("/usr/bin/python3", "-c", PROBE, address, "" + size).strip());
  }

  private static void assertSilent(TestNetwork.Space from, String address) throws Exception {
    assertEquals("silent", from.run("/usr/bin/python3", "-c", PROBE, address, "100").strip());
  }

  /** In the place of the other host, something that sends what it likes from {@code local}. */
  private static void attack(TestNetwork.Space peer, String local) throws Exception {
    peer.run(
        "sh",
        "-c",
        "ip link del eth0 2>/dev/null; ip link add eth0 type vxlan id 42"
            + " dstport 4789 remote 192.0.2.1 local "
            + local
            + "; ip link set eth0 up");
  }

  private void send(TestNetwork.Space from, int mac, String four, String six, String kinds)
      throws Exception {
    from.run(
        "/usr/bin/python3",
        script.toString(),
        "send",
        kinds,
        "5",
        MacAddress.local(mac).value(),
        four,
        six,
        "10.1.0.99");
  }

  private static Vxlan carrier(boolean six, int own, int other) {
    String prefix = six ? "fd00:9::" : "192.0.2.";
    return new Vxlan(
        42,
        List.of(IpAddress.of(prefix + other)),
        Optional.of(IpAddress.of(prefix + own)),
        Vxlan.PORT);
  }

  private static Network lab(TestNetwork test, Vxlan vxlan) {
    Network plain = test.network("lab", Network.Kind.ETHERSTUB, "10.1.0.0/24", "fd00:1::/64");
    Network lab =
        new Network(
            plain.uuid(),
            plain.name(),
            plain.kind(),
            plain.parent(),
            plain.subnets(),
            1500 - vxlan.overhead(),
            plain.dns(),
            Optional.of(vxlan),
            plain.link(),
            0,
            Optional.empty());
    test.networks.clear();
    test.networks.add(lab);
    return lab;
  }

  /** A wire with 192.0.2.1 and fd00:9::1 at one end, .2 and ::2 at the other. */
  private static void wire(TestNetwork.Space one, TestNetwork.Space two) throws Exception {
    String other = two.file().getName(1).toString(); // /proc/PID/ns/net
    one.run("ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire0", "netns", other);
    int last = 1;
    for (TestNetwork.Space each : List.of(one, two)) {
      each.run("ip", "addr", "add", "192.0.2." + last + "/24", "dev", "wire0");
      each.run("ip", "addr", "add", "fd00:9::" + last + "/64", "dev", "wire0", "nodad");
      each.run("ip", "link", "set", "wire0", "up");
      last++;
    }
  }
}
