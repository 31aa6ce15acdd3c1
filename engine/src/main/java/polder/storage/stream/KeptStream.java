package polder.storage.stream;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.InputStream;
import java.util.function.BiConsumer;
import polder.linux.RegularFile;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * What came of a stream, in a file: its head and the whole records after it, so that what is
 * missing can be put behind them.
 *
 * <p>What is in the file counts only up to a mark. A mark is told when what it is of is on the
 * disk: seldom enough that waiting for the disk costs little beside what is written, and often
 * enough that little is lost when we die.
 */
public final class KeptStream implements AutoCloseable {
  private static final long LEAST = 1 << 20; // between two marks
  private static final long MOST = 64 << 20;
  private static final int PART = 16; // of what is kept already may be lost, up to MOST

  private final RegularFile file;
  private final BiConsumer<StreamMark, Long> marks;
  private final StreamMark.Counter counter = new StreamMark.Counter();
  private long length;
  private long marked;

  /**
   * One in {@code file}, which closes with it.
   *
   * @param marks is told each mark, with the length of the file that it is of
   */
  public KeptStream(RegularFile file, BiConsumer<StreamMark, Long> marks) {
    this.file = file;
    this.marks = marks;
  }

  /**
   * What is in the file up to a mark, one record after the other; what is behind it goes.
   *
   * @throws PolderException HOST if that is not what was marked
   */
  RecordSource again(StreamMark mark, long size) {
    if (file.size() < size) {
      throw damaged("it is shorter than it was");
    }
    file.truncate(size);
    marked = size; // what is read again is marked already, whatever becomes of the reading
    InputStream from = new BufferedInputStream(file.input(), Records.LONGEST);
    RecordReader reader = RecordReader.ofRecords(from);
    return () -> {
      StreamRecord record;
      try {
        record = reader.next();
      } catch (EOFException | PolderException e) {
        throw damaged(String.valueOf(e.getMessage()));
      }
      count(record);
      if (counter.records() == mark.records()) {
        verify(mark, size);
      }
      return record;
    };
  }

  private void verify(StreamMark mark, long size) {
    if (length != size || !counter.mark().equals(mark)) {
      throw damaged("its digest is wrong");
    }
  }

  private static PolderException damaged(String how) {
    return new PolderException(
        ErrorKind.HOST,
        "what was kept of the stream is damaged (%s): give it up with 'polder receive --abort', and send the zone again"
            .formatted(how));
  }

  private void count(StreamRecord record) {
    length += record.bytes().length;
    if (record.kind() != Records.HEAD) {
      counter.pass(record.kind(), record.contents(), record.contents().length);
    }
  }

  /** How many records after the head are in it. */
  long records() {
    return counter.records();
  }

  /** Puts one behind those that are in it. The last of a stream is not kept: then all is there. */
  void add(StreamRecord record) {
    if (record.kind() == Records.END) {
      return;
    }
    byte[] bytes = record.bytes();
    file.write(length, bytes, 0, bytes.length);
    count(record);
    if (length - marked >= Math.clamp(length / PART, LEAST, MOST)) {
      mark();
    }
  }

  /** Marks all that is in it. */
  public void mark() {
    if (length > marked && counter.records() > 0) {
      file.syncData();
      marks.accept(counter.mark(), length);
      marked = length;
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
