package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two network namespaces of the test's own, with a wire between a bridge and a card. */
@Tag("kernel")
@Timeout(120)
class LinkSocketKernelTest {
  private static final Bytes BRIDGE = Bytes.of(new byte[] {2, 0, 0, 0, 0, 1});
  private static final Bytes CARD = Bytes.of(new byte[] {2, 0, 0, 0, 0, 2});

  private static int raise(NetworkStack stack, String name) {
    int index = stack.links().find(name).orElseThrow().index();
    stack.links().raise(index);
    return index;
  }

  /** A datagram between no addresses, with a word of four bytes; its part of a packet. */
  private static byte[] four(int port, int part, int word) {
    ByteBuffer out = ByteBuffer.allocate(32);
    out.put((byte) 0x45).put((byte) 0).putShort((short) 32).putShort((short) 0);
    out.putShort((short) part).put((byte) 64).put((byte) 17).putShort((short) 0).putLong(0);
    int sum = 0x4500 + 32 + part + 0x4011; // bridges that ask IP's rules look at it
    out.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
    out.putShort((short) 68).putShort((short) port).putShort((short) 12).putShort((short) 0);
    return out.putInt(word).array();
  }

  private static byte[] six(int next, int first, int word) {
    ByteBuffer out = ByteBuffer.allocate(52);
    out.putInt(0x60000000).putShort((short) 12).put((byte) next).put((byte) 255);
    out.position(40).putInt(first).putInt(0);
    return out.putInt(word).array();
  }

  private static int word(Optional<LinkSocket.Packet> packet) {
    Bytes data = packet.orElseThrow().data();
    return ByteBuffer.wrap(data.toArray()).getInt(data.length() - 4);
  }

  /** A bridge passes nothing on until it has seen that a port is connected. */
  private static void connect(LinkSocket from, LinkSocket to) {
    try (Epoll epoll = Epoll.open()) {
      epoll.add(to.fd(), Epoll.READABLE, 1);
      int tries = 0;
      do {
        from.send(four(67, 0, 0), BRIDGE);
        assertTrue(++tries < 2000, "it is connected");
      } while (epoll.await(Duration.ofMillis(10)).isEmpty());
      epoll.remove(to.fd());
    }
    while (to.receive(100).isPresent()) {
      // one for each
    }
  }

  private static void await(LinkSocket socket) {
    try (Epoll epoll = Epoll.open()) {
      epoll.add(socket.fd(), Epoll.READABLE, 1);
      assertFalse(epoll.await(Duration.ofSeconds(20)).isEmpty(), "something comes");
      epoll.remove(socket.fd());
    }
  }

  @Test
  void whatIsListenedForIsHeardWithWhereItCameFromAndAnsweredThere() {
    try (Fd host = NetworkThread.newNetwork();
        Fd zone = NetworkThread.newNetwork();
        NetworkStack outside = NetworkStack.of(host);
        NetworkStack inside = NetworkStack.of(zone)) {
      Map<List<String>, String> silent =
          Map.of(List.of("ipv6", "conf", "all", "disable_ipv6"), "1");
      new NetworkSettings(host).set(silent); // no neighbours are asked for
      new NetworkSettings(zone).set(silent);
      outside.links().addBridge("br0", "02:00:00:00:00:01", 1500);
      int bridge = raise(outside, "br0");
      Links.Peer peer = new Links.Peer("eth0", "02:00:00:00:00:02", zone);
      outside.links().addPort("port0", bridge, 1500, peer);
      raise(outside, "port0");
      int card = raise(inside, "eth0");
      try (LinkSocket server = LinkSocket.four(host, bridge, 67, 7);
          LinkSocket six = LinkSocket.six(host, bridge, 547, 133, 7);
          LinkSocket client = LinkSocket.four(zone, card, 68, 0);
          LinkSocket client6 = LinkSocket.six(zone, card, 546, 134, 0)) {
        assertEquals(Optional.empty(), server.receive(100));
        connect(client, server);
        client.send(four(66, 0, 1), BRIDGE);
        client.send(four(67, 1, 2), BRIDGE);
        client.send(four(67, 0x2000, 3), BRIDGE);
        client.send(four(67, 0, 4), BRIDGE);
        await(server);
        LinkSocket.Packet first = server.receive(100).orElseThrow();
        assertEquals(3, word(Optional.of(first)), "the first part of one");
        assertEquals(CARD, first.from());
        assertTrue(first.whole());
        assertEquals(Bytes.of(four(67, 0x2000, 3)), first.data());
        await(server);
        assertFalse(server.receive(31).orElseThrow().whole());
        assertEquals(Optional.empty(), server.receive(100));

        server.send(four(68, 0, 5), CARD);
        await(client);
        LinkSocket.Packet answer = client.receive(100).orElseThrow();
        assertEquals(5, word(Optional.of(answer)));
        assertEquals(BRIDGE, answer.from());

        client6.send(six(17, 546 << 16 | 546, 6), BRIDGE);
        client6.send(six(58, 134 << 24, 7), BRIDGE);
        client6.send(six(58, 133 << 24, 8), BRIDGE);
        client6.send(six(17, 546 << 16 | 547, 9), BRIDGE);
        await(six);
        assertEquals(8, word(six.receive(100)));
        await(six);
        assertEquals(9, word(six.receive(100)));
        assertEquals(Optional.empty(), server.receive(100), "it is the other family's");
      }
    }
  }

  @Test
  void withoutSuchAnInterfaceNobodyListens() {
    try (Fd host = NetworkThread.newNetwork()) {
      SyscallException refused =
          assertThrows(SyscallException.class, () -> LinkSocket.four(host, 77, 67, 0));
      assertEquals(Errno.ENODEV, refused.errno());
    }
  }
}
