package polder.engine;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.model.Event;
import polder.model.Json;
import polder.model.PolderException;

/** One file of the event log, read from its beginning. */
final class EventFile implements AutoCloseable {
  private static final int OWNER_ONLY = 0600;
  private static final int LONGEST_LINE = 4 << 20;

  private final long first;
  private final RegularFile file;
  private long position;
  private byte[] buffer = new byte[0];
  private int begin;

  private EventFile(long first, RegularFile file) {
    this.first = first;
    this.file = file;
  }

  static EventFile open(Directory directory, long first) {
    return new EventFile(first, directory.read(EventLog.name(first)));
  }

  /** The number of its first event. */
  long first() {
    return first;
  }

  /** The next event before {@code end}; lines that are none are passed over. */
  Optional<Event> next(long end) {
    while (true) {
      Optional<byte[]> line = line(end);
      if (line.isEmpty()) {
        return Optional.empty();
      }
      Optional<Event> event = parse(line.get());
      if (event.isPresent()) {
        return event;
      }
    }
  }

  private Optional<byte[]> line(long end) {
    while (true) {
      for (int i = begin; i < buffer.length; i++) {
        if (buffer[i] == '\n') {
          byte[] line = Arrays.copyOfRange(buffer, begin, i);
          begin = i + 1;
          return Optional.of(line);
        }
      }
      int have = buffer.length - begin;
      int more = (int) Math.min(end - position, Math.max(1 << 16, have));
      if (more <= 0 || have > LONGEST_LINE) {
        return Optional.empty();
      }
      byte[] larger = Arrays.copyOf(Arrays.copyOfRange(buffer, begin, buffer.length), have + more);
      int got = file.read(position, larger, have, more);
      if (got == 0) {
        return Optional.empty();
      }
      position += got;
      buffer = Arrays.copyOf(larger, have + got);
      begin = 0;
    }
  }

  @Override
  public void close() {
    file.close();
  }

  /**
   * The bytes of the file's whole lines; what comes after the last line feed is cut off. Empty if
   * it is no file that can be read, which is then put aside.
   */
  static Optional<Long> check(Directory directory, long first) {
    FileName name = EventLog.name(first);
    try (RegularFile file = directory.read(name)) {
      long size = file.size();
      long whole = size;
      byte[] chunk = new byte[1 << 16];
      while (whole > 0) {
        long from = Math.max(0, whole - chunk.length);
        int got = file.read(from, chunk, 0, (int) (whole - from));
        int at = got - 1;
        while (at >= 0 && chunk[at] != '\n') {
          at--;
        }
        whole = from + at + 1;
        if (at >= 0) {
          break;
        }
      }
      if (whole < size) {
        cut(directory, name, whole);
      }
      return Optional.of(whole);
    } catch (SyscallException e) {
      putAside(directory, name);
      return Optional.empty();
    }
  }

  private static void cut(Directory directory, FileName name, long whole) {
    try (RegularFile file = directory.openOrCreate(name, OWNER_ONLY)) {
      file.truncate(whole);
    } catch (SyscallException e) {
      // a disk that cannot be written: the next event is written over it
    }
  }

  private static void putAside(Directory directory, FileName name) {
    try {
      directory.rename(name, directory, FileName.of(name + ".damaged"));
    } catch (SyscallException e) {
      // a disk that cannot be written: it is passed over
    }
  }

  /** The number of the file's last event; one less than {@code first} if it has none. */
  static long newest(Directory directory, long first, long size) {
    long newest = first - 1;
    if (size == 0) {
      return newest;
    }
    try (EventFile file = open(directory, first)) {
      Optional<Event> event = file.next(size);
      while (event.isPresent()) {
        newest = Math.max(newest, event.get().cursor());
        event = file.next(size);
      }
    }
    return newest;
  }

  static Map<String, Object> write(Event event) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("cursor", event.cursor());
    tree.put("time", event.time().toString());
    tree.put("kind", event.kind());
    event.zone().ifPresent(zone -> tree.put("zone", zone.toString()));
    tree.put("name", event.name());
    tree.put("details", event.details());
    return tree;
  }

  private static Optional<Event> parse(byte[] line) {
    try {
      Map<String, Object> tree = Json.object(new String(line, StandardCharsets.UTF_8));
      if (tree.get("cursor") instanceof Long cursor
          && tree.get("time") instanceof String time
          && tree.get("kind") instanceof String kind
          && tree.get("name") instanceof String name) {
        return Optional.of(
            new Event(
                cursor,
                Instant.parse(time),
                kind,
                Optional.ofNullable((String) tree.get("zone")).map(UUID::fromString),
                name,
                Json.asObject(tree.get("details"))));
      }
      return Optional.empty();
    } catch (PolderException
        | DateTimeException
        | IllegalArgumentException
        | ClassCastException
        | NullPointerException e) {
      return Optional.empty(); // a damaged line is as if it were not there
    }
  }
}
