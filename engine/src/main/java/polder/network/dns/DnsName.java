package polder.network.dns;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A domain name as it is sent: each label after its length, a zero at the end; RFC 1035, 3.1.
 *
 * @param wire its bytes, each a character
 */
record DnsName(String wire) {
  private static final int LONGEST = 255;
  private static final int LONGEST_LABEL = 63;

  /** The name of what is written with dots: {@code web.internal}. */
  static DnsName of(String dotted) {
    StringBuilder wire = new StringBuilder();
    for (String label : dotted.split("\\.", -1)) {
      if (label.isEmpty() || label.length() > LONGEST_LABEL) {
        throw new IllegalArgumentException("no domain name: " + dotted);
      }
      wire.append((char) label.length()).append(label);
    }
    return new DnsName(wire.append('\0').toString());
  }

  /**
   * The name that begins at {@code from}; empty if none does. There is nothing in a question that a
   * pointer could lead to, so there are none.
   */
  static Optional<DnsName> read(byte[] message, int from) {
    int at = from;
    while (at < message.length && at - from < LONGEST) {
      int length = message[at] & 0xff;
      if (length == 0) {
        return Optional.of(
            new DnsName(new String(message, from, at + 1 - from, StandardCharsets.ISO_8859_1)));
      }
      if (length > LONGEST_LABEL) {
        return Optional.empty();
      }
      at += 1 + length;
    }
    return Optional.empty();
  }

  byte[] bytes() {
    return wire.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** It in small letters, as names are compared; lengths are below all letters. */
  DnsName folded() {
    StringBuilder small = new StringBuilder(wire.length());
    for (int i = 0; i < wire.length(); i++) {
      char c = wire.charAt(i);
      small.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    return new DnsName(small.toString());
  }

  /** It without its first label; that of the root is the root. */
  DnsName parent() {
    int length = wire.charAt(0);
    return length == 0 ? this : new DnsName(wire.substring(1 + length));
  }

  /** Its first label; nothing of the root. */
  String label() {
    return wire.substring(1, 1 + wire.charAt(0));
  }

  boolean isRoot() {
    return wire.length() == 1;
  }

  /** Whether it has one label. */
  boolean isSingle() {
    return !isRoot() && parent().isRoot();
  }

  /** Whether it is {@code domain}, or ends with it; both folded. */
  boolean isIn(DnsName domain) {
    for (DnsName each = this; each.wire.length() >= domain.wire.length(); each = each.parent()) {
      if (each.equals(domain)) {
        return true;
      }
      if (each.isRoot()) {
        return false;
      }
    }
    return false;
  }
}
