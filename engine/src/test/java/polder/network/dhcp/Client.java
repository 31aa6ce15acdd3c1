package polder.network.dhcp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.model.NicRules;

/** Requests of DHCP as bytes, and answers read back. */
final class Client {
  static final MacAddress MAC = MacAddress.local(7);
  static final IpAddress SERVER = IpAddress.of("10.1.0.1");
  static final DhcpCard CARD =
      card(List.of("10.1.0.7/24", "10.1.0.8/24", "fd00:1::7/64"), way("0.0.0.0/0", "10.1.0.1"));

  private Client() {}

  static NicRules.Way way(String destination, String gateway) {
    return new NicRules.Way(
        Cidr.of(destination),
        Optional.of(gateway).filter(each -> !each.isEmpty()).map(IpAddress::of),
        0);
  }

  static DhcpCard card(List<String> addresses, NicRules.Way... ways) {
    return new DhcpCard(
        MAC,
        addresses.stream().map(Cidr::of).toList(),
        1400,
        List.of(ways),
        Stream.of("10.1.0.1", "fd00:1::1").map(IpAddress::of).toList(),
        List.of("lab.example", "internal"),
        "web",
        true);
  }

  /** Option {@code number} with that value. */
  static byte[] option(int number, int... value) {
    byte[] bytes = new byte[2 + value.length];
    bytes[0] = (byte) number;
    bytes[1] = (byte) value.length;
    for (int i = 0; i < value.length; i++) {
      bytes[2 + i] = (byte) value[i];
    }
    return bytes;
  }

  static byte[] option(int number, IpAddress address) {
    byte[] b = address.bytes();
    return option(number, b[0], b[1], b[2], b[3]);
  }

  /** A message with those options. */
  static byte[] message(int type, Optional<IpAddress> own, byte[]... options) {
    ByteBuffer out = ByteBuffer.allocate(600);
    out.put((byte) 1).put((byte) 1).put((byte) 6).put((byte) 0).putInt(0x12345678);
    out.putInt(0).put(own.map(IpAddress::bytes).orElse(new byte[4]));
    out.position(DhcpRequest.CHADDR).put(MAC.bytes());
    out.position(DhcpRequest.HEADER).putInt(DhcpRequest.COOKIE);
    out.put(option(DhcpOption.TYPE, type));
    for (byte[] each : options) {
      out.put(each);
    }
    out.put((byte) 255);
    byte[] message = new byte[Math.max(300, out.position())];
    out.flip().get(message, 0, out.limit());
    return message;
  }

  /** What is answered, as words; nothing if nothing is. */
  static List<String> told(byte[] message, DhcpCard card) {
    return DhcpRequest.read(message)
        .flatMap(each -> DhcpAnswers.of(each, card, List.of(SERVER)))
        .map(each -> told(each.to(), each.message()))
        .orElse(List.of());
  }

  /** An answer's IP destination, kind and address, and its options by number. */
  static List<String> told(IpAddress to, byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    TreeMap<Integer, String> options = new TreeMap<>();
    int at = DhcpRequest.HEADER + 4;
    while (message[at] != (byte) 255) {
      byte[] value = new byte[message[at + 1] & 0xff];
      in.get(at + 2, value);
      options.merge(message[at] & 0xff, value(message[at] & 0xff, value), String::concat);
      at += 2 + value.length;
    }
    byte[] given = new byte[4];
    in.get(16, given);
    List<String> told = new ArrayList<>();
    told.add(to.toString());
    told.add(IpAddress.of(given).toString());
    options.forEach((number, value) -> told.add(number + "=" + value));
    return told;
  }

  private static String value(int number, byte[] value) {
    return switch (number) {
      case 12, 15 -> new String(value, StandardCharsets.US_ASCII);
      case 26 -> String.valueOf(ByteBuffer.wrap(value).getShort());
      case 51 -> String.valueOf(ByteBuffer.wrap(value).getInt());
      case 1, 3, 6, 54 -> IpAddress.of(value).toString();
      default -> {
        List<String> numbers = new ArrayList<>();
        for (byte each : value) {
          numbers.add(String.valueOf(each & 0xff));
        }
        yield String.join(" ", numbers);
      }
    };
  }
}
