package polder.model;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A network card's hardware address.
 *
 * @param value six pairs of hex digits in lower case, with colons
 */
public record MacAddress(String value) {
  private static final Pattern FORM = Pattern.compile("[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}");
  private static final int LENGTH = 6;
  private static final int GROUP = 1; // IEEE 802: the first bit on the wire
  private static final int LOCAL = 2;

  public MacAddress {
    if (!value.matches("[0-9a-f]{2}(:[0-9a-f]{2}){5}") || !isUsable(parse(value))) {
      throw refused(value);
    }
  }

  /**
   * Reads one; leading zeros may be left out, as SmartOS does.
   *
   * @throws PolderException INVALID, also for an address of a group and for all zeros
   */
  public static MacAddress of(String text) {
    if (!FORM.matcher(text).matches()) {
      throw refused(text);
    }
    StringBuilder whole = new StringBuilder();
    for (String part : text.toLowerCase(Locale.ROOT).split(":", -1)) {
      whole.append(whole.isEmpty() ? "" : ":").append(part.length() == 1 ? "0" : "").append(part);
    }
    return new MacAddress(whole.toString());
  }

  /** One of those that anybody may give himself, from the lower 40 bits of {@code bits}. */
  public static MacAddress local(long bits) {
    byte[] bytes = new byte[LENGTH];
    bytes[0] = LOCAL;
    for (int i = 1; i < LENGTH; i++) {
      bytes[i] = (byte) (bits >>> ((LENGTH - 1 - i) * Byte.SIZE));
    }
    return new MacAddress(HexFormat.ofDelimiter(":").formatHex(bytes));
  }

  /** The one of six bytes; empty if no card has it: a group's, or zeros. */
  public static Optional<MacAddress> find(byte[] bytes) {
    return bytes.length == LENGTH && isUsable(bytes)
        ? Optional.of(new MacAddress(HexFormat.ofDelimiter(":").formatHex(bytes)))
        : Optional.empty();
  }

  private static PolderException refused(String text) {
    return new PolderException(
        ErrorKind.INVALID,
        "'%s' is no network card's address, such as 02:00:00:12:34:56"
            .formatted(Types.shorten(text)));
  }

  private static boolean isUsable(byte[] bytes) {
    int all = 0;
    for (byte each : bytes) {
      all |= each;
    }
    return all != 0 && (bytes[0] & GROUP) == 0;
  }

  private static byte[] parse(String value) {
    return HexFormat.ofDelimiter(":").parseHex(value);
  }

  /** Its six bytes. */
  public byte[] bytes() {
    return parse(value);
  }

  /** The lower 64 bits of the IPv6 address that a card of it has: RFC 4291, appendix A. */
  public long interfaceId() {
    byte[] mac = bytes();
    long id = 0;
    for (int part :
        new int[] {mac[0] ^ LOCAL, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]}) {
      id = (id << Byte.SIZE) | (part & 0xff);
    }
    return id;
  }

  @Override
  public String toString() {
    return value;
  }
}
