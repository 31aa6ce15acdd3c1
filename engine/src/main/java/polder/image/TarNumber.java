package polder.image;

import java.time.Instant;
import polder.linux.Bytes;

/** Numbers as archives have them: octal, base 256, and decimal with or without a fraction. */
final class TarNumber {
  private static final long FARTHEST = 1L << 40; // seconds from 1970: some 34,000 years

  private TarNumber() {}

  /** A field of a header: octal digits between spaces, or base 256 if its first bit is set. */
  static long field(byte[] block, int offset, int length) {
    return (block[offset] & 0x80) != 0
        ? base256(block, offset, length)
        : octal(block, offset, length);
  }

  private static long octal(byte[] block, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (at < end && block[at] == ' ') {
      at++;
    }
    long value = 0;
    while (at < end && block[at] >= '0' && block[at] <= '7') {
      if (value >>> 60 != 0) {
        throw Refusal.invalid("the archive has a header with a number over 64 bits");
      }
      value = value * 8 + block[at++] - '0';
    }
    if (at < end && block[at] != 0 && block[at] != ' ') {
      throw Refusal.invalid("the archive has a header with '%c' in a number", block[at] & 0xff);
    }
    return value;
  }

  private static long base256(byte[] block, int offset, int length) {
    long value = (block[offset] & 0x40) != 0 ? -1 : 0; // two's complement
    value = value << 6 | (block[offset] & 0x3f);
    for (int i = 1; i < length; i++) {
      if (value >= 1L << 55 || value < -(1L << 55)) {
        throw Refusal.invalid("the archive has a header with a number over 64 bits");
      }
      value = value << 8 | (block[offset + i] & 0xff);
    }
    return value;
  }

  /** Decimal digits and nothing else, 2^63 - 1 at most. */
  static long decimal(Bytes text) {
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.at(i) - '0';
      if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
        throw Refusal.invalid("the archive has '%s' for a number", Refusal.shown(text));
      }
      value = value * 10 + digit;
    }
    if (text.isEmpty()) {
      throw Refusal.invalid("the archive has an empty number");
    }
    return value;
  }

  /** Seconds since 1970 with a fraction, of which nine digits count; may be negative. */
  static Instant time(Bytes text) {
    boolean negative = !text.isEmpty() && text.at(0) == '-';
    int dot = text.indexOf('.', 0);
    long seconds = decimal(text.part(negative ? 1 : 0, dot < 0 ? text.length() : dot));
    long nanos = 0;
    if (dot >= 0) {
      for (int i = 1; i <= 9; i++) {
        int digit = dot + i < text.length() ? text.at(dot + i) - '0' : 0;
        if (digit < 0 || digit > 9) {
          throw Refusal.invalid("the archive has '%s' for a time", Refusal.shown(text));
        }
        nanos = nanos * 10 + digit;
      }
    }
    return negative ? time(-seconds).minusNanos(nanos) : time(seconds).plusNanos(nanos);
  }

  /** Seconds since 1970. */
  static Instant time(long seconds) {
    if (seconds > FARTHEST || seconds < -FARTHEST) {
      throw Refusal.invalid("the archive has a time %d seconds from 1970", seconds);
    }
    return Instant.ofEpochSecond(seconds);
  }
}
