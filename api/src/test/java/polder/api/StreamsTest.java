package polder.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.api.client.RemoteHost;
import polder.api.fake.FakeHost;
import polder.api.server.ApiServer;
import polder.api.stream.Frame;
import polder.model.Brand;
import polder.model.Cursor;
import polder.model.Event;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.LogLine;
import polder.model.LogQuery;
import polder.model.Patch;
import polder.model.Session;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** Streams over the socket: whole, bounded, and gone when nobody holds them. */
@Timeout(3_600)
class StreamsTest {
  private static final ZoneRef ZONE = new ZoneRef("a");
  private static final ExecSpec CAT =
      new ExecSpec(List.of("cat"), Optional.empty(), Optional.empty(), Map.of(), false, true, 0, 0);

  @TempDir Path directory;
  private Path socket;
  private FakeHost behind;
  private ApiServer server;
  private Host host;

  @BeforeEach
  void open() {
    socket = directory.resolve("run/api.sock");
    behind = new FakeHost();
    server = ApiServer.open(behind, socket);
    host = RemoteHost.open(socket);
    behind
        .zones()
        .create(
            ZoneSpec.of(Brand.NATIVE)
                .with(ZoneProperties.ALIAS, "a")
                .with(ZoneProperties.CMD, List.of("sleep", "1000")));
    behind.zones().start(ZONE);
  }

  @AfterEach
  void close() {
    server.close();
    behind.close();
  }

