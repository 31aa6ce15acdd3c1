package polder.network.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static polder.network.dhcp.Client.CARD;
import static polder.network.dhcp.Dhcp6Request.CONFIRM;
import static polder.network.dhcp.Dhcp6Request.DECLINE;
import static polder.network.dhcp.Dhcp6Request.INFORM;
import static polder.network.dhcp.Dhcp6Request.REBIND;
import static polder.network.dhcp.Dhcp6Request.RELEASE;
import static polder.network.dhcp.Dhcp6Request.RENEW;
import static polder.network.dhcp.Dhcp6Request.REQUEST;
import static polder.network.dhcp.Dhcp6Request.SOLICIT;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.linux.Bytes;
import polder.model.IpAddress;
import polder.model.MacAddress;

class Dhcp6Test {
  private static final int ROUNDS = 10_000;
  private static final MacAddress ROUTER = MacAddress.local(1);
  private static final Bytes SERVER = HearingSix.name(ROUTER);
  private static final byte[] CLIENT = option(Dhcp6Request.CLIENT, 0, 3, 0, 1, 9, 9, 9, 9, 9, 9);
  private static final byte[] OURS = bytes(Dhcp6Request.SERVER, SERVER.toArray());
  private static final byte[] ANOTHERS = option(Dhcp6Request.SERVER, 0, 3, 0, 1, 7);
  private static final byte[] RAPID = option(Dhcp6Request.RAPID);
  private static final String OWN = "5=fd00:1::7 86400";

  private static byte[] bytes(int number, byte[] value) {
    return ByteBuffer.allocate(4 + value.length)
        .putShort((short) number)
        .putShort((short) value.length)
        .put(value)
        .array();
  }

  private static byte[] option(int number, int... value) {
    byte[] all = new byte[value.length];
    for (int i = 0; i < value.length; i++) {
      all[i] = (byte) value[i];
    }
    return bytes(number, all);
  }

  /** An association, with the addresses that are in it already. */
  private static byte[] wish(int id, String... has) {
    ByteBuffer out = ByteBuffer.allocate(12 + 28 * has.length).putInt(id).putLong(0);
    for (String each : has) {
      out.putShort((short) Dhcp6Request.ADDRESS).putShort((short) 24);
      out.put(IpAddress.of(each).bytes()).putLong(0);
    }
    return bytes(Dhcp6Request.ASSOCIATION, out.array());
  }

