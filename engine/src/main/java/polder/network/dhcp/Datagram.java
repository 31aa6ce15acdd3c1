package polder.network.dhcp;

import java.nio.ByteBuffer;
import java.util.Optional;
import polder.linux.Bytes;
import polder.model.IpAddress;

/**
 * A datagram of UDP, as it is in an IP packet: RFC 768, 791, 8200.
 *
 * @param from who sends it
 * @param fromPort 0 to 65535
 * @param to to whom
 * @param toPort 0 to 65535
 * @param data what it carries
 */
record Datagram(IpAddress from, int fromPort, IpAddress to, int toPort, Bytes data) {
  static final int UDP = 17;
  private static final int UDP_HEADER = 8;
  private static final int HEADER_FOUR = 20;
  private static final int HEADER_SIX = 40;
  private static final int HOPS = 64;
  private static final int DONT_FRAGMENT = 0x4000;

  /**
   * That in a packet of either family; empty if it is none, or only a part. Its checksums may be
   * missing: it did not leave this machine.
   */
  static Optional<Datagram> read(byte[] packet) {
    if (packet.length < HEADER_FOUR) {
      return Optional.empty();
    }
    return switch ((packet[0] & 0xff) >> 4) {
      case 4 -> four(ByteBuffer.wrap(packet));
      case 6 -> six(ByteBuffer.wrap(packet));
      default -> Optional.empty();
    };
  }

  private static Optional<Datagram> four(ByteBuffer in) {
    int header = (in.get(0) & 0xf) * 4;
    int length = in.getShort(2) & 0xffff;
    boolean part = (in.getShort(6) & 0x3fff) != 0;
    if (header < HEADER_FOUR || length > in.limit() || part || in.get(9) != UDP) {
      return Optional.empty();
    }
    return udp(in, header, length, IpAddress.of(bytes(in, 12, 4)), IpAddress.of(bytes(in, 16, 4)));
  }

  private static Optional<Datagram> six(ByteBuffer in) {
    if (in.limit() < HEADER_SIX || in.get(6) != UDP) {
      return Optional.empty();
    }
    int length = HEADER_SIX + (in.getShort(4) & 0xffff);
    if (length > in.limit()) {
      return Optional.empty();
    }
    return udp(
        in, HEADER_SIX, length, IpAddress.of(bytes(in, 8, 16)), IpAddress.of(bytes(in, 24, 16)));
  }

  private static Optional<Datagram> udp(
      ByteBuffer in, int at, int end, IpAddress from, IpAddress to) {
    if (end - at < UDP_HEADER) {
      return Optional.empty();
    }
    int length = in.getShort(at + 4) & 0xffff;
    if (length < UDP_HEADER || length > end - at) {
      return Optional.empty();
    }
    return Optional.of(
        new Datagram(
            from,
            in.getShort(at) & 0xffff,
            to,
            in.getShort(at + 2) & 0xffff,
            Bytes.of(bytes(in, at + UDP_HEADER, length - UDP_HEADER))));
  }

  private static byte[] bytes(ByteBuffer in, int at, int length) {
    byte[] bytes = new byte[length];
    in.get(at, bytes);
    return bytes;
  }

  /** The packet that it is in. */
  byte[] packet() {
    int length = UDP_HEADER + data.length();
    ByteBuffer out = ByteBuffer.allocate((to.six() ? HEADER_SIX : HEADER_FOUR) + length);
    if (to.six()) {
      headerSix(out, from, to, UDP, HOPS, length);
    } else {
      out.put((byte) 0x45).put((byte) 0).putShort((short) (HEADER_FOUR + length));
      out.putShort((short) 0).putShort((short) DONT_FRAGMENT);
      out.put((byte) HOPS).put((byte) UDP).putShort((short) 0);
      out.put(from.bytes()).put(to.bytes());
      out.putShort(10, (short) ~sum(out.array(), 0, HEADER_FOUR, 0));
    }
    int start = out.position();
    out.putShort((short) fromPort).putShort((short) toPort).putShort((short) length);
    out.putShort((short) 0).put(data.toArray());
    int sum = ~checked(out.array(), start, from, to, UDP) & 0xffff;
    out.putShort(start + 6, (short) (sum == 0 ? 0xffff : sum)); // zero would say that there is none
    return out.array();
  }

  /** Writes IPv6's header. */
  static void headerSix(
      ByteBuffer out, IpAddress from, IpAddress to, int next, int hops, int length) {
    out.putInt(0x60000000).putShort((short) length).put((byte) next).put((byte) hops);
    out.put(from.bytes()).put(to.bytes());
  }

  /** The sum of what is after {@code start}, and of what of the IP header counts with it. */
  static int checked(byte[] packet, int start, IpAddress from, IpAddress to, int protocol) {
    int length = packet.length - start;
    byte[] ends = from.bytes();
    int sum = sum(ends, 0, ends.length, protocol + length);
    sum = sum(to.bytes(), 0, ends.length, sum);
    return sum(packet, start, packet.length, sum);
  }

  /** The sum of 16-bit words in one's complement: RFC 1071. */
  private static int sum(byte[] bytes, int start, int end, int before) {
    long sum = before;
    for (int i = start; i < end; i += 2) {
      sum += (bytes[i] & 0xff) << 8 | (i + 1 < end ? bytes[i + 1] & 0xff : 0);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }
}
