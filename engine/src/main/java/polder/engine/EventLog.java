package polder.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.Events;
import polder.model.Json;
import polder.model.PolderException;

/**
 * What happened, in files that only grow: one JSON object a line, each file named by its first
 * event's number.
 *
 * <p>An event is in the kernel's hands when {@link #add} returns, so the death of this process
 * loses none and repeats none. Half a line at the end, after a power cut, is dropped. While the
 * disk cannot be written, events wait in memory. Readers read the files and are told when there is
 * more. No file stays open for writing, so that an administrator can make the disk read-only.
 */
final class EventLog implements Events, AutoCloseable {
  private static final int FILES_KEPT = 8;
  private static final int WAITING_AT_MOST = 10_000;
  private static final int OWNER_ONLY = 0600;
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  private final Directory directory;
  private final long fileLimit;
  private final ReentrantLock writing = new ReentrantLock();
  private final Condition grown = writing.newCondition();
  private final TreeMap<Long, Long> sizes = new TreeMap<>(); // first event → whole lines' bytes
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private long newest;
  private long written;
  private boolean closed;

  private EventLog(Directory directory, long fileLimit) {
    this.directory = directory;
    this.fileLimit = fileLimit;
    for (DirectoryEntry entry : directory.entries()) {
      numberOf(entry.name())
          .ifPresent(
              first -> EventFile.check(directory, first).ifPresent(n -> sizes.put(first, n)));
    }
    if (sizes.isEmpty()) {
      sizes.put(1L, 0L);
    }
    newest = EventFile.newest(directory, sizes.lastKey(), sizes.lastEntry().getValue());
    written = newest;
  }

  /** The log in the directory {@code path}, which is made if need be. */
  static EventLog open(Path path, long fileLimit) {
    Directory directory = Folder.open(path).directory();
    try {
      return new EventLog(directory, fileLimit);
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /** Adds one event; never fails for want of room. */
  void add(String kind, Optional<UUID> zone, String name, Map<String, Object> details) {
    writing.lock();
    try {
      if (closed) {
        return;
      }
      newest++;
      Event event = new Event(newest, Instant.now(), kind, zone, name, details);
      waiting.add((Json.write(EventFile.write(event)) + "\n").getBytes(StandardCharsets.UTF_8));
      flush();
    } finally {
      writing.unlock();
    }
  }

  private void flush() {
    try {
      while (!waiting.isEmpty()) {
        byte[] line = waiting.element();
        rotateBefore(line.length);
        long size = sizes.lastEntry().getValue();
        try (RegularFile file = directory.openOrCreate(name(sizes.lastKey()), OWNER_ONLY)) {
          file.write(size, line, 0, line.length);
        }
        sizes.put(sizes.lastKey(), size + line.length);
        written++;
        waiting.remove();
      }
    } catch (SyscallException e) {
      // no room or no disk: what waits is written with the next event; the zone comes first
      if (waiting.size() > WAITING_AT_MOST) {
        waiting.remove();
        written++;
      }
    }
    grown.signalAll();
  }

  private void rotateBefore(int length) {
    long size = sizes.lastEntry().getValue();
    if (size == 0 || size + length <= fileLimit) {
      return;
    }
    long first = written + 1;
    try (RegularFile next = directory.openOrCreate(name(first), OWNER_ONLY)) {
      next.truncate(0);
    }
    sizes.put(first, 0L);
    while (sizes.size() > FILES_KEPT) {
      directory.remove(name(sizes.pollFirstEntry().getKey()));
    }
  }

  @Override
  public long newest() {
    writing.lock();
    try {
      return newest;
    } finally {
      writing.unlock();
    }
  }

  @Override
  public Cursor<Event> since(long cursor, boolean follow) {
    writing.lock();
    try {
      if (cursor + 1 < sizes.firstKey()) {
        throw new PolderException(
            ErrorKind.NOT_FOUND,
            "events after %d are no longer kept; the oldest is %d"
                .formatted(cursor, sizes.firstKey()));
      }
      if (cursor > newest) {
        throw new PolderException(
            ErrorKind.NOT_FOUND,
            "there is no event %d; the newest is %d".formatted(cursor, newest));
      }
      return new Reader(Math.max(cursor, 0), follow);
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void close() {
    writing.lock();
    try {
      flush();
      closed = true;
      grown.signalAll();
      directory.close();
    } finally {
      writing.unlock();
    }
  }

  static FileName name(long first) {
    return FileName.of("%020d.jsonl".formatted(first));
  }

  private static Optional<Long> numberOf(FileName name) {
    String text = name.toString();
    return text.matches("[0-9]{20}\\.jsonl")
        ? Optional.of(Long.parseLong(text.substring(0, 20)))
        : Optional.empty();
  }

  /** One reader's way through the files. */
  private final class Reader implements Cursor<Event> {
    private final boolean follow;
    private final long stopAt; // the last event of a reader that does not follow
    private long last;
    private @Nullable EventFile open;
    private boolean done;

    Reader(long cursor, boolean follow) {
      this.last = cursor;
      this.follow = follow;
      this.stopAt = written;
    }

    @Override
    public Optional<Event> next(Duration patience) {
      writing.lock();
      try {
        long left = patience.toNanos();
        while (!done && !closed) {
          if (!waiting.isEmpty()) {
            flush(); // the disk may take it again
          }
          if (last < written) {
            Optional<Event> event = read();
            if (event.isPresent()) {
              return event;
            }
          } else if (!follow || left <= 0) {
            return Optional.empty();
          } else {
            long some = waiting.isEmpty() ? left : Math.min(left, BETWEEN_TRIES.toNanos());
            left += grown.awaitNanos(some) - some;
          }
        }
        return Optional.empty();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      } finally {
        writing.unlock();
      }
    }

    /** The next event; empty if there was only a damaged line, or the end of a file. */
    private Optional<Event> read() {
      Map.Entry<Long, Long> here = sizes.floorEntry(last + 1);
      if (here == null) {
        throw new PolderException(
            ErrorKind.NOT_FOUND, "events after %d are no longer kept".formatted(last));
      }
      EventFile now = open;
      if (now == null || now.first() != here.getKey()) {
        letGo();
        now = EventFile.open(directory, here.getKey());
        open = now;
      }
      Optional<Event> event = now.next(here.getValue());
      if (event.isEmpty()) {
        // the file ends before its successor begins: damaged lines, whose numbers are skipped
        @Nullable Long successor = sizes.higherKey(here.getKey());
        last = successor == null ? written : successor - 1;
        return Optional.empty();
      }
      if (event.get().cursor() <= last) {
        return Optional.empty();
      }
      last = event.get().cursor();
      return event;
    }

    @Override
    public boolean ended() {
      writing.lock();
      try {
        return done || closed || (!follow && last >= Math.min(stopAt, written));
      } finally {
        writing.unlock();
      }
    }

    @Override
    public void close() {
      writing.lock();
      try {
        done = true;
        letGo();
        grown.signalAll();
      } finally {
        writing.unlock();
      }
    }

    private void letGo() {
      if (open != null) {
        open.close();
        open = null;
      }
    }
  }
}
