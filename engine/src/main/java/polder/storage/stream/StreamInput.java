package polder.storage.stream;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.model.Json;
import polder.model.PolderException;

/**
 * Reads a stream, and refuses what is none or is damaged. What comes of it can be kept; and one
 * that {@linkplain #goesOn goes on} where another broke off is read as one with what was kept of
 * that.
 */
public final class StreamInput {
  private final RecordReader coming;
  private final List<StreamRecord> begun = new ArrayList<>(); // what came before it was kept
  private final boolean goesOn;
  private RecordSource source = this::fromFar;
  private Map<String, Object> head;
  private @Nullable KeptStream kept;
  private boolean inPart;
  private boolean ended;
  private boolean broken;

  /**
   * Reads the beginning of a stream, and its head. Closing {@code from} stays the caller's.
   *
   * @throws PolderException INVALID if it is none, or of a later version
   */
  public StreamInput(InputStream from) throws IOException {
    this.coming = RecordReader.ofStream(from);
    StreamRecord first = coming.next();
    if (first.kind() != Records.HEAD && first.kind() != Records.RESUME) {
      throw misplaced();
    }
    this.goesOn = first.kind() == Records.RESUME;
    this.head = json(first.contents());
    begun.add(first);
  }

  /**
   * Whether it is the rest of a stream: then its head says of which, and {@link #behind} is next.
   */
  public boolean goesOn() {
    return goesOn;
  }

  /**
   * Reads what was kept, up to {@code mark}, and then what comes now, which is kept too. The head
   * is the one that was kept.
   *
   * @param length of the file, of which the mark is
   */
  public void behind(KeptStream stream, StreamMark mark, long length) throws IOException {
    RecordSource before = stream.again(mark, length);
    kept = stream;
    source = () -> stream.records() < mark.records() ? before.next() : fromFar();
    head = json(before.next().contents());
  }

  /** Keeps what came, which is its head and the first words of its first part, and what comes. */
  public void keep(KeptStream stream) {
    begun.forEach(stream::add);
    kept = stream;
  }

  /** Whether it broke off or was damaged on its way; not whether what it says was refused. */
  public boolean isBroken() {
    return broken;
  }

  private StreamRecord fromFar() throws IOException {
    StreamRecord record;
    try {
      record = coming.next();
    } catch (IOException | PolderException e) {
      broken = true;
      throw e;
    }
    if (kept != null) {
      kept.add(record);
    } else if (record.kind() == Records.PART && begun.size() == 1) {
      begun.add(record);
    }
    return record;
  }

  /** What the stream is of. */
  public Map<String, Object> head() {
    return head;
  }

  /**
   * What the next part is of. The one before must have been read to its end.
   *
   * @return empty after the last one: then the stream was whole
   */
  public Optional<Map<String, Object>> nextPart() throws IOException {
    if (inPart) {
      throw new IllegalStateException("a part is not read to its end");
    }
    if (ended) {
      return Optional.empty();
    }
    StreamRecord record = source.next();
    if (record.kind() == Records.END) {
      ended = true;
      return Optional.empty();
    }
    if (record.kind() != Records.PART) {
      throw misplaced();
    }
    inPart = true;
    return Optional.of(json(record.contents()));
  }

  /** The changes of the part whose turn it is; at their end they were verified. */
  public InputStream changes() {
    return new Changes();
  }

  private final class Changes extends InputStream {
    private byte[] piece = new byte[0];
    private int at;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (at == piece.length) {
        if (!inPart || !more()) {
          return -1;
        }
      }
      int some = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, buffer, offset, some);
      at += some;
      return some;
    }

    private boolean more() throws IOException {
      StreamRecord record = source.next();
      if (record.kind() == Records.PART_END) {
        inPart = false;
        return false;
      }
      if (record.kind() != Records.DATA) {
        throw misplaced();
      }
      piece = record.contents();
      at = 0;
      return true;
    }
  }

  private static PolderException misplaced() {
    return Malformed.stream("a record is where it cannot be");
  }

  private static Map<String, Object> json(byte[] text) {
    try {
      return Json.object(text);
    } catch (PolderException e) {
      throw Malformed.stream("what it says of itself is damaged: " + e.getMessage());
    }
  }
}
