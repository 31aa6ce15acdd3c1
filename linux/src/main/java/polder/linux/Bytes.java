package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A string of bytes that never changes: what the kernel takes for names and attribute values.
 *
 * <p>A {@link String} cannot hold them: it has no place for bytes that are not UTF-8, and a file
 * name or an attribute that went through one comes back changed, without an error.
 */
public final class Bytes implements Comparable<Bytes> {
  /** No bytes at all. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] value;

  private Bytes(byte[] value) {
    this.value = value;
  }

  /** A copy of {@code value}. */
  public static Bytes of(byte[] value) {
    return new Bytes(value.clone());
  }

  /** A copy of the part of {@code value} from {@code from}, up to and without {@code to}. */
  public static Bytes of(byte[] value, int from, int to) {
    return new Bytes(Arrays.copyOfRange(value, from, to));
  }

  /** The text in UTF-8. */
  public static Bytes of(String text) {
    return new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /** How many. */
  public int length() {
    return value.length;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return value.length == 0;
  }

  /** The byte at {@code index}, which counts from 0. */
  public byte at(int index) {
    return value[index];
  }

  /** A copy of them. */
  public byte[] toArray() {
    return value.clone();
  }

  /** Where {@code wanted} is found first, at {@code from} or later; -1 if it is not there. */
  public int indexOf(char wanted, int from) {
    for (int i = from; i < value.length; i++) {
      if (value[i] == (byte) wanted) {
        return i;
      }
    }
    return -1;
  }

  /** The part from {@code from}, up to and without {@code to}. */
  public Bytes part(int from, int to) {
    return of(value, from, to);
  }

  /** Whether they begin with {@code text} in UTF-8. */
  public boolean startsWith(String text) {
    byte[] start = text.getBytes(StandardCharsets.UTF_8);
    return value.length >= start.length
        && Arrays.equals(value, 0, start.length, start, 0, start.length);
  }

  /** These bytes and then {@code more}. */
  public Bytes plus(Bytes more) {
    byte[] sum = Arrays.copyOf(value, value.length + more.value.length);
    System.arraycopy(more.value, 0, sum, value.length, more.value.length);
    return new Bytes(sum);
  }

  /** A copy with a NUL behind it, as the kernel takes names. */
  MemorySegment terminated(Arena arena) {
    MemorySegment memory = arena.allocate(value.length + 1L);
    MemorySegment.copy(value, 0, memory, ValueLayout.JAVA_BYTE, 0, value.length);
    return memory;
  }

  /** A copy without a NUL behind it; one byte long at least. */
  MemorySegment plain(Arena arena) {
    return terminated(arena);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(value, other.value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  /**
   * As text for people: UTF-8 where it is that, and {@code \x80} for any byte that is not, or that
   * a terminal might obey.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(value.length);
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(value);
    CharBuffer out = CharBuffer.allocate(value.length);
    while (in.hasRemaining()) {
      out.clear();
      CoderResult result = decoder.reset().decode(in, out, true);
      append(text, out.flip().toString());
      if (!result.isError()) {
        break;
      }
      for (int i = 0; i < result.length(); i++) {
        escape(text, in.get());
      }
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String decoded) {
    decoded
        .codePoints()
        .forEach(
            point -> {
              int type = Character.getType(point);
              if (type == Character.CONTROL
                  || type == Character.FORMAT
                  || type == Character.LINE_SEPARATOR
                  || type == Character.PARAGRAPH_SEPARATOR
                  || point == '\\') {
                for (byte b : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
                  escape(text, b);
                }
              } else {
                text.appendCodePoint(point);
              }
            });
  }

  private static void escape(StringBuilder text, byte b) {
    text.append("\\x%02x".formatted(b));
  }
}
