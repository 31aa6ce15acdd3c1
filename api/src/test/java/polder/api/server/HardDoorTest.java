package polder.api.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.api.fake.FakeHost;
import polder.model.Brand;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** What clients do that do not play along. */
@Timeout(600)
class HardDoorTest {
  @TempDir Path directory;

  @Test
  void aBodyThatTricklesIsGivenUp() throws Exception {
    AtomicLong now = new AtomicLong();
    InputStream trickle =
        new InputStream() {
          @Override
          public int read() {
            now.addAndGet(1_000_000_000);
            return 'a';
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            into[offset] = (byte) read();
            return 1;
          }
        };
    PacedBody body = new PacedBody(trickle, Duration.ofSeconds(20), now::get);
    assertThrows(PacedBody.TooSlow.class, () -> body.readNBytes(1000));
    assertEquals(20_000_000_000L, now.get());
  }

  @Test
  void workOnWhatCameIsNotTheClientsFault() throws Exception {
    AtomicLong now = new AtomicLong();
    PacedBody body =
        new PacedBody(new ByteArrayInputStream(new byte[100]), Duration.ofSeconds(20), now::get);
    assertEquals(0, body.read());
    now.addAndGet(3_600_000_000_000L);
    assertFalse(body.overdue());
    assertEquals(99, body.readAllBytes().length);
  }

  @Test
  void aBodyThatStopsIsGivenUpAndItsThreadIsFree() throws Exception {
    Path socket = directory.resolve("run/api.sock");
    try (FakeHost host = new FakeHost();
        ApiServer door = ApiServer.open(host, socket, Duration.ofSeconds(1));
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      client.connect(UnixDomainSocketAddress.of(socket));
      client.write(
          ByteBuffer.wrap(
              "POST /v1/zones HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
                  .getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(4096);
      assertTrue(client.read(answer) > 0);
      String text = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
      assertTrue(text.startsWith("HTTP/1.1 408 "), text);
      assertEquals(0, door.streams());
    }
  }

  @Test
  void aSessionThatCannotBeHandedOverIsClosed() throws Exception {
    try (FakeHost host = new FakeHost();
        Workers workers = new Workers()) {
      host.zones()
          .create(
              ZoneSpec.of(Brand.NATIVE)
                  .with(ZoneProperties.ALIAS, "a")
                  .with(ZoneProperties.CMD, List.of("sleep", "1000")));
      host.zones().start(new ZoneRef("a"));
      long before = processes();
      Streams streams = new Streams();
      Routes routes =
          new Routes(
              new ZoneRoutes(
                      host.zones(), new Operations(workers, new Failures()), streams, workers)
                  .list(),
              new Failures());
      routes.serve(new Broken());
      assertEquals(0, streams.size());
      for (int i = 0; i < 1_200 && processes() > before; i++) {
        Thread.sleep(50);
      }
      assertEquals(before, processes(), "the process of the session is gone");
    }
  }

  private static long processes() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("fake process"))
        .count();
  }

  /** An exec whose connection breaks as it is handed over. */
  private static final class Broken implements Exchange {
    private boolean answered;

    @Override
    public String method() {
      return "POST";
    }

    @Override
    public String path() {
      return "/v1/zones/a/exec";
    }

    @Override
    public String query() {
      return "";
    }

    @Override
    public Optional<String> header(String name) {
      return name.equals("Upgrade") ? Optional.of(ZoneRoutes.PROTOCOL) : Optional.empty();
    }

    @Override
    public InputStream upload() {
      return body();
    }

    @Override
    public InputStream body() {
      return new ByteArrayInputStream(
          "{\"command\":[\"cat\"],\"stdin\":true}".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void answer(int status, Map<String, String> headers, byte[] body) {
      answered = true;
    }

    @Override
    public OutputStream answer(int status, Map<String, String> headers) throws IOException {
      throw new IOException("not asked here");
    }

    @Override
    public void hijack(String protocol, HijackHandler handler) {
      throw new IllegalStateException("the connection cannot be upgraded");
    }

    @Override
    public boolean answered() {
      return answered;
    }

    @Override
    public void abort(Throwable cause) {}
  }
}
