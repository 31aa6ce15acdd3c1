package polder.engine;

import java.nio.file.Path;
import java.time.Instant;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.linux.Splice;
import polder.linux.SyscallException;

/**
 * What one zone writes, kept in generations of a limited size: for each a file of its standard
 * output, one of its errors, and a {@link LogIndex}.
 *
 * <p>The kernel moves bytes from the zone's FIFO to the file in one call, so that our death loses
 * and repeats none; an index that lags behind the files then is mended when the log is opened.
 * Readers are told when there is more. Where the disk is full, output is dropped: the zone runs on.
 */
final class ZoneLog implements AutoCloseable {
  static final long FILE_LIMIT = 10L << 20;
  static final int FILES_KEPT = 3;

  private static final long MOVE_AT_ONCE = 1 << 20;
  private static final long TAKE_AT_ONCE = 8 << 20;
  private static final int OWNER_ONLY = 0600;
  private static final String[] ENDINGS = {"out", "err", "idx"};

  /** How far one generation has got. */
  private static final class Generation {
    final long[] streams = new long[2];
    long index;

    long size() {
      return streams[0] + streams[1] + index;
    }
  }

  private final Path path;
  private final long limit;
  private final ReentrantLock writing = new ReentrantLock();
  private final Condition grown = writing.newCondition();
  private final TreeMap<Integer, Generation> generations = new TreeMap<>();
  private final long[] unindexed = new long[2]; // moved, but the index could not be written
  private final @Nullable RegularFile[] files = new @Nullable RegularFile[ENDINGS.length];
  private boolean closed;
  private long tellings;

  /** The log in the directory {@code path}; {@code limit} bytes a generation. */
  ZoneLog(Path path, long limit) {
    this.path = path;
    this.limit = limit;
    try (Directory directory = Directory.open(path)) {
      find(directory);
    }
    mend();
  }

  private void find(Directory directory) {
    for (DirectoryEntry entry : directory.entries()) {
      String name = entry.name().toString();
      if (name.matches("[0-9]{8}\\.(out|err|idx)")) {
        generations.computeIfAbsent(Integer.valueOf(name.substring(0, 8)), n -> new Generation());
      }
    }
    if (generations.isEmpty()) {
      generations.put(1, new Generation());
    }
    generations.forEach((number, generation) -> measure(directory, number, generation));
  }

  /** Takes what the zone wrote to {@code fifo}: all of it, or much; says how many bytes. */
  long take(int stream, Fd fifo) {
    writing.lock();
    try {
      long taken = 0;
      while (!closed && taken < TAKE_AT_ONCE) {
        long moved = move(stream, fifo);
        if (moved == 0) {
          break;
        }
        taken += moved;
      }
      return taken;
    } finally {
      writing.unlock();
    }
  }

  private long move(int stream, Fd fifo) {
    try {
      rotateIfFull();
      Generation now = generations.lastEntry().getValue();
      long most = Math.min(MOVE_AT_ONCE, limit - now.size()); // no generation gets any larger
      long moved = Splice.move(fifo, file(stream), now.streams[stream], most);
      if (moved > 0) {
        grow(stream, moved);
      }
      return moved;
    } catch (SyscallException e) {
      return discard(fifo); // no room: better the zone's output is lost than the zone
    }
  }

