package polder.api.stream;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads frames; for one thread. */
public final class FrameReader {
  private final InputStream in;

  /** Reads from {@code in}. */
  public FrameReader(InputStream in) {
    this.in = in;
  }

  /**
   * Waits for the next frame.
   *
   * @return empty if the other side closed its half between two frames
   * @throws IOException for what is no frame, or one that breaks off
   */
  public Optional<Frame> read() throws IOException {
    int type = in.read();
    if (type < 0) {
      return Optional.empty();
    }
    Frame.Kind kind =
        Frame.Kind.of(type).orElseThrow(() -> new IOException("unknown frame type " + type));
    byte[] size = in.readNBytes(4);
    if (size.length < 4) {
      throw new EOFException("the connection broke off in a frame");
    }
    long length = Integer.toUnsignedLong(ByteBuffer.wrap(size).getInt());
    if (length > Frame.LONGEST) {
      throw new IOException("a frame of %d bytes is over %d".formatted(length, Frame.LONGEST));
    }
    byte[] payload = in.readNBytes((int) length);
    if (payload.length < length) {
      throw new EOFException("the connection broke off in a frame");
    }
    return Optional.of(new Frame(kind, payload));
  }
}
