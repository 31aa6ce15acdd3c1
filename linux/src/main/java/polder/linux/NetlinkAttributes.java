package polder.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The attributes of a netlink message by type: {@code struct nlattr} (linux/netlink.h).
 *
 * @param values each one's bytes; of several of one type the last
 */
record NetlinkAttributes(Map<Integer, Bytes> values) {
  /** sizeof (struct nlattr). */
  static final int HEADER = 4;

  private static final int TYPE_MASK = 0x3fff; // NLA_TYPE_MASK

  NetlinkAttributes {
    values = Map.copyOf(values);
  }

  /**
   * Reads attributes, one after the other.
   *
   * @throws IllegalArgumentException if a length leads outside
   */
  static NetlinkAttributes parse(Bytes bytes) {
    Map<Integer, Bytes> values = new TreeMap<>();
    each(bytes, values::put);
    return new NetlinkAttributes(values);
  }

  /** The values of a list: attributes of one type, one after the other. */
  static List<Bytes> list(Bytes bytes) {
    List<Bytes> values = new ArrayList<>();
    each(bytes, (type, value) -> values.add(value));
    return values;
  }

  private static void each(Bytes bytes, BiConsumer<Integer, Bytes> found) {
    ByteBuffer in = ByteBuffer.wrap(bytes.toArray()).order(ByteOrder.nativeOrder());
    int at = 0;
    while (bytes.length() - at >= HEADER) {
      int length = Short.toUnsignedInt(in.getShort(at));
      int type = in.getShort(at + Short.BYTES) & TYPE_MASK;
      if (length < HEADER || length > bytes.length() - at) {
        throw new IllegalArgumentException(
            "a netlink attribute of %d bytes in %d".formatted(length, bytes.length() - at));
      }
      found.accept(type, bytes.part(at + HEADER, at + length));
      at += NetlinkMessage.align(length);
    }
  }

  /** A text, without the NUL at its end. */
  Optional<String> text(int type) {
    return Optional.ofNullable(values.get(type))
        .map(
            value -> {
              String text = new String(value.toArray(), StandardCharsets.UTF_8);
              int end = text.indexOf('\0');
              return end < 0 ? text : text.substring(0, end);
            });
  }

  /** A number of 32 bits; empty also if it has another size. */
  OptionalInt integer(int type) {
    Bytes value = values.get(type);
    return value == null || value.length() != Integer.BYTES
        ? OptionalInt.empty()
        : OptionalInt.of(ByteBuffer.wrap(value.toArray()).order(ByteOrder.nativeOrder()).getInt());
  }

  /** Attributes in an attribute; none if it is missing. */
  NetlinkAttributes nested(int type) {
    return parse(values.getOrDefault(type, Bytes.EMPTY));
  }
}
