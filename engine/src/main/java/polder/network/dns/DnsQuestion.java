package polder.network.dns;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A question, as strictly as it may be read.
 *
 * @param id its number
 * @param recursion whether others may be asked: RD
 * @param unchecked whether it does without others' checking: CD
 * @param name of what, as it was written
 * @param type what of it
 * @param kind in which class, as a rule 1 for the internet
 * @param extension what OPT says; RFC 6891
 */
record DnsQuestion(
    int id,
    boolean recursion,
    boolean unchecked,
    DnsName name,
    int type,
    int kind,
    Optional<Extension> extension)
    implements DnsHeard {
  /** The largest datagram that we send or ask for: it fits into any packet. */
  static final int LARGEST = 1232;

  /** The largest datagram for those who say nothing; RFC 1035, 4.2.1. */
  static final int SMALLEST = 512;

  private static final int HEADER = 12;
  private static final int RESPONSE = 0x8000;
  private static final int OPCODE = 0x7800;
  private static final int TRUNCATED = 0x0200;
  private static final int RECURSION = 0x0100;
  private static final int UNCHECKED = 0x0010;
  private static final int OPT_RECORD = 11; // without what follows

  /**
   * What the asker says beside the question.
   *
   * @param size the largest datagram that it takes
   * @param secured whether it wants signatures too: DO
   */
  record Extension(int size, boolean secured) {}

  /** Reads what somebody sent. */
  static DnsHeard read(byte[] message) {
    if (message.length < HEADER) {
      return new Nothing();
    }
    ByteBuffer in = ByteBuffer.wrap(message);
    int id = in.getShort() & 0xffff;
    int flags = in.getShort() & 0xffff;
    if ((flags & RESPONSE) != 0) {
      return new Nothing(); // or two that answer each other would never end
    }
    int opcode = flags & OPCODE;
    if (opcode != 0) {
      return new Unread(id, opcode, DnsCode.NOTIMP);
    }
    Unread broken = new Unread(id, 0, DnsCode.FORMERR);
    boolean one = in.getShort() == 1 && in.getShort() == 0 && in.getShort() == 0;
    int more = in.getShort() & 0xffff;
    Optional<DnsName> name = DnsName.read(message, HEADER);
    if (!one || more > 1 || (flags & TRUNCATED) != 0 || name.isEmpty()) {
      return broken;
    }
    int at = HEADER + name.get().wire().length();
    if (message.length < at + 4) {
      return broken;
    }
    in.position(at);
    int type = in.getShort() & 0xffff;
    int kind = in.getShort() & 0xffff;
    boolean extended = more == 1;
    if (extended ? !isExtension(in) : in.hasRemaining()) {
      return broken;
    }
    Optional<Extension> extension = Optional.empty();
    if (extended) {
      in.position(at + 4 + 3); // past the root's name and the type
      int size = Math.clamp(in.getShort() & 0xffff, SMALLEST, LARGEST);
      in.get(); // the rest of the code
      boolean known = in.get() == 0;
      extension = Optional.of(new Extension(size, (in.getShort() & 0x8000) != 0));
      if (!known) {
        return new Unread(id, 0, DnsCode.BADVERS);
      }
    }
    return new DnsQuestion(
        id, (flags & RECURSION) != 0, (flags & UNCHECKED) != 0, name.get(), type, kind, extension);
  }

  /** Whether what is left is one OPT record, whole. */
  private static boolean isExtension(ByteBuffer in) {
    if (in.remaining() < OPT_RECORD || in.get() != 0 || in.getShort() != DnsType.OPT) {
      return false;
    }
    in.position(in.position() + 6); // size, code, version, flags
    if ((in.getShort() & 0xffff) != in.remaining()) {
      return false;
    }
    while (in.remaining() >= 4) {
      in.getShort();
      int length = in.getShort() & 0xffff;
      if (length > in.remaining()) {
        return false;
      }
      in.position(in.position() + length);
    }
    return !in.hasRemaining();
  }

  /** The largest datagram that whoever asks takes. */
  int largest() {
    return extension.map(Extension::size).orElse(SMALLEST);
  }

  /** Whether whoever asked that would be answered by the same. */
  Sameness sameness() {
    return new Sameness(name.folded(), type, kind, unchecked, extension);
  }

  /**
   * What makes two questions one.
   *
   * @param name folded
   */
  record Sameness(
      DnsName name, int type, int kind, boolean unchecked, Optional<Extension> extension) {}

  /** It as it is passed on: the same question, and nothing else of what was sent. */
  byte[] passedOn(int number) {
    ByteBuffer out = ByteBuffer.allocate(HEADER + name.wire().length() + 4 + OPT_RECORD);
    out.putShort((short) number).putShort((short) (RECURSION | (unchecked ? UNCHECKED : 0)));
    out.putShort((short) 1).putShort((short) 0).putShort((short) 0);
    out.putShort((short) (extension.isPresent() ? 1 : 0));
    out.put(name.bytes()).putShort((short) type).putShort((short) kind);
    extension.ifPresent(each -> DnsAnswer.extension(out, DnsCode.NOERROR, each.secured()));
    byte[] message = new byte[out.position()];
    out.flip().get(message);
    return message;
  }

  /** Whether {@code message} answers this, sent with {@code number}. */
  boolean isAnsweredBy(byte[] message, int number) {
    if (message.length < HEADER) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(message);
    boolean ours = (in.getShort() & 0xffff) == number;
    int flags = in.getShort() & 0xffff;
    boolean one = in.getShort() == 1;
    int at = HEADER + name.wire().length();
    if (!ours || !one || (flags & (RESPONSE | OPCODE)) != RESPONSE || message.length < at + 4) {
      return false;
    }
    in.position(at);
    return DnsName.read(message, HEADER).map(DnsName::folded).equals(Optional.of(name.folded()))
        && (in.getShort() & 0xffff) == type
        && (in.getShort() & 0xffff) == kind;
  }

  /** What answered this, for whoever asked: with his number, and the name as he wrote it. */
  byte[] handedBack(byte[] message) {
    byte[] own = message.clone();
    ByteBuffer.wrap(own).putShort((short) id).put(HEADER, name.bytes());
    return own;
  }
}
