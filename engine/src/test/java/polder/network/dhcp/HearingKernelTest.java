package polder.network.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.linux.Bytes;
import polder.linux.Epoll;
import polder.linux.Fd;
import polder.linux.LinkSocket;
import polder.linux.Links;
import polder.linux.NetworkSettings;
import polder.linux.NetworkStack;
import polder.linux.NetworkThread;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.network.Loop;

/** A bridge and a guest's card, in network namespaces of the test's own. */
@Tag("kernel")
@Timeout(120)
class HearingKernelTest {
  private static final MacAddress ROUTER = MacAddress.local(1);
  private static final IpAddress ADDRESS = IpAddress.of("fe80::1");

  private static int raise(NetworkStack stack, String name) {
    int index = stack.links().find(name).orElseThrow().index();
    stack.links().raise(index);
    return index;
  }

  @Test
  void aGuestIsToldItsRouterUnaskedWhenAnEngineStarts() {
    try (Fd host = NetworkThread.newNetwork();
        Fd zone = NetworkThread.newNetwork();
        NetworkStack outside = NetworkStack.of(host);
        NetworkStack inside = NetworkStack.of(zone);
        Epoll epoll = Epoll.open()) {
      Map<List<String>, String> silent =
          Map.of(List.of("ipv6", "conf", "all", "disable_ipv6"), "1");
      new NetworkSettings(host).set(silent);
      new NetworkSettings(zone).set(silent);
      outside.links().addBridge("br0", ROUTER.value(), 1500);
      int bridge = raise(outside, "br0");
      Links.Peer peer = new Links.Peer("eth0", Client.MAC.value(), zone);
      outside.links().addPort("port0", bridge, 1500, peer);
      raise(outside, "port0");
      int card = raise(inside, "eth0");
      List<MacAddress> asked = new CopyOnWriteArrayList<>();
      try (LinkSocket client = LinkSocket.six(zone, card, 546, 134, 0);
          Loop loop = new Loop(host, "test")) {
        epoll.add(client.fd(), Epoll.READABLE, 1);
        List<Hearing> hearing = new ArrayList<>();
        do { // a bridge passes nothing on until it has seen that a port is connected
          loop.hand(
              () -> {
                hearing.forEach(Hearing::end);
                hearing.add(server(loop, host, bridge, asked));
              });
          assertTrue(hearing.size() < 200, "it is connected");
        } while (epoll.await(Duration.ofMillis(100)).isEmpty());
        LinkSocket.Packet told = client.receive(1500).orElseThrow();
        assertEquals(Bytes.of(RouterAdvert.of(Client.CARD, ROUTER, ADDRESS)), told.data());
        assertEquals(Bytes.of(ROUTER.bytes()), told.from());
        loop.hand(() -> hearing.forEach(Hearing::end));
        assertEquals(List.of(), asked);
      }
    }
  }

  private static Hearing server(Loop loop, Fd host, int bridge, List<MacAddress> asked) {
    return new HearingSix(
        loop,
        LinkSocket.six(host, bridge, 547, 133, 0),
        mac -> {
          asked.add(mac);
          return Optional.empty();
        },
        Optional.empty(),
        ROUTER,
        ADDRESS,
        () -> List.of(Client.CARD, Client.card(List.of("10.1.0.7/24"))));
  }
}
