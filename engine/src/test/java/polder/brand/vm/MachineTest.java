package polder.brand.vm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Directory;
import polder.model.GuestPart;
import polder.model.Json;
import polder.model.PolderException;

/** A machine is asked over a QMP that answers everything, and does as it likes with files. */
class MachineTest {
  private static final byte[] PICTURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0};

  @TempDir Path root;
  private final List<String> asked = new ArrayList<>();
  private ServerSocketChannel server;
  private Path control;
  private Machine machine;

  @BeforeEach
  void listen() throws IOException {
    control = Files.createDirectories(root.resolve("run/qmp"));
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(control.resolve("qmp.sock")));
    machine = new Machine("guest", () -> Directory.open(root));
    var _ = Thread.ofVirtual().start(this::serve);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private void serve() {
    try (SocketChannel channel = server.accept();
        BufferedReader lines =
            new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
      write(channel, "{\"QMP\": {}}\n");
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Map<String, Object> request = Json.object(line);
        asked.add(String.valueOf(request.get("execute")));
        write(
            channel,
            Json.write(Map.of("return", Map.of("asked", asked.getLast()), "id", request.get("id")))
                + "\n");
      }
    } catch (IOException e) {
      // the other side has gone
    }
  }

  private static void write(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Test
  void partsAreAskedForInTheirOrder() {
    Map<String, Object> told = machine.info(Set.of(GuestPart.CPUS, GuestPart.STATUS));
    assertEquals(List.of("status", "cpus"), List.copyOf(told.keySet()));
    assertEquals(Map.of("asked", "query-cpus-fast"), told.get("cpus"));
    assertEquals(List.of("qmp_capabilities", "query-status", "query-cpus-fast"), asked);
  }

  @Test
  void buttonsArePressed() {
    machine.reset();
    assertEquals("system_reset", asked.getLast());
  }

  @Test
  void aPictureIsTakenAndNotLeft() throws IOException {
    Files.write(control.resolve("screen.png"), PICTURE);
    assertArrayEquals(PICTURE, machine.screen());
    assertEquals("screendump", asked.getLast());
    assertFalse(Files.exists(control.resolve("screen.png")));
  }

  @Test
  void aLinkInPlaceOfAPictureIsNotFollowed() throws IOException {
    Path secret = Files.write(root.resolve("secret"), PICTURE);
    Files.createSymbolicLink(control.resolve("screen.png"), secret);
    refused("cannot be reached");
    assertTrue(Files.exists(secret));
  }

  @Test
  void whatIsNoPictureIsRefused() throws IOException {
    Files.writeString(control.resolve("screen.png"), "root:x:0:0:root:/root:/bin/bash");
    refused("no PNG");
  }

  @Test
  void aPictureThatIsTooLargeIsRefused() throws IOException {
    Files.write(control.resolve("screen.png"), new byte[(4 << 20) + 1]);
    refused("cannot be reached");
  }

  @Test
  void noPictureIsToldAsThat() {
    refused("cannot be reached");
  }

  private void refused(String part) {
    PolderException e = assertThrows(PolderException.class, machine::screen);
    assertTrue(String.valueOf(e.getMessage()).contains(part), e::toString);
  }
}
