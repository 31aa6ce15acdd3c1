package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Everything here is done in network namespaces of the test's own. */
@Tag("kernel")
class NetworkStackKernelTest {
  private static final String MAC = "02:00:00:00:00:07";

  @Test
  void aPortIsUpAndItsPeerIsInTheOtherNamespaceFromItsFirstMoment() throws Exception {
    inTwo(
        (here, there) -> {
          here.links().addBridge("br0", "02:00:00:00:00:01", 1400);
          Link bridge = here.links().find("br0").orElseThrow();
          here.links().raise(bridge.index());
          here.links().alias(bridge.index(), "made by a test");

          here.links().addPort("port0", bridge.index(), 1400, new Links.Peer("eth0", MAC, there));

          Link port = here.links().find("port0").orElseThrow();
          assertTrue(port.up());
          assertEquals(Optional.of("veth"), port.kind());
          assertEquals(OptionalInt.of(bridge.index()), port.master());
          assertEquals(Optional.empty(), here.links().find("eth0"));
          bridge = here.links().find("br0").orElseThrow();
          assertEquals(Optional.of("made by a test"), bridge.alias());
          assertEquals(Optional.of("02:00:00:00:00:01"), bridge.address(), "not its port's");
          assertEquals(Optional.of("bridge"), bridge.kind());
          assertEquals(1400, bridge.mtu());
          try (NetworkStack zone = NetworkStack.of(there)) {
            Link eth0 = zone.links().find("eth0").orElseThrow();
            assertFalse(eth0.up());
            assertEquals(Optional.of(MAC), eth0.address());
            assertEquals(1400, eth0.mtu());
          }
        });
  }

  @Test
  void addressesAndRoutesAreThereAtOnce() throws Exception {
    inTwo(
        (here, there) -> {
          here.links().addBridge("br0", "02:00:00:00:00:01", 1500);
          int bridge = here.links().find("br0").orElseThrow().index();
          here.links().addPort("port0", bridge, 1500, new Links.Peer("eth0", MAC, there));
          try (NetworkStack zone = NetworkStack.of(there)) {
            int eth0 = zone.links().find("eth0").orElseThrow().index();
            InetAddress four = InetAddress.ofLiteral("10.1.2.3");
            InetAddress six = InetAddress.ofLiteral("fd00::3");
            zone.links().raise(eth0);
            zone.addresses().add(eth0, four, 24);
            zone.addresses().add(eth0, six, 64);
            Route byGateway =
                new Route(
                    InetAddress.ofLiteral("0.0.0.0"),
                    0,
                    Optional.of(InetAddress.ofLiteral("10.1.2.1")),
                    OptionalInt.of(eth0));
            Route byGateway6 =
                new Route(
                    InetAddress.ofLiteral("::"),
                    0,
                    Optional.of(InetAddress.ofLiteral("fd00::1")),
                    OptionalInt.of(eth0));
            Route onLink =
                new Route(
                    InetAddress.ofLiteral("10.9.0.0"), 16, Optional.empty(), OptionalInt.of(eth0));
            Route far = // its gateway is in no network of ours
                new Route(
                    InetAddress.ofLiteral("10.8.0.0"),
                    16,
                    Optional.of(InetAddress.ofLiteral("192.0.2.1")),
                    OptionalInt.of(eth0));
            for (Route each : List.of(byGateway, byGateway6, onLink, far)) {
              zone.routes().add(each);
              assertTrue(zone.routes().list().contains(each), each::toString);
            }
            List<InterfaceAddress> addresses = zone.addresses().list();
            assertTrue(addresses.contains(new InterfaceAddress(eth0, four, 24)));
            assertTrue(addresses.contains(new InterfaceAddress(eth0, six, 64)));
            SyscallException twice =
                assertThrows(SyscallException.class, () -> zone.addresses().add(eth0, four, 24));
            assertEquals(Errno.EEXIST, twice.errno());

            zone.routes().remove(far);
            zone.addresses().remove(eth0, six, 64);
            assertFalse(zone.routes().list().contains(far));
            assertFalse(zone.addresses().list().contains(new InterfaceAddress(eth0, six, 64)));
          }
        });
  }

