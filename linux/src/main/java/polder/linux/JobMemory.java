package polder.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A job as it will lie in the launcher's memory, at an address that is known beforehand; so what is
 * added here has its final address at once.
 *
 * <p>The layout is described at the head of {@code launcher-x86_64.s}.
 */
final class JobMemory {
  static final long ADDRESS = 0x1000_0000L;
  static final int SIZE = 0x40_0000;
  static final int REPORT_OFFSET = 0;
  static final int BODY_OFFSET = 4;
  static final int LENGTH_OFFSET = 8;
  static final int CLONE_ARGS_OFFSET = 16;
  static final int STEPS_OFFSET = 104;
  static final int HEADER_SIZE = 112;
  static final int STEP_SIZE = 64;
  static final int RESULT_OFFSET = 56;

  private ByteBuffer bytes = ByteBuffer.allocate(32 << 10);

  JobMemory() {
    bytes.position(HEADER_SIZE);
  }

  /** Adds {@code content} at a multiple of eight and answers its address. */
  long add(byte[] content) {
    int start = bytes.position() + 7 & ~7;
    long end = (long) start + content.length;
    if (end > SIZE) {
      throw new IllegalArgumentException("a program with its arguments must fit in 4 MiB");
    }
    if (end > bytes.capacity()) {
      ByteBuffer larger =
          ByteBuffer.allocate((int) Math.min(SIZE, Math.max(end, 2L * bytes.capacity())));
      larger.put(bytes.flip());
      bytes = larger;
    }
    bytes.position(start).put(content);
    return ADDRESS + start;
  }

  /** Adds a C string: UTF-8 and a zero byte. */
  long add(String text) {
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "'%s' has a zero byte inside".formatted(text.replace('\0', '?')));
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return add(Arrays.copyOf(utf8, utf8.length + 1));
  }

  /** Adds 64-bit numbers. */
  long add(long... values) {
    byte[] content = new byte[8 * values.length];
    little(content).asLongBuffer().put(values);
    return add(content);
  }

  /** Adds 32-bit numbers. */
  long add(int... values) {
    byte[] content = new byte[4 * values.length];
    little(content).asIntBuffer().put(values);
    return add(content);
  }

  /** Adds a list of C strings as argv and envp are: pointers, the last one null. */
  long add(List<String> texts) {
    List<Long> pointers = new ArrayList<>();
    for (String text : texts) {
      pointers.add(add(text));
    }
    pointers.add(0L);
    return add(pointers.stream().mapToLong(Long::longValue).toArray());
  }

  /** All of it so far, with room for the header before it. */
  byte[] content() {
    byte[] content = new byte[bytes.position()];
    bytes.get(0, content);
    return content;
  }

  /** A view of {@code content} with the processor's byte order. */
  static ByteBuffer little(byte[] content) {
    return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }
}
