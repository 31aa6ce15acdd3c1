package polder.network.dns;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.linux.Bytes;
import polder.model.IpAddress;

/**
 * What is answered of ourselves.
 *
 * @param code how it went
 * @param ours whether nobody knows better: AA
 * @param records what there is of the name, by type
 * @param domain where there is nothing: in whose domain there is not; RFC 2308
 */
record DnsAnswer(DnsCode code, boolean ours, List<Data> records, Optional<DnsName> domain) {
  private static final int RESPONSE = 0x8000;
  private static final int OURS = 0x0400;
  private static final int TRUNCATED = 0x0200;
  private static final int RECURSION = 0x0100;
  private static final int RECURSES = 0x0080;
  private static final int UNCHECKED = 0x0010;
  private static final int SECURED = 0x8000;
  private static final int QUESTIONED = 0xc00c; // a pointer to the name in the question
  private static final int INTERNET = 1;
  private static final int HEADER = 12;

  /** Zones come and go; nobody is to remember for longer, seconds. */
  static final int LIFE = 5;

  DnsAnswer {
    records = List.copyOf(records);
  }

  /**
   * One record.
   *
   * @param type see {@link DnsType}
   * @param bytes what it says
   */
  record Data(int type, Bytes bytes) {}

  /** That nothing is known, and why. */
  static DnsAnswer of(DnsCode code) {
    return new DnsAnswer(code, false, List.of(), Optional.empty());
  }

  /**
   * It as a message.
   *
   * @param recurses whether other names are known by asking others
   * @param most bytes; what is longer says so, and nothing else
   */
  byte[] to(DnsQuestion question, boolean recurses, int most) {
    byte[] whole = message(question, recurses, false);
    return whole.length <= most ? whole : message(question, recurses, true);
  }

  /** That there is more than fits into a datagram: it is asked for by a connection. */
  static byte[] cut(DnsQuestion question) {
    return of(DnsCode.NOERROR).message(question, true, true);
  }

  private byte[] message(DnsQuestion question, boolean recurses, boolean cut) {
    List<Data> told = cut ? List.of() : records;
    Optional<DnsName> end = cut ? Optional.empty() : domain;
    int size = 2 * HEADER + 300; // header, question, extension
    for (Data each : told) {
      size += HEADER + each.bytes().length();
    }
    ByteBuffer out = ByteBuffer.allocate(size + end.map(each -> 3 * 256).orElse(0));
    int flags =
        RESPONSE
            | (ours ? OURS : 0)
            | (cut ? TRUNCATED : 0)
            | (question.recursion() ? RECURSION : 0)
            | (recurses ? RECURSES : 0)
            | (question.unchecked() ? UNCHECKED : 0)
            | code.low();
    out.putShort((short) question.id()).putShort((short) flags);
    out.putShort((short) 1).putShort((short) told.size());
    out.putShort((short) (end.isPresent() ? 1 : 0));
    out.putShort((short) (question.extension().isPresent() ? 1 : 0));
    out.put(question.name().bytes());
    out.putShort((short) question.type()).putShort((short) question.kind());
    for (Data each : told) {
      out.putShort((short) QUESTIONED);
      record(out, each);
    }
    end.ifPresent(
        name -> {
          out.put(name.bytes());
          record(out, authority(name));
        });
    question.extension().ifPresent(each -> extension(out, code, each.secured()));
    byte[] message = new byte[out.position()];
    out.flip().get(message);
    return message;
  }

  private static void record(ByteBuffer out, Data data) {
    out.putShort((short) data.type()).putShort((short) INTERNET).putInt(LIFE);
    out.putShort((short) data.bytes().length()).put(data.bytes().toArray());
  }

  /** What is said of a domain itself: SOA. */
  static Data authority(DnsName domain) {
    byte[] name = domain.bytes();
    ByteBuffer out = ByteBuffer.allocate(2 * name.length + 20);
    out.put(name).put(name); // who has it, and who answers for it: there is nobody to write to
    out.putInt(1).putInt(LIFE).putInt(LIFE).putInt(LIFE).putInt(LIFE);
    return new Data(DnsType.SOA, Bytes.of(out.array()));
  }

  /** Adds an OPT record. */
  static void extension(ByteBuffer out, DnsCode code, boolean secured) {
    out.put((byte) 0).putShort((short) DnsType.OPT).putShort((short) DnsQuestion.LARGEST);
    out.put((byte) code.high()).put((byte) 0).putShort((short) (secured ? SECURED : 0));
    out.putShort((short) 0);
  }

  /** What is said to what could not be read. */
  static byte[] to(DnsHeard.Unread unread) {
    boolean extended = unread.code().high() != 0;
    ByteBuffer out = ByteBuffer.allocate(HEADER + 11);
    out.putShort((short) unread.id());
    out.putShort((short) (RESPONSE | unread.opcode() | unread.code().low()));
    out.putShort((short) 0).putShort((short) 0).putShort((short) 0);
    out.putShort((short) (extended ? 1 : 0));
    if (extended) {
      extension(out, unread.code(), false);
    }
    byte[] message = new byte[out.position()];
    out.flip().get(message);
    return message;
  }

  /** The addresses of a name that are asked for. */
  static List<Data> addresses(List<IpAddress> all, int type) {
    List<Data> told = new ArrayList<>();
    for (IpAddress each : all) {
      int own = each.six() ? DnsType.AAAA : DnsType.A;
      if (type == own || type == DnsType.ANY) {
        told.add(new Data(own, Bytes.of(each.bytes())));
      }
    }
    return told;
  }
}