  @Test
  void changesAnInterfaceCountsAndTakesItAway() throws Exception {
    inTwo(
        (here, there) -> {
          here.links().addBridge("br0", "02:00:00:00:00:01", 1500);
          int bridge = here.links().find("br0").orElseThrow().index();
          here.links().addPort("port0", bridge, 1500, new Links.Peer("eth0", MAC, there));
          here.links().mtu(bridge, 1280);
          here.links().address(bridge, "02:00:00:00:00:09");
          Link changed = here.links().find("br0").orElseThrow();
          assertEquals(1280, changed.mtu());
          assertEquals(Optional.of("02:00:00:00:00:09"), changed.address());
          int port = here.links().find("port0").orElseThrow().index();
          assertEquals(0, here.links().statistics(port).orElseThrow().packetsIn());

          here.links().remove(port);

          assertEquals(Optional.empty(), here.links().find("port0"));
          assertEquals(Optional.empty(), here.links().statistics(port));
          try (NetworkStack zone = NetworkStack.of(there)) {
            assertEquals(Optional.empty(), zone.links().find("eth0"));
          }
        });
  }

  @Test
  void aMacvlanIsMadeInTheOtherNamespace() throws Exception {
    inTwo(
        (here, there) -> {
          here.links().addBridge("parent", "02:00:00:00:00:01", 1500);
          int parent = here.links().find("parent").orElseThrow().index();

          here.links().addMacvlan(parent, 1400, new Links.Peer("net0", MAC, there));

          try (NetworkStack zone = NetworkStack.of(there)) {
            Link made = zone.links().find("net0").orElseThrow();
            assertEquals(Optional.of("macvlan"), made.kind());
            assertEquals(Optional.of(MAC), made.address());
            assertEquals(1400, made.mtu());
          }
        });
  }

  @Test
  void settingsAreThoseOfTheNamespaceThatIsMeant() throws Exception {
    inTwo(
        (here, there) -> {
          List<String> forward = List.of("ipv4", "ip_forward");
          List<String> none = List.of("ipv4", "no_such_setting");
          Map<List<String>, String> values = new LinkedHashMap<>();
          NetworkSettings settings = new NetworkSettings(there);
          // a new namespace has what the first one has, which may forward
          String before = settings.get(forward).orElseThrow();
          String after = before.equals("0") ? "1" : "0";
          values.put(none, "1");
          values.put(forward, after);
          settings.set(values);
          assertEquals(Optional.of(after), settings.get(forward));
          assertEquals(Optional.empty(), settings.get(none));
          try (Fd own = Namespace.NET.own()) {
            assertEquals(Optional.of(before), new NetworkSettings(own).get(forward));
          }
        });
    try (Fd own = Namespace.NET.own()) {
      assertThrows(
          RuntimeException.class, () -> new NetworkSettings(own).get(List.of("..", "kernel")));
    }
  }

  @Test
  void namesThatTheKernelWouldReadOtherwiseAreRefused() throws Exception {
    NamespaceThread.run(
        EnumSet.of(Namespace.NET),
        () -> {
          try (NetworkStack own = NetworkStack.own()) {
            for (String bad : List.of("", "eth%d", "a/b", "sixteen-letters-", "new\nline", "ü")) {
              assertThrows(
                  IllegalArgumentException.class, () -> own.links().addBridge(bad, MAC, 1500), bad);
            }
            for (String bad : List.of("", "02:00", "02:00:00:00:00:00:00", "02-00-00-00-00-00")) {
              assertThrows(
                  IllegalArgumentException.class,
                  () -> own.links().addBridge("br0", bad, 1500),
                  bad);
            }
            assertEquals(1, own.links().list().size(), "lo alone");
          }
        });
  }

  /** Work with the network of this thread, and another namespace. */
  @FunctionalInterface
  private interface Work {
    void run(NetworkStack here, Fd there) throws Exception;
  }

  private static void inTwo(Work work) throws Exception {
    AtomicReference<Fd> other = new AtomicReference<>();
    EnumSet<Namespace> network = EnumSet.of(Namespace.NET);
    NamespaceThread.run(network, () -> other.set(Namespace.NET.own()));
    NamespaceThread.run(
        network,
        () -> {
          try (Fd there = other.get();
              NetworkStack here = NetworkStack.own()) {
            work.run(here, there);
          }
        });
  }
}
