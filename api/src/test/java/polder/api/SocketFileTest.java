package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.api.client.RemoteHost;
import polder.api.fake.FakeHost;
import polder.api.server.ApiServer;
import polder.model.ErrorKind;
import polder.model.PolderException;

@Timeout(600)
class SocketFileTest {
  @TempDir Path directory;

  @Test
  @DisplayName(
      "S-API-16 the socket is 0660, its directory 0750 or stricter, and nothing else lies there")
  void socketAndDirectoryAreNotEverybodys() throws IOException {
    Path socket = directory.resolve("run/api.sock");
    try (FakeHost host = new FakeHost();
        ApiServer server = ApiServer.open(host, socket)) {
      assertEquals(0, server.streams());
      assertEquals("rw-rw----", mode(socket));
      String parent = mode(directory.resolve("run"));
      assertTrue(List.of("rwx------", "rwxr-x---").contains(parent), parent);
      assertEquals(List.of(socket), list(directory.resolve("run")));
    }
    assertEquals(List.of(), list(directory.resolve("run")));
  }

  @Test
  @DisplayName("S-API-16 a directory that everybody may write is refused")
  void refusesADirectoryThatEverybodyMayWrite() throws IOException {
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertKind(ErrorKind.DENIED, open.resolve("api.sock"));
  }

  @Test
  void aSocketThatSomebodyAnswersIsLeftAlone() throws IOException {
    Path socket = directory.resolve("run/api.sock");
    try (FakeHost host = new FakeHost();
        ApiServer first = ApiServer.open(host, socket)) {
      assertEquals(0, first.streams());
      assertKind(ErrorKind.EXISTS, socket);
      assertTrue(RemoteHost.open(socket).info().daemonPid() > 0);
      assertEquals(List.of(socket), list(directory.resolve("run")));
    }
  }

  @Test
  void aSocketThatNobodyAnswersIsReplaced() throws IOException {
    Path socket = directory.resolve("api.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertTrue(Files.exists(socket), "its name outlives it");
    try (FakeHost host = new FakeHost();
        ApiServer server = ApiServer.open(host, socket)) {
      assertEquals(0, server.streams());
      assertTrue(RemoteHost.open(socket).info().daemonPid() > 0);
    }
    assertFalse(Files.exists(socket));
  }

  @Test
  void aPathThatIsTooLongIsRefusedInWords() {
    assertKind(ErrorKind.INVALID, directory.resolve("x".repeat(120)).resolve("api.sock"));
  }

  @Test
  void whoCannotBeReachedIsToldHow() {
    PolderException error =
        assertThrows(
            PolderException.class, () -> RemoteHost.open(directory.resolve("none.sock")).info());
    assertEquals(ErrorKind.UNREACHABLE, error.kind());
    assertTrue(String.valueOf(error.getMessage()).contains("polder daemon"), error.getMessage());
    for (String wrong : List.of("", "tcp://x", "unix://host/x", "unix:", "/run/x", "unix:x")) {
      PolderException refusal =
          assertThrows(PolderException.class, () -> RemoteHost.of(wrong), wrong);
      assertEquals(ErrorKind.INVALID, refusal.kind(), wrong);
    }
    assertEquals(
        ErrorKind.UNSUPPORTED,
        assertThrows(PolderException.class, () -> RemoteHost.of("https://x:8443")).kind());
  }

  private static void assertKind(ErrorKind kind, Path socket) {
    try (FakeHost host = new FakeHost()) {
      PolderException refusal =
          assertThrows(PolderException.class, () -> ApiServer.open(host, socket).close());
      assertEquals(kind, refusal.kind(), String.valueOf(refusal.getMessage()));
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
