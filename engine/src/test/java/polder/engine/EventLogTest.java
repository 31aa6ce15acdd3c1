package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.model.Cursor;
import polder.model.ErrorKind;
import polder.model.Event;
import polder.model.PolderException;

class EventLogTest {
  private static final long LARGE = 4 << 20;

  @TempDir Path directory;

  private EventLog open(long fileLimit) {
    return EventLog.open(directory, fileLimit);
  }

  private static void add(EventLog log, int count) {
    for (int i = 0; i < count; i++) {
      log.add("zone.create", Optional.empty(), "zone", Map.of("i", (long) i));
    }
  }

  private static List<Long> read(EventLog log, long cursor) {
    List<Long> numbers = new ArrayList<>();
    try (Cursor<Event> events = log.since(cursor, false)) {
      while (!events.ended()) {
        events.next(Duration.ZERO).ifPresent(event -> numbers.add(event.cursor()));
      }
    }
    return numbers;
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void numbersGoOnOverRestartsAndFiles() {
    try (EventLog log = open(500)) {
      add(log, 10);
    }
    try (EventLog log = open(500)) {
      assertEquals(10, log.newest());
      add(log, 10);
      assertEquals(numbers(1, 20).subList(20 - read(log, 20 - 5).size(), 20), read(log, 15));
      assertEquals(numbers(18, 20), read(log, 17));
    }
  }

  @Test
  void halfALineAtTheEndIsDropped() throws IOException {
    try (EventLog log = open(LARGE)) {
      add(log, 3);
    }
    Path file = directory.resolve("00000000000000000001.jsonl");
    Files.write(
        file, "{\"cursor\": 4, \"ti".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    try (EventLog log = open(LARGE)) {
      assertEquals(3, log.newest());
      add(log, 1);
      assertEquals(numbers(1, 4), read(log, 0));
    }
  }

  @Test
  void aDamagedLineInTheMiddleHidesOnlyItself() throws IOException {
    try (EventLog log = open(LARGE)) {
      add(log, 5);
    }
    Path file = directory.resolve("00000000000000000001.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(1, "x".repeat(lines.get(1).length()));
    Files.write(file, lines);
    try (EventLog log = open(LARGE)) {
      assertEquals(List.of(1L, 3L, 4L, 5L), read(log, 0));
    }
  }

  @Test
  void aFileThatBecameADirectoryIsPutAside() throws IOException {
    Files.createDirectory(directory.resolve("00000000000000000001.jsonl"));
    try (EventLog log = open(LARGE)) {
      add(log, 2);
      assertEquals(numbers(1, 2), read(log, 0));
    }
  }

  @Test
  void saysSoWhenEventsAreNoLongerKept() {
    try (EventLog log = open(200)) {
      add(log, 100);
      PolderException e = assertThrows(PolderException.class, () -> log.since(0, false));
      assertEquals(ErrorKind.NOT_FOUND, e.kind());
      assertEquals(
          ErrorKind.NOT_FOUND,
          assertThrows(PolderException.class, () -> log.since(101, false)).kind());
    }
  }

  @Test
  @DisplayName("R-EVT-01 a reader that reconnects with a cursor misses nothing, sees nothing twice")
  void misssesNothingOverReconnects() throws InterruptedException {
    try (EventLog log = open(2000)) {
      // never further ahead than the log is sure to keep, though its files change meanwhile
      Semaphore ahead = new Semaphore(5);
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 60; i++) {
                      ahead.acquireUninterruptibly();
                      add(log, 1);
                    }
                  });
      List<Long> seen = new ArrayList<>();
      long cursor = 0;
      while (seen.size() < 60) {
        try (Cursor<Event> events = log.since(cursor, true)) {
          for (int i = 0; i < 3; i++) {
            Optional<Event> event = events.next(Figures.within(10));
            assertTrue(event.isPresent());
            cursor = event.get().cursor();
            seen.add(cursor);
            ahead.release();
          }
        }
      }
      assertEquals(numbers(1, 60), seen);
      writer.join();
    }
  }

  @Test
  void whoFollowsIsToldAndEndsWithTheLog() throws InterruptedException {
    EventLog log = open(LARGE);
    List<Event> seen = new ArrayList<>();
    Cursor<Event> events = log.since(0, true);
    assertTrue(events.next(Duration.ofMillis(1)).isEmpty());
    assertFalse(events.ended());
    Thread reader =
        Thread.ofVirtual().start(() -> events.next(Figures.within(10)).ifPresent(seen::add));
    add(log, 1);
    reader.join();
    assertEquals(1, seen.size());
    Thread waiter = Thread.ofVirtual().start(() -> events.next(Duration.ofSeconds(100)));
    log.close();
    assertTrue(waiter.join(Figures.within(10)));
    assertTrue(events.ended());
  }
}
