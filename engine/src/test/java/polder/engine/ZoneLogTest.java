package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Fd;
import polder.linux.Fifo;
import polder.linux.Pipe;
import polder.model.LogLine;
import polder.model.LogQuery;

class ZoneLogTest {
  @TempDir Path place;
  private Path directory;
  private Fd fifo;

  @BeforeEach
  void makeFifo() throws IOException {
    directory = Files.createDirectory(place.resolve("log"));
    Fifo.make(place.resolve("fifo"), 0600);
    fifo = Fifo.hold(place.resolve("fifo"));
    fifo.setBlocking(false);
  }

  private ZoneLog open(long limit) {
    return new ZoneLog(directory, limit);
  }

  private void write(ZoneLog log, int stream, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    fifo.write(bytes, 0, bytes.length);
    assertEquals(bytes.length, log.take(stream, fifo));
  }

  @Test
  void keepsNoMoreThanItsShareOfWhatAZoneWritesWithoutEnd() throws IOException {
    long limit = 1 << 20;
    Pipe.setCapacity(fifo, 1 << 20);
    byte[] much = new byte[700_000]; // so that a turn would go beyond the end of a generation
    try (ZoneLog log = open(limit)) {
      for (int i = 0; i < 50; i++) {
        fifo.write(much, 0, much.length);
        long taken = log.take(i % 2, fifo);
        assertEquals(much.length, taken);
        assertTrue(kept() <= share(limit), kept() + " bytes are kept");
      }
    }
  }

  @Test
  void keepsNoMoreThanItsShareOfWhatIsShownOnATerminal() throws IOException {
    long limit = 50_000;
    byte[] shown = new byte[64 << 10];
    try (ZoneLog log = open(limit)) {
      long before = kept();
      log.append(LogIndex.STDOUT, shown, shown.length);
      assertTrue(kept() - before >= shown.length, "all of it is kept, in two generations");
      for (int i = 0; i < 20; i++) {
        log.append(LogIndex.STDOUT, shown, shown.length);
        assertTrue(kept() <= share(limit), kept() + " bytes are kept");
      }
    }
  }

  /** All generations, each with one entry of its index more at most. */
  private static long share(long limit) {
    return ZoneLog.FILES_KEPT * (limit + LogIndex.SIZE);
  }

