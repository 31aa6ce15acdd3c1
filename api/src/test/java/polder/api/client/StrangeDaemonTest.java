package polder.api.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneRef;

/** A client whose far end, or whose own disk, does not do what it should. */
@Timeout(600)
class StrangeDaemonTest {
  private static final ZoneRef ZONE = new ZoneRef("a");
  private static final String TAR = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

  @TempDir Path directory;

  @Test
  void interimAnswersWithoutEndAreRefused() throws Exception {
    String interim = "HTTP/1.1 102 Processing\r\n\r\n";
    PolderException lost =
        assertThrows(PolderException.class, () -> asked(interim.repeat(20_000), RemoteHost::info));
    assertEquals(ErrorKind.UNREACHABLE, lost.kind());
    assertTrue(String.valueOf(lost.getMessage()).contains("interim"), lost.getMessage());
    PolderException told =
        assertThrows(
            PolderException.class,
            () ->
                asked(
                    interim + "HTTP/1.1 404 Gone\r\n\r\n{\"kind\":\"not_found\",\"message\":\"x\"}",
                    RemoteHost::info));
    assertEquals("x", told.getMessage());
  }

  @Test
  void whyTheRequestBrokeOffIsKept() throws Exception {
    PolderException lost =
        assertThrows(
            PolderException.class,
            () ->
                asked(
                    "",
                    host ->
                        host.zones()
                            .copyIn(ZONE, "/", new ByteArrayInputStream(new byte[10 << 20]))));
    assertEquals(ErrorKind.UNREACHABLE, lost.kind());
    Throwable cause = lost.getCause();
    assertTrue(cause != null && cause.getSuppressed().length == 1, "both ends of it are told");
  }

  @Test
  void aDiskThatIsFullHereIsNotToldAsTheDaemons() throws Exception {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    PolderException failure =
        assertThrows(
            PolderException.class,
            () -> asked(TAR + "abcde", host -> host.zones().copyOut(ZONE, "/f", full)));
    assertEquals(
        "cannot write what came of '/f' here: No space left on device", failure.getMessage());
    PolderException broken =
        assertThrows(
            PolderException.class,
            () ->
                asked(
                    TAR + "abc",
                    host -> host.zones().copyOut(ZONE, "/f", OutputStream.nullOutputStream())));
    assertEquals(ErrorKind.UNREACHABLE, broken.kind(), String.valueOf(broken.getMessage()));
  }

  @Test
  void inputThatCannotBeReadHereIsNotToldAsTheDaemons() {
    InputStream bad =
        new InputStream() {
          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            throw new IOException("Input/output error");
          }

          @Override
          public int read() throws IOException {
            throw new IOException("Input/output error");
          }
        };
    PolderException failure =
        assertThrows(
            PolderException.class, () -> asked("", host -> host.zones().copyIn(ZONE, "/", bad)));
    assertEquals("cannot read what is to be sent: Input/output error", failure.getMessage());
  }

  /** Asks something of a daemon that reads a little, says {@code answer} and hangs up. */
  private void asked(String answer, Consumer<RemoteHost> question) throws Exception {
    Path socket = directory.resolve("s" + System.nanoTime());
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread serving =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try (SocketChannel client = server.accept()) {
                      client.read(ByteBuffer.allocate(4096));
                      ByteBuffer text = ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII));
                      while (text.hasRemaining()) {
                        client.write(text);
                      }
                    } catch (IOException e) {
                      // it went first
                    }
                  });
      try {
        question.accept(RemoteHost.open(socket));
      } finally {
        serving.join(5_000);
      }
    }
  }
}
