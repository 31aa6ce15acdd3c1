package polder.api.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * One message on an upgraded connection: a type byte, the payload's length in four bytes, big end
 * first, and the payload, {@value #LONGEST} bytes at most.
 *
 * @param kind what it is
 * @param payload what it carries; belongs to the frame
 */
@SuppressWarnings("ArrayRecordComponent") // made by one thread, read by one, compared by none
public record Frame(Kind kind, byte[] payload) {
  /** The most that a payload may hold. */
  public static final int LONGEST = 65_536;

  /** How many bytes of input a client may send beyond those it was credited for. */
  public static final int WINDOW = 65_536;

  /** How many bytes of each output the server may send beyond those it was credited for. */
  public static final int OUTPUT_WINDOW = 262_144;

  /** What a frame is. Below 16 from the client, above from the server. */
  public enum Kind {
    /** Input of the process. */
    STDIN(0),
    /** The end of its input; the client's closing its half of the connection means the same. */
    STDIN_END(1),
    /** The window's size: rows and columns, two bytes each. */
    RESIZE(2),
    /** A signal's name or number. */
    SIGNAL(3),
    /** How many bytes of the output were read: four bytes. */
    STDOUT_CREDIT(4),
    /** How many bytes of the errors were read: four bytes. */
    STDERR_CREDIT(5),
    /** Output of the process; empty at its end. */
    STDOUT(16),
    /** Its errors; empty at their end. */
    STDERR(17),
    /** How it ended: one byte. */
    EXIT(18),
    /** Why nothing more comes, as JSON. */
    ERROR(19),
    /** Nothing; finds out whether somebody still reads. */
    PING(20),
    /** The answer to {@link #SIGNAL}: empty, or why not, as JSON. */
    SIGNALLED(21),
    /** How many bytes of input the process took: four bytes. */
    CREDIT(22);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** The type byte. */
    public int code() {
      return code;
    }

    static Optional<Kind> of(int code) {
      return Arrays.stream(values()).filter(kind -> kind.code == code).findFirst();
    }
  }

  /**
   * The payload as a number of bytes.
   *
   * @throws IOException if it is none
   */
  public int count() throws IOException {
    int count = payload.length == Integer.BYTES ? ByteBuffer.wrap(payload).getInt() : -1;
    if (count < 0) {
      throw new IOException("a credit is four bytes and not negative");
    }
    return count;
  }

  /** The payload as text. */
  public String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }
}
