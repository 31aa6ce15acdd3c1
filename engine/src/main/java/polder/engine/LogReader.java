package polder.engine;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.linux.RegularFile;
import polder.linux.SyscallException;

/** One reader's way through a zone's log, piece by piece in the order in which it was written. */
final class LogReader implements AutoCloseable {
  private static final int AT_ONCE = 64 << 10;

  private final ZoneLog log;
  private ZoneLog.Place place;
  private @Nullable RegularFile index;
  private final @Nullable RegularFile[] streams = new RegularFile[2];
  private LogIndex.@Nullable Entry current;
  private long left; // of the current entry

  /** A piece of what a zone wrote; its bytes are whoever's it is given to. */
  static final class Piece {
    private final int kind;
    private final Instant time;
    private final byte[] bytes;

    Piece(int kind, Instant time, byte[] bytes) {
      this.kind = kind;
      this.time = time;
      this.bytes = bytes;
    }

    /** As in {@link LogIndex}. */
    int kind() {
      return kind;
    }

    /** When it was seen. */
    Instant time() {
      return time;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  LogReader(ZoneLog log, ZoneLog.Place from) {
    this.log = log;
    this.place = from;
  }

  ZoneLog.Place place() {
    return place;
  }

  /** Whether it has come to {@code end}, which was the log's end once. */
  boolean reached(ZoneLog.Place end) {
    return left == 0
        && (place.generation() > end.generation()
            || (place.generation() == end.generation() && place.index() >= end.index()));
  }

  /**
   * The next piece; empty if there is none yet.
   *
   * @throws SlowReaderException if what comes next is no longer kept
   */
  Optional<Piece> next() {
    while (true) {
      if (current != null && left > 0) {
        return Optional.of(piece(current));
      }
      Optional<LogIndex.Entry> entry = entry();
      if (entry.isPresent()) {
        current = entry.get();
        left = current.length();
        if (current.kind() == LogIndex.END) {
          return Optional.of(new Piece(LogIndex.END, current.time(), new byte[0]));
        }
      } else if (!advance()) {
        return Optional.empty();
      }
    }
  }

  private Piece piece(LogIndex.Entry entry) {
    byte[] bytes = new byte[(int) Math.min(left, AT_ONCE)];
    long position = entry.kind() == LogIndex.STDOUT ? place.stdout() : place.stderr();
    int got = stream(entry.kind()).read(position, bytes, 0, bytes.length);
    if (got == 0) {
      left = 0; // the file is shorter than its index: a power cut
      return new Piece(entry.kind(), entry.time(), new byte[0]);
    }
    left -= got;
    place =
        entry.kind() == LogIndex.STDOUT
            ? new ZoneLog.Place(
                place.generation(), place.index(), place.stdout() + got, place.stderr())
            : new ZoneLog.Place(
                place.generation(), place.index(), place.stdout(), place.stderr() + got);
    return new Piece(
        entry.kind(), entry.time(), got == bytes.length ? bytes : Arrays.copyOf(bytes, got));
  }

  private Optional<LogIndex.Entry> entry() {
    @Nullable Long told = log.indexed(place.generation());
    if (told == null && index == null) {
      throw new SlowReaderException();
    }
    RegularFile open = index;
    long size = told == null && open != null ? open.size() : told == null ? 0 : told;
    if (place.index() + LogIndex.SIZE > size) {
      return Optional.empty();
    }
    if (open == null) {
      open = open(2);
      index = open;
    }
    byte[] bytes = new byte[LogIndex.SIZE];
    int got = open.read(place.index(), bytes, 0, bytes.length);
    LogIndex.@Nullable Entry entry = got == bytes.length ? LogIndex.read(bytes, 0) : null;
    if (entry == null) {
      return Optional.empty();
    }
    place =
        new ZoneLog.Place(
            place.generation(), place.index() + LogIndex.SIZE, place.stdout(), place.stderr());
    return Optional.of(entry);
  }

  /** Goes on to the next generation, if there is one. */
  private boolean advance() {
    @Nullable Integer next = log.after(place.generation());
    if (next == null) {
      return false;
    }
    if (next > place.generation() + 1) {
      throw new SlowReaderException();
    }
    close();
    current = null;
    left = 0;
    place = new ZoneLog.Place(next, 0, 0, 0);
    return true;
  }

  /** Goes to the oldest place that is kept. */
  void restart() {
    close();
    current = null;
    left = 0;
    place = log.beginning();
  }

  private RegularFile stream(int kind) {
    RegularFile open = streams[kind];
    if (open == null) {
      open = open(kind);
      streams[kind] = open;
    }
    return open;
  }

  private RegularFile open(int which) {
    try {
      return log.open(place.generation(), which);
    } catch (SyscallException e) {
      throw new SlowReaderException();
    }
  }

  @Override
  public void close() {
    if (index != null) {
      index.close();
      index = null;
    }
    for (int i = 0; i < streams.length; i++) {
      RegularFile open = streams[i];
      if (open != null) {
        open.close();
        streams[i] = null;
      }
    }
  }

  /** The zone wrote faster than this reader read, by more than is kept. */
  static final class SlowReaderException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SlowReaderException() {
      super("the zone's output was read too slowly, and what comes next is no longer kept");
    }
  }
}