  private static byte[] message(int type, byte[]... options) {
    ByteBuffer out = ByteBuffer.allocate(1000).putInt(type << 24 | 0x123456);
    for (byte[] each : options) {
      out.put(each);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static List<String> told(byte[] message) {
    return told(message, CARD);
  }

  /** An answer's type and options, as words; nothing if nothing is answered. */
  private static List<String> told(byte[] message, DhcpCard card) {
    Optional<byte[]> answer =
        Dhcp6Request.read(message).flatMap(each -> Dhcp6Reply.of(each, card, SERVER));
    if (answer.isEmpty()) {
      return List.of();
    }
    ByteBuffer in = ByteBuffer.wrap(answer.get());
    int head = in.getInt();
    List<String> told = new ArrayList<>();
    told.add(String.valueOf(head >>> 24));
    assertEquals(0x123456, head & 0xffffff);
    options(in, told);
    return told;
  }

  private static void options(ByteBuffer in, List<String> told) {
    while (in.hasRemaining()) {
      int number = in.getShort();
      byte[] value = new byte[in.getShort()];
      in.get(value);
      ByteBuffer inside = ByteBuffer.wrap(value);
      switch (number) {
        case Dhcp6Request.CLIENT ->
            assertEquals(Bytes.of(CLIENT, 4, CLIENT.length), Bytes.of(value));
        case Dhcp6Request.SERVER -> assertEquals(SERVER, Bytes.of(value));
        case Dhcp6Request.ASSOCIATION -> {
          told.add("3=" + inside.getInt());
          options(inside.position(12), told);
        }
        case Dhcp6Request.ADDRESS ->
            told.add(
                "5=%s %d"
                    .formatted(
                        IpAddress.of(Arrays.copyOf(value, 16)), inside.position(20).getInt()));
        case Dhcp6Request.NAMES -> told.add("23=" + IpAddress.of(value));
        case Dhcp6Request.STATUS -> told.add("13=" + inside.getShort());
        case Dhcp6Request.PREFERENCE -> told.add("7=" + (value[0] & 0xff));
        default -> told.add(number + "=" + value.length);
      }
    }
  }

  @Test
  void aCardIsOfferedAndGivenItsOwnAddressAndNoOther() {
    assertEquals(
        List.of("2", "7=255", "3=5", OWN, "23=fd00:1::1", "24=23"),
        told(message(SOLICIT, CLIENT, wish(5))));
    assertEquals(
        List.of("7", "14=0", "3=5", OWN, "23=fd00:1::1", "24=23"),
        told(message(SOLICIT, CLIENT, RAPID, wish(5))));
    List<String> given = List.of("7", "3=5", OWN, "23=fd00:1::1", "24=23");
    assertEquals(given, told(message(REQUEST, CLIENT, OURS, wish(5))));
    assertEquals(given, told(message(RENEW, CLIENT, OURS, wish(5, "fd00:1::7"))));
    assertEquals(given, told(message(REBIND, CLIENT, wish(5, "fd00:1::7"))));
    assertEquals(
        List.of("7", "3=5", OWN, "5=fd00:1::9 0", "3=6", "5=fd00:1::7 0", "13=2"),
        told(message(RENEW, CLIENT, OURS, wish(5, "fd00:1::9"), wish(6, "fd00:1::7")))
            .subList(0, 7),
        "another's is no more, and its own is in the first");
    assertEquals(
        List.of("2", "7=255", "3=5", "13=2"),
        told(message(SOLICIT, CLIENT, wish(5)), Client.card(List.of("10.1.0.7/24"))).subList(0, 4));
  }

  @Test
  void onlyWhoNamesUsWhereHeMustIsAnswered() {
    for (int type : List.of(REQUEST, RENEW, RELEASE, DECLINE)) {
      assertEquals(List.of(), told(message(type, CLIENT, wish(5))), () -> "open: " + type);
      assertEquals(List.of(), told(message(type, CLIENT, ANOTHERS, wish(5))));
      assertEquals(List.of(), told(message(type, OURS, wish(5))), "nobody");
      assertFalse(told(message(type, CLIENT, OURS, wish(5, "fd00:1::7"))).isEmpty());
    }
    for (int type : List.of(SOLICIT, CONFIRM, REBIND)) {
      assertEquals(List.of(), told(message(type, CLIENT, OURS, wish(5, "fd00:1::7"))));
      assertEquals(List.of(), told(message(type, wish(5, "fd00:1::7"))), "nobody");
    }
    for (int type : List.of(0, 2, 7, 10, 12, 13, 255)) {
      assertEquals(List.of(), told(message(type, CLIENT, OURS, wish(5))), () -> "type " + type);
    }
  }

  @Test
  void whoMovedIsToldSoAndWhoGivesBackKeepsIt() {
    assertEquals(List.of("7", "13=0"), told(message(CONFIRM, CLIENT, wish(5, "fd00:1::7"))));
    assertEquals(
        List.of("7", "13=4"), told(message(CONFIRM, CLIENT, wish(5, "fd00:1::7", "fd00:2::7"))));
    assertEquals(List.of(), told(message(CONFIRM, CLIENT, wish(5))));
    assertEquals(List.of("7", "13=0"), told(message(RELEASE, CLIENT, OURS, wish(5, "fd00:1::7"))));
    assertEquals(List.of("7", "13=0"), told(message(DECLINE, CLIENT, OURS, wish(5, "fd00:1::7"))));
    assertEquals(List.of("7", "23=fd00:1::1", "24=23"), told(message(INFORM)));
    assertEquals(List.of("7", "23=fd00:1::1", "24=23"), told(message(INFORM, CLIENT, OURS)));
    assertEquals(List.of(), told(message(INFORM, CLIENT, wish(5))));
    assertEquals(List.of(), told(message(INFORM, ANOTHERS)));
  }

  @Test
  void whatIsNotWellFormedIsNotRead() {
    byte[] good = message(SOLICIT, CLIENT, wish(5, "fd00:1::7"));
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      boolean whole = length == 4 || length == 4 + CLIENT.length;
      assertEquals(whole, Dhcp6Request.read(cut).isPresent(), "bytes: " + length);
    }
    for (byte[] bad :
        List.of(
            message(SOLICIT, CLIENT, CLIENT),
            message(REQUEST, CLIENT, OURS, OURS),
            message(SOLICIT, option(Dhcp6Request.CLIENT)),
            message(SOLICIT, bytes(Dhcp6Request.CLIENT, new byte[131])),
            message(SOLICIT, CLIENT, option(Dhcp6Request.RAPID, 1)),
            message(SOLICIT, CLIENT, option(Dhcp6Request.WANTED, 1)),
            message(SOLICIT, CLIENT, wish(1), wish(2), wish(3), wish(4), wish(5)),
            message(SOLICIT, CLIENT, option(Dhcp6Request.ASSOCIATION, 0, 0, 0, 1)),
            new byte[Dhcp6Request.LONGEST + 1])) {
      assertEquals(Optional.empty(), Dhcp6Request.read(bad));
    }
  }

  @Test
  @DisplayName("10,000 mutated requests by IPv6: none throws, none is given what is another card's")
  void mutatedRequestsAreNeverAnsweredWrongly() {
    Random random = new Random(2);
    List<byte[]> seeds =
        List.of(
            message(SOLICIT, CLIENT, RAPID, wish(5), option(Dhcp6Request.WANTED, 0, 23)),
            message(REQUEST, CLIENT, OURS, wish(5, "fd00:1::7", "fd00:1::9")),
            message(REBIND, CLIENT, wish(5, "fd00:1::9"), wish(6)),
            message(INFORM, CLIENT));
    int answered = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] message = seeds.get(i % seeds.size()).clone();
      IpAddress from = IpAddress.of("fe80::7");
      byte[] packet =
          new Datagram(from, 546, IpAddress.of("ff02::1:2"), 547, Bytes.of(message)).packet();
      for (int flips = random.nextInt(4) + 1; flips > 0; flips--) {
        packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
      }
      if (i % 5 == 0) {
        packet = Arrays.copyOf(packet, random.nextInt(packet.length + 1));
      }
      assertFalse(RouterAdvert.isAsked(packet) && packet[6] != 58);
      Optional<byte[]> answer =
          Datagram.read(packet)
              .flatMap(each -> Dhcp6Request.read(each.data().toArray()))
              .flatMap(each -> Dhcp6Reply.of(each, CARD, SERVER));
      if (answer.isPresent()) {
        answered++;
        List<String> told = new ArrayList<>();
        addresses(ByteBuffer.wrap(answer.get()).position(4), told);
        assertTrue(
            told.stream().allMatch(each -> each.equals(OWN) || each.endsWith(" 0")),
            told::toString);
        assertTrue(answer.get().length < 1200);
      }
    }
    assertTrue(answered > 100 && answered < ROUNDS, "answered: " + answered);
  }

  /** The addresses in an answer, each with how long it is good for. */
  private static void addresses(ByteBuffer in, List<String> told) {
    while (in.hasRemaining()) {
      int number = in.getShort();
      ByteBuffer value = in.slice(in.position() + 2, in.getShort(in.position()));
      in.position(in.position() + 2 + value.limit());
      if (number == Dhcp6Request.ASSOCIATION) {
        addresses(value.position(12).slice(), told);
      } else if (number == Dhcp6Request.ADDRESS) {
        byte[] address = new byte[16];
        value.get(0, address);
        told.add("5=%s %d".formatted(IpAddress.of(address), value.getInt(20)));
      }
    }
  }

  @Test
  void aRouterIsAdvertisedWithItsNetworksAndNobodyMakesUpAddresses() {
    IpAddress from = IpAddress.of("fe80::1");
    byte[] packet = RouterAdvert.of(CARD, ROUTER, from);
    assertEquals(0xffff, Datagram.checked(packet, 40, from, RouterAdvert.ALL, 58));
    ByteBuffer in = ByteBuffer.wrap(packet);
    assertEquals(packet.length - 40, in.getShort(4));
    assertEquals(
        List.of(134, 0xc0, 0),
        List.of((int) in.get(40) & 0xff, in.get(45) & 0xff, (int) in.getShort(46)));
    List<String> told = new ArrayList<>();
    for (int at = 56; at < packet.length; at += (packet[at + 1] & 0xff) * 8) {
      told.add(String.valueOf(packet[at]));
      if (packet[at] == 3) {
        byte[] prefix = Arrays.copyOfRange(packet, at + 16, at + 32);
        told.add(IpAddress.of(prefix) + "/" + packet[at + 2] + " " + (packet[at + 3] & 0xff));
      }
    }
    assertEquals(List.of("1", "5", "3", "fd00:1::/64 128", "25", "31"), told);
    DhcpCard led = Client.card(List.of("fd00:1::7/64"), Client.way("::/0", "fd00:1::1"));
    assertEquals(9000, ByteBuffer.wrap(RouterAdvert.of(led, ROUTER, from)).getShort(46));
    byte[] asked = new byte[48];
    asked[0] = 0x60;
    asked[6] = 58;
    asked[7] = (byte) 255;
    asked[40] = (byte) 133;
    assertTrue(RouterAdvert.isAsked(asked));
    asked[7] = 64;
    assertFalse(RouterAdvert.isAsked(asked), "it came by a router");
  }
}
