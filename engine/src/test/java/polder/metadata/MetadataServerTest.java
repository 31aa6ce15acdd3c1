package polder.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.model.ErrorKind;
import polder.model.PolderException;

@Timeout(60)
class MetadataServerTest {
  private static final int BROKEN = 10_000;

  @TempDir Path directory;
  private final Map<String, String> store = new ConcurrentHashMap<>(Map.of("a", "1"));
  private MetadataServer server;
  private Service service;

  /** A zone's keys, as long as they are not {@code fixed}. */
  private final class Kept implements Metadata {
    @Override
    public Optional<String> get(String key) {
      if (key.equals("broken")) {
        throw new IllegalStateException("as the test wants it");
      }
      return Optional.ofNullable(store.get(key));
    }

    @Override
    public List<String> keys() {
      return List.copyOf(store.keySet());
    }

    @Override
    public void put(String key, String value) {
      if (key.equals("fixed")) {
        throw new PolderException(ErrorKind.DENIED, "it stays");
      }
      store.put(key, value);
    }

    @Override
    public boolean delete(String key) {
      return store.remove(key) != null;
    }
  }

  @BeforeEach
  void serve() throws IOException {
    server = new MetadataServer();
    service = server.serve(bind("door"), new Kept());
  }

  @AfterEach
  void close() {
    server.close();
  }

  private ServerSocketChannel bind(String name) throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(directory.resolve(name)), 4);
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("door")));
  }

  private static void say(SocketChannel channel, String text) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  private static BufferedReader reader(SocketChannel channel) {
    return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
  }

  private String ask(String text) throws IOException {
    try (SocketChannel channel = connect()) {
      say(channel, text);
      channel.shutdownOutput();
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A client of version 2 puts {@code key}, and is told so. */
  private String put(String key, String value) throws IOException {
    return ask(Frames.put("7", key, value));
  }

  @Test
  void answersOneLineAfterTheOther() throws IOException {
    assertEquals(
        "invalid command\nV2_OK\nSUCCESS\n1\n.\nNOTFOUND\nFAILURE\nSUCCESS\na\n.\n",
        ask("\nNEGOTIATE V2\nGET a\nGET b\nNEGOTIATE V3\nKEYS\n"));
    assertEquals(Frames.answer("7", "SUCCESS", "OK"), put("b", "2"));
    assertEquals("2", store.get("b"));
    assertEquals(Frames.answer("7", "FAILURE", "it stays"), put("fixed", "2"));
    assertEquals(Frames.answer("9", "SUCCESS", "OK"), ask(Frames.of("9", "DELETE", "b")));
    assertEquals(Frames.answer("9", "NOTFOUND", ""), ask(Frames.of("9", "DELETE", "b")));
    assertEquals("FAILURE\nSUCCESS\n1\n.\n", ask("GET broken\nGET a\n"), "and it goes on");
  }

  @Test
  void tenThousandBrokenFramesDoNoHarmAndOthersAreServed() throws IOException {
    Random random = new Random(77);
    String whole = Frames.put("7", "a", "changed");
    for (int i = 0; i < 20; i++) {
      try (SocketChannel channel = connect()) {
        ByteBuffer noise = ByteBuffer.allocate(BROKEN / 20 * 64);
        for (int each = 0; each < BROKEN / 20; each++) {
          byte[] line = whole.getBytes(StandardCharsets.US_ASCII);
          line[random.nextInt(line.length - 1)] ^= (byte) (1 << random.nextInt(8));
          noise.put(line, 0, Math.min(line.length, noise.remaining()));
        }
        channel.configureBlocking(false); // nobody waits until all is heard
        channel.write(noise.flip());
      }
    }
    assertEquals("1", store.get("a"));
    Service other = server.serve(bind("other"), new Kept());
    try (SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("other")))) {
      say(channel, "GET a\n");
      assertEquals("SUCCESS", reader(channel).readLine());
    }
    other.close();
  }

  @Test
  void whoSaysALineWithoutAnEndIsHungUpOn() throws IOException {
    try (SocketChannel channel = connect()) {
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              say(channel, "x".repeat(4096));
            }
          });
    }
    assertEquals("NOTFOUND\n", ask("GET b\n"));
  }

  @Test
  void whoDoesNotReadKeepsNobodyElseWaiting() throws IOException {
    store.put("large", "x".repeat(60_000));
    List<SocketChannel> slow = new ArrayList<>();
    for (int i = 0; i < Place.MOST - 1; i++) {
      slow.add(connect());
      say(slow.getLast(), "GET large\n".repeat(50));
    }
    assertEquals("NOTFOUND\n", ask("GET b\n"));
    for (SocketChannel each : slow) { // and has it all when it does
      InputStream in = Channels.newInputStream(each);
      assertEquals(50 * 60_011, in.readNBytes(50 * 60_011).length);
      each.close();
    }
  }

  @Test
  void moreConnectionsThanAZoneMayHaveWaitForTheirTurn() throws IOException {
    List<SocketChannel> held = new ArrayList<>();
    for (int i = 0; i < Place.MOST; i++) {
      held.add(connect());
      say(held.getLast(), "GET a\n");
      assertEquals("SUCCESS", reader(held.getLast()).readLine());
    }
    try (SocketChannel late = connect()) {
      say(late, "GET a\n");
      late.configureBlocking(false);
      SocketChannel other = held.getLast(); // once it is answered, others were looked at
      say(other, "NEGOTIATE V2\n");
      BufferedReader in = reader(other);
      while (!"V2_OK".equals(in.readLine())) {
        // the rest of its first answer
      }
      assertEquals(0, late.read(ByteBuffer.allocate(8)), "it is not served yet");
      late.configureBlocking(true);
      held.removeFirst().close();
      assertEquals("SUCCESS", reader(late).readLine());
    }
    for (SocketChannel each : held) {
      each.close();
    }
  }

  @Test
  void aSerialLineIsNotHungUpAndFindsItsWayBack() throws IOException {
    try (ServerSocketChannel guest = bind("guest")) {
      SocketChannel line =
          SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("guest")));
      try (var _ = server.serve(line, new Kept());
          SocketChannel channel = guest.accept()) {
        BufferedReader in = reader(channel);
        say(channel, "x".repeat(2 * Link.LONGEST) + "\n\n");
        assertEquals("invalid command", in.readLine());
        say(channel, "V2 broken\nNEGOTIATE V2\n" + Frames.of("7", "GET", "a"));
        assertEquals("V2_OK", in.readLine());
        assertEquals(Frames.answer("7", "SUCCESS", "1").strip(), in.readLine());
      }
    }
  }

  @Test
  void nobodyIsServedAnyMoreOnceItIsClosed() throws IOException {
    try (SocketChannel channel = connect()) {
      say(channel, "GET a\n");
      BufferedReader in = reader(channel);
      assertEquals("SUCCESS", in.readLine());
      service.close();
      while (in.readLine() != null) {
        // the rest of the answer, and the end
      }
    }
    server.close();
    assertThrows(IOException.class, this::connect);
  }
}
