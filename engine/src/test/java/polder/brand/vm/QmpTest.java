package polder.brand.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Directory;
import polder.model.PolderException;

class QmpTest {
  private static final String GREETING =
      "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7}}, \"capabilities\": []}}\n";
  private static final String READY = GREETING + "{\"return\": {}, \"id\": \"polder-1\"}\n";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path root;

  /** What a QEMU does with one connection. */
  @FunctionalInterface
  private interface Script {
    void play(SocketChannel channel) throws IOException;
  }

  private static Script says(String text) {
    return channel -> {
      write(channel, text);
      Channels.newInputStream(channel).transferTo(OutputStream.nullOutputStream());
    };
  }

  private static void write(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private Object ask(Script script, Duration limit) throws Exception {
    Path directory = Files.createDirectories(root.resolve("run/qmp"));
    Path path = directory.resolve("qmp.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      var _ =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (SocketChannel channel = server.accept()) {
                      script.play(channel);
                    } catch (IOException e) {
                      // the other side has gone
                    }
                  });
      try (Directory top = Directory.open(root);
          Qmp qmp = Qmp.open(top, limit)) {
        return qmp.execute("query-status", Map.of());
      } finally {
        Files.delete(path); // whoever still waits to be connected to ends with the server
      }
    }
  }

  private void fails(String part, Script script) {
    fails(part, script, LIMIT);
  }

  private void fails(String part, Script script, Duration limit) {
    PolderException e = assertThrows(PolderException.class, () -> ask(script, limit));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e::toString);
    assertTrue(String.valueOf(e.getMessage()).chars().noneMatch(c -> c < ' '), e::toString);
  }

  @Test
  void answersAreMatchedAndEventsPassedOver() throws Exception {
    String event = "{\"timestamp\": {\"seconds\": 1}, \"event\": \"RESUME\"}\r\n";
    Object answer =
        ask(
            says(
                READY
                    + event.repeat(100)
                    + "{\"return\": {\"status\": \"running\"}, \"id\": \"polder-2\"}\n"),
            LIMIT);
    assertEquals(Map.of("status", "running"), answer);
  }

  @Test
  void hostileAnswersAreRefused() {
    fails("greet", says("{\"hello\": 1}\n"));
    fails("no object", says("220 smtp ready\n"));
    fails("no object", says("[]\n"));
    fails("no object", says("{\"QMP\": {}} {}\n"));
    fails("no object", says("[".repeat(100_000) + "\n"));
    fails("more than 1048576 bytes", says("x".repeat(3 << 20)));
    fails("nobody asked", says(READY + "{\"return\": {}, \"id\": \"polder-9\"}\n"));
    fails("nobody asked", says(READY + "{\"return\": {}}\n"));
    fails("neither", says(READY + "{\"id\": \"polder-2\"}\n"));
    fails(
        "query-status: no",
        says(READY + "{\"error\": {\"desc\": \"no\\u001b[2J\"}, \"id\": \"polder-2\"}\n"));
    fails("QEMU: ", channel -> write(channel, READY)); // and hangs up
    fails("QEMU: ", channel -> {});
    fails(
        "says more than",
        channel -> {
          write(channel, READY);
          String events = ("{\"event\": \"" + "E".repeat(1000) + "\"}\n").repeat(100);
          while (true) {
            write(channel, events);
          }
        });
  }

  @Test
  @DisplayName("R-VM-01 a QEMU that does not answer is waited for no longer than was said")
  void doesNotWaitForever() {
    long begun = System.nanoTime();
    fails("in time", says(READY), Duration.ofMillis(300));
    fails("in time", says(""), Duration.ofMillis(300));
    assertTrue(System.nanoTime() - begun < Duration.ofSeconds(60).toNanos());
  }

  @Test
  void aSocketThatIsNotThereYetIsWaitedFor() throws Exception {
    Path directory = Files.createDirectories(root.resolve("run/qmp"));
    CountDownLatch asking = new CountDownLatch(1);
    Thread late =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (ServerSocketChannel server =
                      ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                    asking.await();
                    Files.createFile(directory.resolve("else"));
                    server.bind(UnixDomainSocketAddress.of(directory.resolve("qmp.sock")));
                    try (SocketChannel channel = server.accept()) {
                      says(READY).play(channel);
                    }
                  } catch (IOException | InterruptedException e) {
                    // the other side has gone
                  }
                });
    try (Directory top = Directory.open(root)) {
      asking.countDown();
      Qmp.open(top, LIMIT).close();
    }
    late.join();
  }

  @Test
  void aSocketThatNeverComesIsNotWaitedForLongerThanWasSaid() throws Exception {
    Files.createDirectories(root.resolve("run/qmp"));
    try (Directory top = Directory.open(root)) {
      PolderException e =
          assertThrows(PolderException.class, () -> Qmp.open(top, Duration.ofMillis(300)));
      assertTrue(String.valueOf(e.getMessage()).contains("in time"), e::toString);
    }
  }

  @Test
  @DisplayName("S-VM-04 what a QEMU puts in the place of its socket leads to no other socket")
  void followsNothing() throws Exception {
    Path directory = Files.createDirectories(root.resolve("run/qmp"));
    Path other = root.resolve("other.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(other));
      server.configureBlocking(false);
      Files.createSymbolicLink(directory.resolve("qmp.sock"), other);
      assertRefused();
      Files.delete(directory.resolve("qmp.sock"));
      Files.createFile(directory.resolve("qmp.sock"));
      assertRefused();
      Files.delete(directory.resolve("qmp.sock"));
      Files.delete(directory);
      Files.createSymbolicLink(directory, root);
      Files.move(other, root.resolve("qmp.sock"));
      assertRefused();
      assertEquals(null, server.accept(), "nobody came");
    }
  }

  private void assertRefused() {
    try (Directory top = Directory.open(root)) {
      PolderException e = assertThrows(PolderException.class, () -> Qmp.open(top, LIMIT));
      assertTrue(String.valueOf(e.getMessage()).contains("its socket qmp.sock"), e::toString);
    }
  }
}