  private static long discard(Fd fifo) {
    try {
      byte[] buffer = new byte[64 << 10];
      return fifo.read(buffer, 0, buffer.length);
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.EAGAIN)) {
        return 0;
      }
      throw e;
    }
  }

  /** Adds what was read elsewhere, such as from a terminal. */
  void append(int stream, byte[] buffer, int length) {
    writing.lock();
    try {
      if (closed) {
        return;
      }
      for (int done = 0; done < length; ) {
        rotateIfFull();
        Generation now = generations.lastEntry().getValue();
        int part = (int) Math.min(length - done, limit - now.size());
        file(stream).write(now.streams[stream], buffer, done, part);
        grow(stream, part);
        done += part;
      }
    } catch (SyscallException e) {
      // no room: as above
    } finally {
      writing.unlock();
    }
  }

  /** Notes that the main process ended and that all it wrote has been taken. */
  void end() {
    writing.lock();
    try {
      if (!closed) {
        index(new LogIndex.Entry(LogIndex.END, 0, Instant.now()));
      }
    } catch (SyscallException e) {
      // no room: who follows is told by the zone's state
    } finally {
      grown.signalAll();
      writing.unlock();
    }
  }

  private void grow(int stream, long by) {
    generations.lastEntry().getValue().streams[stream] += by;
    unindexed[stream] += by;
    try {
      index(new LogIndex.Entry(stream, unindexed[stream], Instant.now()));
      unindexed[stream] = 0;
    } catch (SyscallException e) {
      // no room for 24 bytes: the next entry tells of this too
    }
    grown.signalAll();
  }

  private void index(LogIndex.Entry entry) {
    Generation now = generations.lastEntry().getValue();
    byte[] bytes = entry.write();
    file(2).write(now.index, bytes, 0, bytes.length);
    now.index += bytes.length;
  }

  private void rotateIfFull() {
    if (generations.lastEntry().getValue().size() < limit) {
      return;
    }
    letGo();
    unindexed[0] = 0;
    unindexed[1] = 0;
    generations.put(generations.lastKey() + 1, new Generation());
    try (Directory directory = Directory.open(path)) {
      while (generations.size() > FILES_KEPT) {
        remove(directory, generations.pollFirstEntry().getKey());
      }
    }
  }

  private static void remove(Directory directory, int generation) {
    for (String ending : ENDINGS) {
      FileName name = name(generation, ending);
      if (directory.find(name).isPresent()) {
        directory.remove(name);
      }
    }
  }

  /** One of the last generation's files, made when it is first written to. */
  private RegularFile file(int which) {
    @Nullable RegularFile open = files[which];
    if (open == null) {
      try (Directory directory = Directory.open(path)) {
        open = directory.openOrCreate(name(generations.lastKey(), ENDINGS[which]), OWNER_ONLY);
      }
      files[which] = open;
    }
    return open;
  }

  /** Closes the files until something is written again. */
  void rest() {
    writing.lock();
    try {
      letGo();
    } finally {
      writing.unlock();
    }
  }

  private void letGo() {
    for (int which = 0; which < files.length; which++) {
      @Nullable RegularFile open = files[which];
      files[which] = null;
      if (open != null) {
        open.close();
      }
    }
  }

  private static void measure(Directory directory, int number, Generation generation) {
    generation.streams[0] = size(directory, number, "out");
    generation.streams[1] = size(directory, number, "err");
    generation.index = size(directory, number, "idx");
  }

  private static long size(Directory directory, int number, String ending) {
    return directory.find(name(number, ending)).map(stat -> stat.size()).orElse(0L);
  }

  /** Makes the last generation's index and files agree: we may have died between the two. */
  private void mend() {
    Generation last = generations.lastEntry().getValue();
    if (last.size() == 0) {
      return;
    }
    long[] told = new long[2];
    long whole = 0;
    byte[] bytes =
        file(2).readAll((int) Math.min(Integer.MAX_VALUE - 8, last.index + LogIndex.SIZE));
    for (int at = 0; at + LogIndex.SIZE <= bytes.length; at += LogIndex.SIZE) {
      LogIndex.Entry entry = LogIndex.read(bytes, at);
      if (entry == null
          || (entry.kind() != LogIndex.END
              && told[entry.kind()] + entry.length() > last.streams[entry.kind()])) {
        break;
      }
      if (entry.kind() != LogIndex.END) {
        told[entry.kind()] += entry.length();
      }
      whole = at + (long) LogIndex.SIZE;
    }
    if (whole < last.index) {
      file(2).truncate(whole);
      last.index = whole;
    }
    for (int stream = 0; stream < told.length; stream++) {
      if (told[stream] < last.streams[stream]) {
        index(new LogIndex.Entry(stream, last.streams[stream] - told[stream], Instant.now()));
      }
    }
    letGo();
  }

  /** Where a reader is: a generation and the places in its three files. */
  record Place(int generation, long index, long stdout, long stderr) {}

  /** The oldest place that is kept. */
  Place beginning() {
    writing.lock();
    try {
      return new Place(generations.firstKey(), 0, 0, 0);
    } finally {
      writing.unlock();
    }
  }

  /** The place after all that is there now. */
  Place now() {
    writing.lock();
    try {
      Generation last = generations.lastEntry().getValue();
      return new Place(generations.lastKey(), last.index, last.streams[0], last.streams[1]);
    } finally {
      writing.unlock();
    }
  }

  /** The bytes of a generation's index that may be read; empty if it is no longer kept. */
  @Nullable Long indexed(int generation) {
    writing.lock();
    try {
      Generation there = generations.get(generation);
      return there == null ? null : there.index;
    } finally {
      writing.unlock();
    }
  }

  /** The generation after {@code generation} that is kept, if there is one. */
  @Nullable Integer after(int generation) {
    writing.lock();
    try {
      return generations.higherKey(generation);
    } finally {
      writing.unlock();
    }
  }

  /**
   * Waits until there is something after {@code place}, the log is closed, or somebody {@linkplain
   * #tell tells}.
   *
   * @param told what {@link #tellings} said before the caller looked whether it was closed
   * @return false if the time is over and nothing came
   */
  boolean await(Place place, long told, long nanos) throws InterruptedException {
    writing.lock();
    try {
      long left = nanos;
      while (!closed && told == tellings && left > 0 && !beyond(place)) {
        left = grown.awaitNanos(left);
      }
      return left > 0 || beyond(place);
    } finally {
      writing.unlock();
    }
  }

  /** How often somebody told. */
  long tellings() {
    writing.lock();
    try {
      return tellings;
    } finally {
      writing.unlock();
    }
  }

  /** Has everybody who waits look up, because a reader was closed. */
  void tell() {
    writing.lock();
    try {
      tellings++;
      grown.signalAll();
    } finally {
      writing.unlock();
    }
  }

  private boolean beyond(Place place) {
    return generations.lastKey() > place.generation()
        || generations.lastEntry().getValue().index > place.index();
  }

  boolean closed() {
    writing.lock();
    try {
      return closed;
    } finally {
      writing.unlock();
    }
  }

  RegularFile open(int generation, int which) {
    try (Directory directory = Directory.open(path)) {
      return directory.read(name(generation, ENDINGS[which]));
    }
  }

  private static FileName name(int generation, String ending) {
    return FileName.of("%08d.%s".formatted(generation, ending));
  }

  /** No more is written; readers come to their end. */
  @Override
  public void close() {
    writing.lock();
    try {
      closed = true;
      letGo();
      grown.signalAll();
    } finally {
      writing.unlock();
    }
  }
}