  @Test
  void aRawClientThatClosesItsHalfGetsAllItSentBack() throws Exception {
    byte[] sent = new byte[3 << 20];
    new Random(1).nextBytes(sent);
    String body = "{\"command\":[\"cat\"],\"stdin\":true}";
    try (RawHttp client = new RawHttp(socket)) {
      client.send(
          "POST /v1/zones/a/exec HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
              + "Upgrade: polder-stream\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      InputStream in = Channels.newInputStream(client.channel);
      assertTrue(head(in).startsWith("HTTP/1.1 101 "));
      Semaphore credit = new Semaphore(Frame.WINDOW);
      Thread writing = Thread.ofPlatform().start(() -> writeAndShut(client, sent, credit));
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      List<Integer> exits = new ArrayList<>();
      for (int type = in.read(); type >= 0; type = in.read()) {
        byte[] payload = in.readNBytes(ByteBuffer.wrap(in.readNBytes(4)).getInt());
        if (type == Frame.Kind.STDOUT.code()) {
          got.writeBytes(payload);
          credit(client, payload.length);
        } else if (type == Frame.Kind.CREDIT.code()) {
          credit.release(ByteBuffer.wrap(payload).getInt());
        } else if (type == Frame.Kind.EXIT.code()) {
          exits.add((int) payload[0]);
        }
      }
      writing.join();
      assertArrayEquals(sent, got.toByteArray());
      assertEquals(List.of(0), exits);
    }
  }

  private static void writeAndShut(RawHttp client, byte[] bytes, Semaphore credit) {
    try {
      for (int at = 0; at < bytes.length; at += 10_000) {
        int count = Math.min(10_000, bytes.length - at);
        credit.acquire(count);
        ByteBuffer frame = ByteBuffer.allocate(5 + count);
        frame.put((byte) Frame.Kind.STDIN.code()).putInt(count).put(bytes, at, count);
        client.send(frame.array());
      }
      client.channel.shutdownOutput();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void credit(RawHttp client, int count) {
    ByteBuffer frame = ByteBuffer.allocate(9);
    frame.put((byte) Frame.Kind.STDOUT_CREDIT.code()).putInt(4).putInt(count);
    try {
      client.send(frame.array());
    } catch (IOException e) {
      // our half is closed: from then on everything comes without
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) in.read());
    }
    return head.toString();
  }

  @Test
  void aSignalPassesInputThatNobodyTakes() throws Exception {
    ExecSpec sleep =
        new ExecSpec(
            List.of("sleep", "1000"),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            false,
            true,
            0,
            0);
    try (Session session = host.zones().exec(ZONE, sleep)) {
      Thread writing =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      session.stdin().write(new byte[4 << 20]);
                    } catch (IOException e) {
                      // the process ended before it took it all
                    }
                  });
      Thread.sleep(200);
      assertTrue(writing.isAlive(), "it waits: nobody reads");
      session.signal("INT");
      assertEquals(130, session.await().code());
      writing.join(Figures.within(10));
    }
  }

  @Test
  @DisplayName("R-OOM-04 a client gets no more output than it has room for, and all of it at last")
  void outputWaitsForItsReader() throws Exception {
    String body = "{\"command\":[\"yes\"]}";
    try (RawHttp client = new RawHttp(socket)) {
      client.send(
          "POST /v1/zones/a/exec HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
              + "Upgrade: polder-stream\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      InputStream in = Channels.newInputStream(client.channel);
      assertTrue(head(in).startsWith("HTTP/1.1 101 "));
      assertEquals(Frame.OUTPUT_WINDOW, output(in, Frame.OUTPUT_WINDOW));
      Thread.sleep(200);
      client.send(new byte[] {3, 0, 0, 0, 3, 'I', 'N', 'T'});
      assertEquals(Frame.Kind.SIGNALLED.code(), in.read(), "the answer, and no output before it");
      assertEquals(0, ByteBuffer.wrap(in.readNBytes(4)).getInt());
      int type = in.read();
      if (type == Frame.Kind.STDERR.code()) {
        in.skipNBytes(4); // the end of the errors
        type = in.read();
      }
      assertEquals(Frame.Kind.EXIT.code(), type);
      assertEquals(1, ByteBuffer.wrap(in.readNBytes(4)).getInt());
      assertEquals(130, in.read());
      credit(client, Frame.OUTPUT_WINDOW);
      assertTrue(output(in, Integer.MAX_VALUE) > 0, "what it had written, then its end");
    }
  }

  /** Reads frames of output until there were {@code most} bytes, or its end. */
  private static int output(InputStream in, int most) throws IOException {
    int got = 0;
    while (got < most) {
      int type = in.read();
      int length = ByteBuffer.wrap(in.readNBytes(4)).getInt();
      in.skipNBytes(length);
      if (type == Frame.Kind.STDOUT.code()) {
        if (length == 0) {
          return got;
        }
        got += length;
      }
    }
    return got;
  }

  @Test
  void aSignalToWhatHasEndedIsNoFailureAndDoesNotWait() throws Exception {
    try (Session session = host.zones().exec(ZONE, CAT)) {
      session.stdin().close();
      assertEquals(0, session.await().code());
      await(() -> server.streams() == 0);
      long begun = System.nanoTime();
      session.signal("INT");
      assertTrue(Duration.ofNanos(System.nanoTime() - begun).compareTo(Figures.within(5)) < 0);
    }
  }

  @Test
  void aClientThatDoesNotReadDoesNotHoldUpTheEnd() throws Exception {
    String body = "{\"command\":[\"printf\",\"" + "x".repeat(900_000) + "\"]}";
    try (RawHttp client = new RawHttp(socket)) {
      client.send(
          "POST /v1/zones/a/exec HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
              + "Upgrade: polder-stream\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      await(() -> server.streams() == 1);
      await(StreamsTest::writesToAClient);
      Thread closing = Thread.ofPlatform().daemon().start(server::close);
      assertTrue(closing.join(Figures.within(10)), "it ends");
    }
  }

  /** Whether output waits for a client. */
  private static boolean writesToAClient() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(java.util.Arrays::stream)
        .anyMatch(
            frame ->
                frame.getClassName().endsWith("JettyHijack$Out")
                    && frame.getMethodName().equals("write"));
  }

  @Test
  @DisplayName("S-API-13 sessions cut at random moments leave no thread and no descriptor")
  void cutSessionsLeaveNothing() throws Exception {
    for (int i = 0; i < 10; i++) {
      cut(new Random(i)); // loads classes and warms pools
    }
    await(() -> server.streams() == 0);
    int threads = threads();
    long files = files();
    int rounds = Boolean.getBoolean("polder.full") ? 500 : 60;
    for (int i = 0; i < rounds; i++) {
      cut(new Random(1000 + i));
    }
    await(() -> server.streams() == 0);
    await(() -> threads() <= threads && files() <= files);
  }

  /** One client that breaks off: an exec, an attach, a log or an event stream, at any point. */
  private void cut(Random random) throws Exception {
    String target =
        switch (random.nextInt(5)) {
          case 0, 1 -> "POST /v1/zones/a/exec";
          case 2 -> "POST /v1/zones/a/attach";
          case 3 -> "GET /v1/zones/a/logs?follow=true";
          default -> "GET /v1/events?follow=true";
        };
    String body =
        !target.endsWith("exec")
            ? ""
            : switch (random.nextInt(3)) {
              case 0 -> "{\"command\":[\"cat\"],\"stdin\":true}";
              case 1 -> "{\"command\":[\"sleep\",\"1000\"],\"tty\":true}";
              default -> "{\"command\":[\"sh\",\"-c\",\"echo a; sleep 0.01; echo b\"]}";
            };
    String request =
        target
            + " HTTP/1.1\r\nHost: x\r\n"
            + (target.startsWith("POST")
                ? "Connection: Upgrade\r\nUpgrade: polder-stream\r\n"
                    + "Content-Type: application/json\r\nContent-Length: "
                    + body.length()
                    + "\r\n"
                : "")
            + "\r\n"
            + body;
    byte[] bytes = request.getBytes(StandardCharsets.US_ASCII);
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
    try (RawHttp client = new RawHttp(socket)) {
      client.send(java.util.Arrays.copyOf(bytes, length));
      if (length == bytes.length && random.nextBoolean()) {
        Thread.sleep(random.nextInt(30));
        if (random.nextBoolean() && target.startsWith("POST")) {
          client.send(new byte[] {0, 0, 0, 0, 5, 'a', 'b'}); // a frame that breaks off
        }
        if (random.nextBoolean()) {
          client.channel.shutdownOutput();
        }
      }
    } catch (IOException e) {
      // it was over before we could cut it
    }
  }

  @Test
  @DisplayName("S-API-13 a client that is killed takes its process with it, and not the zone")
  void whoLeavesTakesTheProcessAlong() throws Exception {
    Session session = host.zones().exec(ZONE, CAT);
    await(() -> server.streams() == 1);
    session.close();
    await(() -> server.streams() == 0);
    Session attached = host.zones().attach(ZONE);
    await(() -> server.streams() == 1);
    attached.close();
    await(() -> server.streams() == 0);
    assertTrue(host.zones().get(ZONE).status().pid().isPresent(), "the zone goes on");
  }

  @Test
  void whoFollowsAQuietLogAndLeavesIsNoticed() throws Exception {
    Cursor<LogLine> cursor = host.zones().logs(ZONE, new LogQuery(-1, Optional.empty(), true));
    await(() -> server.streams() == 1);
    cursor.close();
    await(() -> server.streams() == 0);
  }

  @Test
  @DisplayName(
      "R-EVT-01 a subscriber that reconnects 20 times misses nothing and sees nothing twice")
  void eventsSurviveReconnecting() throws Exception {
    long first = behind.events().newest();
    int count = 1000;
    Thread working =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < count; i++) {
                    behind.zones().update(ZONE, new Patch(Map.of("billing_id", "b" + i)), false);
                  }
                });
    List<Long> cursors = new ArrayList<>();
    long last = first;
    Random random = new Random(5);
    for (int connection = 0; connection < 21; connection++) {
      int due = connection == 20 ? count : (connection + 1) * 40 + random.nextInt(10);
      try (Cursor<Event> events = host.events().since(last, true)) {
        while (cursors.size() < due) {
          Event event = events.next(Figures.within(10)).orElseThrow();
          cursors.add(event.cursor());
          last = event.cursor();
        }
      }
    }
    working.join();
    assertEquals(Stream.iterate(first + 1, c -> c + 1).limit(count).toList(), cursors);
  }

  @Test
  @DisplayName("R-EVT-01 a follower goes on by itself when the daemon comes back")
  void aFollowerReconnectsByItself() throws Exception {
    try (Cursor<Event> events = host.events().since(behind.events().newest(), true)) {
      behind.zones().update(ZONE, new Patch(Map.of("billing_id", "one")), false);
      assertEquals("zone.update", events.next(Figures.within(10)).orElseThrow().kind());
      server.close();
      behind.zones().update(ZONE, new Patch(Map.of("billing_id", "two")), false);
      assertTrue(events.next(Duration.ofMillis(300)).isEmpty());
      server = ApiServer.open(behind, socket);
      Event event = events.next(Figures.within(10)).orElseThrow();
      assertEquals(behind.events().newest(), event.cursor());
    }
  }

  /** Threads that are at work for somebody; the pools' idle ones come and go. */
  private static int threads() {
    return (int)
        Thread.getAllStackTraces().values().stream()
            .filter(
                stack ->
                    java.util.Arrays.stream(stack)
                        .anyMatch(frame -> frame.getClassName().startsWith("polder.api.")))
            .count();
  }

  private static long files() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void await(java.util.function.BooleanSupplier condition) throws Exception {
    Duration most = Figures.within(10);
    for (long waited = 0; waited < most.toMillis(); waited += 50) {
      if (condition.getAsBoolean()) {
        return;
      }
      Thread.sleep(50);
    }
    StringBuilder state = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              state.append(thread.getName()).append('\n');
              for (StackTraceElement element : stack) {
                state.append("    ").append(element).append('\n');
              }
            });
    throw new AssertionError("it did not happen within " + most + ":\n" + state);
  }
}
