package polder.api.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/** Writes frames whole, from any thread; who writes waits while the other side does not read. */
public final class FrameWriter {
  /** How many bytes of a frame come before its payload. */
  public static final int HEAD = 5;

  private final ReentrantLock connection = new ReentrantLock();
  private final OutputStream out;

  /** Writes to {@code out}. */
  public FrameWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes one frame, {@link Frame#LONGEST} bytes at most. */
  public void write(Frame.Kind kind, byte[] bytes, int offset, int length) throws IOException {
    byte[] frame = new byte[HEAD + length];
    System.arraycopy(bytes, offset, frame, HEAD, length);
    writeWithin(frame, kind, length);
  }

  /**
   * Writes one frame without copying its payload.
   *
   * @param frame {@link #HEAD} bytes that are written over, then the payload
   * @param length the payload's
   */
  public void writeWithin(byte[] frame, Frame.Kind kind, int length) throws IOException {
    frame[0] = (byte) kind.code();
    number(frame, 1, length);
    connection.lock();
    try {
      out.write(frame, 0, HEAD + length);
      out.flush();
    } finally {
      connection.unlock();
    }
  }

  /** Writes one frame with {@code payload}. */
  public void write(Frame.Kind kind, byte... payload) throws IOException {
    write(kind, payload, 0, payload.length);
  }

  /** Writes one frame with a text. */
  public void write(Frame.Kind kind, String text) throws IOException {
    write(kind, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes one frame with a number of four bytes. */
  public void writeNumber(Frame.Kind kind, int number) throws IOException {
    byte[] payload = new byte[4];
    number(payload, 0, number);
    write(kind, payload);
  }

  private static void number(byte[] into, int at, int number) {
    into[at] = (byte) (number >>> 24);
    into[at + 1] = (byte) (number >>> 16);
    into[at + 2] = (byte) (number >>> 8);
    into[at + 3] = (byte) number;
  }
}
