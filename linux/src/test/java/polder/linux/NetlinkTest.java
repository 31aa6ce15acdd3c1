package polder.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NetlinkTest {
  private static final int LONGEST = NetlinkRequest.LONGEST_VALUE;

  @Test
  @DisplayName("J-15 lengths 0 to 65,531 come back whole")
  void whatFitsIsWhole() {
    Random random = new Random(5);
    for (int length : new int[] {0, 1, 2, 3, 4, 5, 255, 4096, LONGEST - 1, LONGEST}) {
      byte[] value = new byte[length];
      random.nextBytes(value);

      byte[] bytes =
          new NetlinkRequest(16, 0)
              .fixed(ByteBuffer.allocate(16))
              .attribute(7, value)
              .attribute(8, 0x01020304)
              .bytes(9);

      NetlinkMessage message = NetlinkMessage.parse(bytes).getFirst();
      assertEquals(9, message.sequence());
      NetlinkAttributes attributes = message.attributes(16);
      assertEquals(2, attributes.values().size(), "length " + length);
      assertArrayEquals(value, attributes.values().getOrDefault(7, Bytes.of("none")).toArray());
      assertEquals(0x01020304, attributes.integer(8).orElseThrow());
    }
  }

  @Test
  @DisplayName("J-15 lengths 65,532, 65,535, 65,536 and more are refused, never truncated")
  void whatDoesNotFitIsRefused() {
    for (int length :
        new int[] {LONGEST + 1, 65_533, 65_534, 65_535, 65_536, 65_537, 131_072, 1 << 20}) {
      NetlinkRequest request = new NetlinkRequest(16, 0);
      byte[] before = request.bytes(0);
      assertThrows(
          IllegalArgumentException.class,
          () -> request.attribute(1, new byte[length]),
          "" + length);
      assertThrows(
          IllegalArgumentException.class,
          () -> request.attribute(1, "x".repeat(length)),
          "" + length);
      assertThrows(
          IllegalArgumentException.class,
          () ->
              request.nest(
                  1,
                  in -> in.attribute(1, new byte[length / 2]).attribute(2, new byte[length / 2])),
          "" + length);
      assertArrayEquals(before, request.bytes(0));
    }
  }

  @Test
  void nestsAttributes() {
    byte[] bytes =
        new NetlinkRequest(1, 0)
            .nest(18, in -> in.attribute(1, "veth").nest(2, deep -> deep.attribute(3, 4)))
            .bytes(1);

    NetlinkAttributes nested = NetlinkMessage.parse(bytes).getFirst().attributes(0).nested(18);
    assertEquals(Optional.of("veth"), nested.text(1));
    assertEquals(4, nested.nested(2).integer(3).orElseThrow());
    assertThrows(
        IllegalArgumentException.class, () -> new NetlinkRequest(1, 0).attribute(1, "a\0b"));
  }

  @Test
  void lengthsThatLeadOutsideAreRefused() {
    byte[] good = new NetlinkRequest(1, 0).attribute(1, "abc").bytes(1);
    Random random = new Random(3);
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = good.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        for (NetlinkMessage each : NetlinkMessage.parse(bad)) {
          assertTrue(each.payload().length() <= bad.length);
          assertTrue(each.attributes(0).values().size() <= 2);
        }
      } catch (IllegalArgumentException e) {
        assertTrue(e.toString().contains("netlink"), e::toString);
      }
    }
  }

  @Test
  void tellsTheKernelsWords() {
    byte[] request = new NetlinkRequest(16, 0).bytes(1);
    byte[] words = new NetlinkRequest(2, 0x100 | 0x200).fixed(order(4).putInt(0, -22)).bytes(1);
    NetlinkRequest error =
        new NetlinkRequest(2, 0x100 | 0x200)
            .fixed(order(4).putInt(0, -22))
            .fixed(ByteBuffer.wrap(request))
            .attribute(1, "no such thing");

    NetlinkMessage message = NetlinkMessage.parse(error.bytes(1)).getFirst();
    assertEquals(22, message.errno());
    assertEquals("no such thing", message.words());
    assertEquals("", NetlinkMessage.parse(words).getFirst().words());
    assertEquals(List.of(), NetlinkMessage.parse(new byte[0]));
  }

  private static ByteBuffer order(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }
}
