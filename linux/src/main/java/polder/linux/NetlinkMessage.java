package polder.linux;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of netlink(7) that came from the kernel.
 *
 * @param type such as RTM_NEWLINK, linux/rtnetlink.h
 * @param flags NLM_F_ bits
 * @param sequence that of the request which it answers
 * @param payload what follows the header: a fixed part, and attributes
 */
record NetlinkMessage(int type, int flags, int sequence, Bytes payload) {
  /** sizeof (struct nlmsghdr). */
  static final int HEADER = 16;

  static final int REQUEST = 0x1; // NLM_F_, linux/netlink.h
  static final int ACK = 0x4;
  static final int EXCLUSIVE = 0x200;
  static final int CREATE = 0x400;
  static final int APPEND = 0x800;
  static final int DUMP_INTERRUPTED = 0x10;
  static final int DUMP = 0x300;

  static final int ERROR = 2; // NLMSG_
  static final int DONE = 3;

  private static final int ACK_CAPPED = 0x100; // NLM_F_
  private static final int ACK_HAS_ATTRIBUTES = 0x200;
  private static final int MESSAGE = 1; // NLMSGERR_ATTR_MSG
  private static final int ALIGNMENT = 4;

  /**
   * Reads what one datagram held.
   *
   * @throws IllegalArgumentException if a length in it leads outside it
   */
  static List<NetlinkMessage> parse(byte[] datagram) {
    List<NetlinkMessage> messages = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
    while (in.remaining() >= HEADER) {
      int start = in.position();
      int length = in.getInt();
      int type = Short.toUnsignedInt(in.getShort());
      int flags = Short.toUnsignedInt(in.getShort());
      int sequence = in.getInt();
      if (length < HEADER || length > datagram.length - start) {
        throw new IllegalArgumentException(
            "a netlink message of %d bytes in %d".formatted(length, datagram.length - start));
      }
      messages.add(
          new NetlinkMessage(
              type, flags, sequence, Bytes.of(datagram, start + HEADER, start + length)));
      in.position(Math.min(start + align(length), datagram.length));
    }
    return messages;
  }

  /** The attributes after a fixed part of {@code fixed} bytes. */
  NetlinkAttributes attributes(int fixed) {
    return NetlinkAttributes.parse(
        payload.part(Math.min(fixed, payload.length()), payload.length()));
  }

  /** The number at {@code offset} of the fixed part. */
  int integer(int offset) {
    try {
      return ByteBuffer.wrap(payload.toArray()).order(ByteOrder.nativeOrder()).getInt(offset);
    } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
      throw new IllegalArgumentException("a netlink message of type " + type + " is too short", e);
    }
  }

  /** The errno of an ERROR, or of a DONE that ended badly; 0 if all went well. */
  int errno() {
    return payload.length() < Integer.BYTES ? 0 : -integer(0);
  }

  /** What the kernel says in words about an ERROR; empty if it keeps silent. */
  String words() {
    if ((flags & ACK_HAS_ATTRIBUTES) == 0) {
      return "";
    }
    // errno, then the request: its header alone if it was capped
    int request = (flags & ACK_CAPPED) != 0 ? HEADER : align(integer(Integer.BYTES));
    return attributes(Integer.BYTES + request).text(MESSAGE).orElse("");
  }

  static int align(int length) {
    return (length + ALIGNMENT - 1) & -ALIGNMENT;
  }
}