  private long kept() throws IOException {
    long bytes = 0;
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  private static List<LogLine> lines(ZoneLog log, LogQuery query) {
    List<LogLine> lines = new ArrayList<>();
    try (LogCursor cursor = new LogCursor(log, query)) {
      while (!cursor.ended()) {
        cursor.next(Duration.ZERO).ifPresent(lines::add);
      }
    }
    return lines;
  }

  private static List<String> texts(ZoneLog log, LogQuery query) {
    return lines(log, query).stream().map(LogLine::text).toList();
  }

  @Test
  void keepsTheOrderBetweenTheTwoStreams() {
    try (ZoneLog log = open(1 << 20)) {
      write(log, LogIndex.STDOUT, "one\ntwo\n");
      write(log, LogIndex.STDERR, "three\n");
      write(log, LogIndex.STDOUT, "four\nfi");
      write(log, LogIndex.STDERR, "six\n");
      write(log, LogIndex.STDOUT, "ve\n");
      List<LogLine> lines = lines(log, LogQuery.ALL);
      assertEquals(
          List.of("one", "two", "three", "four", "six", "five"),
          lines.stream().map(LogLine::text).toList());
      assertEquals("stderr", lines.get(2).stream());
      assertEquals(List.of("six", "five"), texts(log, new LogQuery(2, Optional.empty(), false)));
      assertEquals(List.of(), texts(log, new LogQuery(-1, Optional.of(Instant.now()), false)));
    }
  }

  @Test
  void aLineThatNobodyCompletesIsPartial() {
    try (ZoneLog log = open(1 << 20)) {
      write(log, LogIndex.STDOUT, "no newline");
      log.end();
      write(log, LogIndex.STDOUT, "next run\n");
      List<LogLine> lines = lines(log, LogQuery.ALL);
      assertEquals(List.of("no newline", "next run"), lines.stream().map(LogLine::text).toList());
      assertTrue(lines.getFirst().partial());
    }
  }

  @Test
  void rotatesAndKeepsThreeGenerations() throws IOException {
    try (ZoneLog log = open(1000)) {
      for (int i = 0; i < 100; i++) {
        write(log, LogIndex.STDOUT, "line %03d with some text that makes it longer\n".formatted(i));
      }
      List<String> texts = texts(log, LogQuery.ALL);
      assertEquals("line 099 with some text that makes it longer", texts.getLast());
      for (int i = 1; i < texts.size(); i++) {
        int number = Integer.parseInt(texts.get(i).substring(5, 8));
        assertEquals(100 - texts.size() + i, number);
      }
      try (var files = Files.list(directory)) {
        assertTrue(files.count() <= 9);
      }
    }
  }

  @Test
  void deathBetweenTheBytesAndTheirIndexLosesNothing() throws IOException {
    try (ZoneLog log = open(1 << 20)) {
      write(log, LogIndex.STDOUT, "one\n");
    }
    Files.write(
        directory.resolve("00000001.out"),
        "two\n".getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.APPEND);
    Files.write(directory.resolve("00000001.idx"), new byte[10], StandardOpenOption.APPEND);
    try (ZoneLog log = open(1 << 20)) {
      write(log, LogIndex.STDOUT, "three\n");
      assertEquals(List.of("one", "two", "three"), texts(log, LogQuery.ALL));
    }
  }

  @Test
  void whatWasWrittenWhileNobodyReadIsTakenLater() {
    byte[] bytes = "while you were out\n".getBytes(StandardCharsets.UTF_8);
    fifo.write(bytes, 0, bytes.length);
    try (ZoneLog log = open(1 << 20)) {
      log.take(LogIndex.STDOUT, fifo);
      assertEquals(List.of("while you were out"), texts(log, LogQuery.ALL));
    }
  }

  @Test
  void whoFollowsIsTold() throws InterruptedException {
    try (ZoneLog log = open(1 << 20);
        LogCursor cursor = new LogCursor(log, new LogQuery(0, Optional.empty(), true))) {
      List<LogLine> seen = new ArrayList<>();
      Thread reader =
          Thread.ofVirtual().start(() -> cursor.next(Figures.within(10)).ifPresent(seen::add));
      Thread.sleep(20);
      write(log, LogIndex.STDOUT, "hello\n");
      assertTrue(reader.join(Figures.within(5)));
      assertEquals("hello", seen.getFirst().text());
    }
  }

  @Test
  void anAttachedStreamBeginsNowAndEndsWithTheRun() throws IOException {
    try (ZoneLog log = open(1 << 20)) {
      write(log, LogIndex.STDOUT, "before\n");
      log.end();
      try (LogStream out = new LogStream(log, log.now(), LogIndex.STDOUT);
          LogStream err = new LogStream(log, log.now(), LogIndex.STDERR)) {
        write(log, LogIndex.STDOUT, "out ");
        write(log, LogIndex.STDERR, "err");
        write(log, LogIndex.STDOUT, "put");
        log.end();
        assertEquals("out put", new String(out.readAllBytes(), StandardCharsets.UTF_8));
        assertEquals("err", new String(err.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void aSlowReaderLosesItsStreamNotTheZone() throws IOException {
    try (ZoneLog log = open(100);
        LogStream slow = new LogStream(log, log.now(), LogIndex.STDOUT)) {
      for (int i = 0; i < 50; i++) {
        write(log, LogIndex.STDOUT, "x".repeat(60));
      }
      assertThrows(IOException.class, slow::readAllBytes);
    }
  }

  @Test
  void closingWakesWhoWaits() throws InterruptedException {
    try (ZoneLog log = open(1 << 20)) {
      LogStream stream = new LogStream(log, log.now(), LogIndex.STDOUT);
      List<Integer> read = new ArrayList<>();
      Thread reader =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      read.add(stream.read());
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      Thread.sleep(20);
      stream.close();
      assertTrue(reader.join(Figures.within(5)));
      assertEquals(List.of(-1), read);
    }
  }
}
