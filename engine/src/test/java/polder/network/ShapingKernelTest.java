package polder.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.linux.Fd;
import polder.model.Bandwidth;
import polder.model.Network;
import polder.model.Nic;

/** How fast a card is, measured. */
@Tag("kernel")
@Timeout(300)
class ShapingKernelTest {
  /** Says how many bits a second it received of one caller; measures from the first byte on. */
  private static final String SINK =
      """
      import socket, time
      s = socket.create_server(('', 7))
      print('ready', flush=True)
      c, caller = s.accept()
      total = len(c.recv(65536))
      begin = time.monotonic()
      while True:
          data = c.recv(65536)
          if not data:
              break
          total += len(data)
      print(int(total * 8 / (time.monotonic() - begin)), flush=True)
      """;

  private static final String SOURCE =
      """
      import socket, sys, time
      s = socket.create_connection((sys.argv[1], 7))
      end = time.monotonic() + 2
      while time.monotonic() < end:
          s.sendall(b'x' * 16384)
      s.close()
      """;

  @Test
  void aCardIsAsFastAsItMayBe() throws Exception {
    try (TestNetwork test = new TestNetwork();
        TestNetwork.Space zone = test.new Space()) {
      Network lab = test.network("lab", Network.Kind.INTERNAL, "10.1.0.0/24");
      Vnic card = test.card(lab, 2, Nic.Freedoms.NONE, "10.1.0.2/24");
      UUID uuid = UUID.randomUUID();
      try (Fd inside = zone.network()) {
        test.switchboard.plug(uuid, wiring(card, limit(20_000_000), limit(10_000_000)), inside);
      }
      assertWithin(20_000_000, rate(test.host, zone, "10.1.0.2"));
      assertWithin(10_000_000, rate(zone, test.host, "10.1.0.1"));

      test.switchboard.change(uuid, wiring(card, limit(5_000_000), limit(30_000_000)));
      assertWithin(5_000_000, rate(test.host, zone, "10.1.0.2"));
      assertWithin(30_000_000, rate(zone, test.host, "10.1.0.1"));

      test.switchboard.change(uuid, wiring(card, Optional.empty(), Optional.empty()));
      assertTrue(rate(test.host, zone, "10.1.0.2") > 60_000_000, "as fast as it can");
      assertFalse(
          test.host.run("ip", "link").contains("pi" + test.names.host()), "nothing is left");

      test.switchboard.change(uuid, wiring(card, Optional.empty(), limit(10_000_000)));
      test.switchboard.unplug(uuid);
      assertEquals("", test.host.run("sh", "-c", "ip -o link show type ifb"));
    }
  }

  private static Optional<Bandwidth.Limit> limit(long rate) {
    return Optional.of(new Bandwidth.Limit(rate, Optional.empty()));
  }

  private static Wiring wiring(
      Vnic card, Optional<Bandwidth.Limit> in, Optional<Bandwidth.Limit> out) {
    Vnic limited =
        new Vnic(
            card.network(),
            card.port(),
            card.name(),
            card.mac(),
            card.mtu(),
            card.addresses(),
            card.freedoms(),
            card.allowed(),
            card.ports(),
            new Bandwidth(in, out));
    return new Wiring(List.of(limited), List.of(), false);
  }

  /** What is measured on a host that others use is not exact, but never much more. */
  private static void assertWithin(long rate, long measured) {
    assertTrue(measured < rate * 1.3, measured + " is not " + rate);
    assertTrue(measured > rate * 0.4, measured + " is not " + rate);
  }

  private static long rate(TestNetwork.Space from, TestNetwork.Space to, String address)
      throws Exception {
    Process sink = to.start("/usr/bin/python3", "-c", SINK);
    byte[] ready = sink.getInputStream().readNBytes("ready\n".length());
    assertEquals("ready\n", new String(ready, StandardCharsets.UTF_8));
    from.run("/usr/bin/python3", "-c", SOURCE, address);
    String said = new String(sink.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, sink.waitFor(), said);
    return Long.parseLong(said.strip());
  }
}
