package polder.network.dhcp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.linux.Bytes;
import polder.model.IpAddress;

/**
 * What a client sent by IPv6; RFC 8415, 8 and 21.
 *
 * @param type what it wants, one of the constants
 * @param id by which it knows the answer: 24 bits
 * @param client by what it calls itself, which is told back
 * @param server whom it means
 * @param wishes the associations that it wants addresses in
 * @param rapid whether an answer to a solicitation may be the last
 */
record Dhcp6Request(
    int type,
    int id,
    Optional<Bytes> client,
    Optional<Bytes> server,
    List<Wish> wishes,
    boolean rapid) {
  static final int SOLICIT = 1; // RFC 8415, 7.3
  static final int ADVERTISE = 2;
  static final int REQUEST = 3;
  static final int CONFIRM = 4;
  static final int RENEW = 5;
  static final int REBIND = 6;
  static final int REPLY = 7;
  static final int RELEASE = 8;
  static final int DECLINE = 9;
  static final int INFORM = 11;

  static final int CLIENT = 1; // options: RFC 8415, 21
  static final int SERVER = 2;
  static final int ASSOCIATION = 3;
  static final int ADDRESS = 5;
  static final int WANTED = 6;
  static final int PREFERENCE = 7;
  static final int STATUS = 13;
  static final int RAPID = 14;
  static final int NAMES = 23; // RFC 3646
  static final int SEARCH = 24;

  /** The longest that is read, and by far. */
  static final int LONGEST = 1452;

  private static final int HEADER = 4;
  private static final int OPTION = 4;
  private static final int LONGEST_NAME = 130; // RFC 8415, 11.1
  private static final int ASSOCIATION_HEADER = 12;
  private static final int ADDRESS_LENGTH = 24;
  private static final int MOST_WISHES = 4;
  private static final int MOST_ADDRESSES = 16;

  Dhcp6Request {
    wishes = List.copyOf(wishes);
  }

  /**
   * An association that a client wants addresses in: IA_NA.
   *
   * @param id its number
   * @param has the addresses that it has in it, or would like to
   */
  record Wish(int id, List<IpAddress> has) {
    Wish {
      has = List.copyOf(has);
    }
  }

  /** Reads one; empty for whatever is not well formed, or came by a relay. */
  static Optional<Dhcp6Request> read(byte[] message) {
    if (message.length < HEADER || message.length > LONGEST) {
      return Optional.empty();
    }
    Reading reading = new Reading();
    if (!reading.options(ByteBuffer.wrap(message).position(HEADER))) {
      return Optional.empty();
    }
    return Optional.of(
        new Dhcp6Request(
            message[0] & 0xff,
            ByteBuffer.wrap(message).getInt() & 0xffffff,
            reading.client,
            reading.server,
            reading.wishes,
            reading.rapid));
  }

  /** What was read so far. */
  private static final class Reading {
    private final List<Wish> wishes = new ArrayList<>();
    private Optional<Bytes> client = Optional.empty();
    private Optional<Bytes> server = Optional.empty();
    private boolean rapid;

    /** Whether all of them fit, and none is there twice that must not be. */
    boolean options(ByteBuffer in) {
      while (in.hasRemaining()) {
        if (in.remaining() < OPTION) {
          return false;
        }
        int number = in.getShort() & 0xffff;
        int length = in.getShort() & 0xffff;
        if (length > in.remaining()) {
          return false;
        }
        ByteBuffer value = in.slice(in.position(), length);
        in.position(in.position() + length);
        if (!option(number, value)) {
          return false;
        }
      }
      return true;
    }

    private boolean option(int number, ByteBuffer value) {
      return switch (number) {
        case CLIENT -> {
          boolean first = client.isEmpty();
          client = name(value);
          yield first && client.isPresent();
        }
        case SERVER -> {
          boolean first = server.isEmpty();
          server = name(value);
          yield first && server.isPresent();
        }
        case ASSOCIATION -> association(value);
        case WANTED -> value.remaining() % Short.BYTES == 0; // all is told, asked for or not
        case RAPID -> {
          rapid = true;
          yield !value.hasRemaining();
        }
        default -> true;
      };
    }

    private static Optional<Bytes> name(ByteBuffer value) {
      byte[] bytes = new byte[value.remaining()];
      value.get(bytes);
      return bytes.length > 2 && bytes.length <= LONGEST_NAME
          ? Optional.of(Bytes.of(bytes))
          : Optional.empty();
    }

    private boolean association(ByteBuffer value) {
      if (value.remaining() < ASSOCIATION_HEADER || wishes.size() == MOST_WISHES) {
        return false;
      }
      int id = value.getInt();
      value.position(ASSOCIATION_HEADER);
      List<IpAddress> has = new ArrayList<>();
      while (value.hasRemaining()) {
        if (value.remaining() < OPTION) {
          return false;
        }
        int number = value.getShort() & 0xffff;
        int length = value.getShort() & 0xffff;
        boolean address = number == ADDRESS;
        if (length > value.remaining()
            || (address && (length < ADDRESS_LENGTH || has.size() == MOST_ADDRESSES))) {
          return false;
        }
        if (address) {
          byte[] bytes = new byte[16];
          value.get(value.position(), bytes);
          has.add(IpAddress.of(bytes));
        }
        value.position(value.position() + length);
      }
      return wishes.add(new Wish(id, has));
    }
  }
}
