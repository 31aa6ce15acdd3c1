package polder.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A netlink message that is being written: netlink(7), rtnetlink(7).
 *
 * <p>An attribute's length is a number of 16 bits. What does not fit is refused, never cut off: a
 * length that wraps would turn the rest of a value into attributes of somebody else's choosing.
 */
final class NetlinkRequest {
  /** The longest value of an attribute. */
  static final int LONGEST_VALUE = 0xffff - NetlinkAttributes.HEADER;

  private static final int NESTED = 0x8000; // NLA_F_NESTED

  private final int type;
  private final int flags;
  private final ByteArrayOutputStream payload = new ByteArrayOutputStream();

  /** Begins a message, {@code flags} beside NLM_F_REQUEST. */
  NetlinkRequest(int type, int flags) {
    this.type = type;
    this.flags = flags | NetlinkMessage.REQUEST;
  }

  /** Appends a fixed part, which comes before all attributes. */
  NetlinkRequest fixed(ByteBuffer part) {
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    append(bytes);
    return this;
  }

  /**
   * Appends an attribute.
   *
   * @throws IllegalArgumentException if it is longer than {@link #LONGEST_VALUE}
   */
  NetlinkRequest attribute(int attribute, byte[] value) {
    if (value.length > LONGEST_VALUE) {
      throw new IllegalArgumentException(
          "netlink attribute %d of %d bytes: %d at most"
              .formatted(attribute & ~NESTED, value.length, LONGEST_VALUE));
    }
    append(
        order(NetlinkAttributes.HEADER)
            .putShort((short) (NetlinkAttributes.HEADER + value.length))
            .putShort((short) attribute)
            .array());
    append(value);
    return this;
  }

  /** Appends a number of 32 bits. */
  NetlinkRequest attribute(int attribute, int value) {
    return attribute(attribute, order(Integer.BYTES).putInt(value).array());
  }

  /**
   * Appends a text with a NUL at its end.
   *
   * @throws IllegalArgumentException if there is a NUL in it, or it is too long
   */
  NetlinkRequest attribute(int attribute, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("netlink attribute %d has a NUL".formatted(attribute));
    }
    return attribute(attribute, (text + '\0').getBytes(StandardCharsets.UTF_8));
  }

  /** Appends attributes in an attribute. */
  NetlinkRequest nest(int attribute, Consumer<NetlinkRequest> inner) {
    NetlinkRequest nested = new NetlinkRequest(0, 0);
    inner.accept(nested);
    return attribute(attribute | NESTED, nested.payload.toByteArray());
  }

  /** Whether the kernel says when it is done. */
  boolean isAcknowledged() {
    return (flags & NetlinkMessage.ACK) != 0;
  }

  /** The message, with its header. */
  byte[] bytes(int sequence) {
    return order(NetlinkMessage.HEADER + payload.size())
        .putInt(NetlinkMessage.HEADER + payload.size())
        .putShort((short) type)
        .putShort((short) flags)
        .putInt(sequence)
        .putInt(0) // the kernel fills in who sends
        .put(payload.toByteArray())
        .array();
  }

  private void append(byte[] bytes) {
    payload.writeBytes(bytes);
    payload.writeBytes(new byte[NetlinkMessage.align(bytes.length) - bytes.length]);
  }

  private static ByteBuffer order(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }
}
