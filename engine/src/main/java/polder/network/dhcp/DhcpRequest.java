package polder.network.dhcp;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.linux.Bytes;
import polder.model.IpAddress;

/**
 * What a client sent; RFC 2131, 2, and RFC 2132.
 *
 * @param type what it wants, one of the constants
 * @param id by which it knows the answer
 * @param broadcast whether it wants to be answered at 255.255.255.255
 * @param own the address that it has and uses: ciaddr; empty if none
 * @param mac six bytes: chaddr
 * @param asked the address that it would like to have
 * @param server whose offer it takes
 * @param wanted the options that it asks for; empty if it names none, and gets all
 * @param most bytes of the answer, from its operation on
 * @param client by what it calls itself, which is told back
 */
record DhcpRequest(
    int type,
    int id,
    boolean broadcast,
    Optional<IpAddress> own,
    Bytes mac,
    Optional<IpAddress> asked,
    Optional<IpAddress> server,
    Optional<Set<Integer>> wanted,
    int most,
    Optional<Bytes> client) {
  static final int DISCOVER = 1; // RFC 2132, 9.6
  static final int OFFER = 2;
  static final int REQUEST = 3;
  static final int DECLINE = 4;
  static final int ACK = 5;
  static final int NAK = 6;
  static final int RELEASE = 7;
  static final int INFORM = 8;

  /** The longest that is read, and by far. */
  static final int LONGEST = 1472;

  static final int COOKIE = 0x63825363;
  static final int CHADDR = 28;
  static final int HEADER = 236; // up to the cookie

  private static final int QUESTION = 1;
  private static final int ETHERNET = 1;
  private static final int MAC_LENGTH = 6;
  private static final int BROADCAST = 0x8000;
  private static final int SMALLEST = 576 - 28; // what everybody takes, without the headers of IP
  private static final int PAD = 0;
  private static final int END = 255;

  /** Reads one; empty for whatever is not well formed, or came by a relay. */
  static Optional<DhcpRequest> read(byte[] message) {
    if (message.length < HEADER + Integer.BYTES || message.length > LONGEST) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(message);
    boolean known = in.get() == QUESTION && in.get() == ETHERNET && in.get() == MAC_LENGTH;
    if (!known || in.getInt(HEADER) != COOKIE || in.getInt(24) != 0) { // giaddr: a relay's
      return Optional.empty();
    }
    return options(message).filter(DhcpRequest::areSound).map(all -> of(message, in, all));
  }

  private static DhcpRequest of(byte[] message, ByteBuffer in, Map<Integer, Bytes> options) {
    int own = in.getInt(12);
    byte[] bytes = ByteBuffer.allocate(4).putInt(own).array();
    return new DhcpRequest(
        options.getOrDefault(DhcpOption.TYPE, Bytes.of(new byte[1])).toArray()[0],
        in.getInt(4),
        (in.getShort(10) & BROADCAST) != 0,
        own == 0 ? Optional.empty() : Optional.of(IpAddress.of(bytes)),
        Bytes.of(message, CHADDR, CHADDR + MAC_LENGTH),
        address(options, DhcpOption.ADDRESS),
        address(options, DhcpOption.SERVER),
        Optional.ofNullable(options.get(DhcpOption.WANTED)).map(DhcpRequest::numbers),
        most(options),
        Optional.ofNullable(options.get(DhcpOption.CLIENT)));
  }

  /** All options by number; empty if one does not fit, is there twice, or there is no end. */
  private static Optional<Map<Integer, Bytes>> options(byte[] message) {
    Map<Integer, Bytes> options = new HashMap<>();
    int at = HEADER + Integer.BYTES;
    while (at < message.length) {
      int number = message[at++] & 0xff;
      if (number == END) {
        return Optional.of(options);
      }
      if (number == PAD) {
        continue;
      }
      if (at >= message.length) {
        return Optional.empty();
      }
      int length = message[at++] & 0xff;
      if (length > message.length - at) {
        return Optional.empty();
      }
      boolean twice = options.put(number, Bytes.of(message, at, at + length)) != null;
      if (twice && DhcpOption.READ.contains(number)) {
        return Optional.empty();
      }
      at += length;
    }
    return Optional.empty();
  }

  private static boolean areSound(Map<Integer, Bytes> options) {
    Bytes client = options.get(DhcpOption.CLIENT);
    return options.containsKey(DhcpOption.TYPE)
        && isLong(options, DhcpOption.TYPE, 1)
        && isLong(options, DhcpOption.ADDRESS, 4)
        && isLong(options, DhcpOption.SERVER, 4)
        && isLong(options, DhcpOption.MOST, 2)
        && (client == null || client.length() >= 2);
  }

  private static boolean isLong(Map<Integer, Bytes> options, int number, int length) {
    Bytes value = options.get(number);
    return value == null || value.length() == length;
  }

  private static Optional<IpAddress> address(Map<Integer, Bytes> options, int number) {
    return Optional.ofNullable(options.get(number)).map(each -> IpAddress.of(each.toArray()));
  }

  private static Set<Integer> numbers(Bytes list) {
    Set<Integer> numbers = new HashSet<>();
    for (byte each : list.toArray()) {
      numbers.add(each & 0xff);
    }
    return Set.copyOf(numbers);
  }

  private static int most(Map<Integer, Bytes> options) {
    Bytes told = options.get(DhcpOption.MOST);
    int most = told == null ? 0 : ByteBuffer.wrap(told.toArray()).getShort() & 0xffff;
    return Math.clamp(most - 28, SMALLEST, LONGEST - 272); // it fits into any Ethernet
  }
}
