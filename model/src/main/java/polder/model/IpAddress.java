package polder.model;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An IP address, version 4 or 6, without a zone. Written as RFC 5952 has it.
 *
 * @param six whether it is of version 6
 * @param high the upper 64 bits; 0 for version 4
 * @param low the lower 64 bits; for version 4 all 32
 */
public record IpAddress(boolean six, long high, long low) implements Comparable<IpAddress> {
  private static final Pattern FOUR =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
  private static final Pattern SIX = Pattern.compile("[0-9a-fA-F:]{2,39}");
  private static final int GROUPS = 8;
  private static final int GROUP_BITS = 16;

  public IpAddress {
    if (!six && (high != 0 || low < 0 || low > 0xffff_ffffL)) {
      throw new IllegalArgumentException("an IPv4 address has 32 bits");
    }
  }

  /**
   * Reads one strictly: four numbers without leading zeros, or groups of hex digits.
   *
   * @throws PolderException INVALID
   */
  public static IpAddress of(String text) {
    if (FOUR.matcher(text).matches()) {
      long value = 0;
      for (String part : text.split("\\.", -1)) {
        int number = Integer.parseInt(part);
        if (number > 255) {
          throw refused(text);
        }
        value = value << 8 | number;
      }
      return new IpAddress(false, 0, value);
    }
    if (!SIX.matcher(text).matches()) {
      throw refused(text);
    }
    int gap = text.indexOf("::");
    List<Integer> before = groups(gap < 0 ? text : text.substring(0, gap), text);
    List<Integer> after = gap < 0 ? List.of() : groups(text.substring(gap + 2), text);
    int missing = GROUPS - before.size() - after.size();
    if (gap < 0 ? missing != 0 : missing < 1) {
      throw refused(text);
    }
    List<Integer> all = new ArrayList<>(before);
    all.addAll(Collections.nCopies(missing, 0));
    all.addAll(after);
    IpAddress address = new IpAddress(true, half(all.subList(0, 4)), half(all.subList(4, 8)));
    if (address.high == 0 && address.low >>> 32 == 0xffff) {
      throw refused(text); // an IPv4 address in IPv6's clothes
    }
    return address;
  }

  private static List<Integer> groups(String part, String text) {
    List<Integer> groups = new ArrayList<>();
    for (String each : part.isEmpty() ? new String[0] : part.split(":", -1)) {
      if (each.isEmpty() || each.length() > 4) {
        throw refused(text);
      }
      groups.add(Integer.parseInt(each, 16));
    }
    return groups;
  }

  private static long half(List<Integer> groups) {
    long half = 0;
    for (int each : groups) {
      half = half << GROUP_BITS | each;
    }
    return half;
  }

  private static PolderException refused(String text) {
    return new PolderException(
        ErrorKind.INVALID, "'%s' is no IP address".formatted(Types.shorten(text)));
  }

  /** How many bits it has: 32 or 128. */
  public int bits() {
    return six ? 128 : 32;
  }

  /** The address {@code count} after this one, which must not lead out of the lower 64 bits. */
  public IpAddress plus(long count) {
    return new IpAddress(six, high, low + count);
  }

  /** Its four or sixteen bytes. */
  public byte[] bytes() {
    return six
        ? ByteBuffer.allocate(16).putLong(high).putLong(low).array()
        : ByteBuffer.allocate(4).putInt((int) low).array();
  }

  /** The address of four or sixteen bytes. */
  public static IpAddress of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return switch (bytes.length) {
      case 4 -> new IpAddress(false, 0, Integer.toUnsignedLong(in.getInt()));
      case 16 -> new IpAddress(true, in.getLong(), in.getLong());
      default ->
          throw new IllegalArgumentException("an address of %d bytes".formatted(bytes.length));
    };
  }

  /** Whether it can be a host's own: no group's, no loopback, none of those that mean "none". */
  public boolean isUnicast() {
    if (six) {
      boolean group = high >>> 56 == 0xff;
      boolean special = high == 0 && low >>> 32 == 0; // ::, ::1 and what once held IPv4
      boolean mapped = high == 0 && low >>> 32 == 0xffff;
      return !group && !special && !mapped;
    }
    long first = low >>> 24;
    return first != 0 && first != 127 && first < 224;
  }

  /** Whether it counts on one link only: fe80::/10, 169.254.0.0/16. */
  public boolean isLinkLocal() {
    return six ? high >>> 54 == 0x3fa : low >>> 16 == 0xa9fe;
  }

  @Override
  public int compareTo(IpAddress other) {
    int byKind = Boolean.compare(six, other.six);
    int byHigh = Long.compareUnsigned(high, other.high);
    return byKind != 0 ? byKind : byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  @Override
  public String toString() {
    if (!six) {
      return "%d.%d.%d.%d".formatted(low >>> 24, low >>> 16 & 0xff, low >>> 8 & 0xff, low & 0xff);
    }
    List<Integer> groups = new ArrayList<>();
    for (int i = 0; i < GROUPS; i++) {
      long half = i < GROUPS / 2 ? high : low;
      groups.add((int) (half >>> ((3 - i % 4) * GROUP_BITS) & 0xffff));
    }
    int start = 0;
    int longest = 1; // one group of zeros is written out
    for (int i = 0; i < GROUPS; i++) {
      int length = 0;
      while (i + length < GROUPS && groups.get(i + length) == 0) {
        length++;
      }
      if (length > longest) {
        start = i;
        longest = length;
      }
    }
    return longest == 1
        ? hex(groups)
        : hex(groups.subList(0, start)) + "::" + hex(groups.subList(start + longest, GROUPS));
  }

  private static String hex(List<Integer> groups) {
    return String.join(":", groups.stream().map(Integer::toHexString).toList());
  }
}
