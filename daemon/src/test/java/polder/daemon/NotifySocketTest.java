package polder.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class NotifySocketTest {
  private static final String LISTEN =
      "import socket,sys; s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM);"
          + "n=sys.argv[1]; s.bind('\\0'+n[1:] if n[0]=='@' else n);"
          + "print('up',flush=True); s.settimeout(10); print(s.recv(100).decode())";

  @TempDir Path directory;

  @Test
  void isToldWhereItListens() throws Exception {
    Path python = Path.of("/usr/bin/python3");
    assumeTrue(Files.isExecutable(python), "there is no python3 to listen with");
    String hidden = "@polder-test-" + ProcessHandle.current().pid();
    for (String address : new String[] {directory.resolve("notify").toString(), hidden}) {
      Process listener = new ProcessBuilder(python.toString(), "-c", LISTEN, address).start();
      try (var words = listener.inputReader()) {
        assertEquals("up", words.readLine());
        NotifySocket.tell("READY=1", Map.of("NOTIFY_SOCKET", address));
        assertEquals("READY=1", words.readLine());
      } finally {
        listener.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void isNoObstacleWhenItIsNotThere() {
    assertDoesNotThrow(() -> NotifySocket.tell("READY=1", Map.of()));
    assertDoesNotThrow(
        () ->
            NotifySocket.tell(
                "READY=1", Map.of("NOTIFY_SOCKET", directory.resolve("none").toString())));
    assertDoesNotThrow(
        () -> NotifySocket.tell("READY=1", Map.of("NOTIFY_SOCKET", "/" + "x".repeat(200))));
  }

  @Test
  void aZonesWordsForgeNoLogLines() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    LogRecord record = new LogRecord(Level.WARNING, "zone said \u001b[2J\rroot: ok");
    record.setLoggerName("polder.test");
    new DaemonLog(new PrintStream(bytes, true, StandardCharsets.UTF_8), true).publish(record);
    String line = bytes.toString(StandardCharsets.UTF_8);
    assertEquals("<4>polder.test: zone said \\u001b[2J\\u000droot: ok\n", line);
    record.setThrown(new IllegalStateException("a\nb"));
    bytes.reset();
    new DaemonLog(new PrintStream(bytes, true, StandardCharsets.UTF_8), true).publish(record);
    bytes
        .toString(StandardCharsets.UTF_8)
        .lines()
        .forEach(each -> assertTrue(each.startsWith("<4>"), each));
  }
}
