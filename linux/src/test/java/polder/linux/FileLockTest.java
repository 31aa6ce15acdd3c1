package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLockTest {
  private static final FileName NAME = FileName.of("lock");

  @TempDir Path temp;

  @Test
  @DisplayName("R-CRASH-11 one has the lock; whoever comes second is told so")
  void oneHasIt() {
    try (Directory directory = Directory.open(temp)) {
      FileLock first = FileLock.tryExclusive(directory, NAME).orElseThrow();
      assertEquals(Optional.empty(), FileLock.tryExclusive(directory, NAME));
      first.close();
      first.close();
      FileLock.tryExclusive(directory, NAME).orElseThrow().close();
    }
  }

  @Test
  void aDescriptorThatWasInheritedKeepsNobodyOut() throws IOException {
    try (Directory directory = Directory.open(temp)) {
      FileLock first = FileLock.tryExclusive(directory, NAME).orElseThrow();
      Fd inherited = duplicate(); // as a process has that was forked and did not execute yet
      first.close();
      assertTrue(inherited.isOpen());
      FileLock.tryExclusive(directory, NAME).orElseThrow().close();
      inherited.close();
    }
  }

  /** One more descriptor for the open lock file. */
  private Fd duplicate() throws IOException {
    Path file = temp.resolve("lock").toRealPath();
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      String number =
          open.filter(fd -> leadsTo(fd, file))
              .map(fd -> String.valueOf(fd.getFileName()))
              .findFirst()
              .orElseThrow();
      return new Fd(Kernel.check(Kernel.call(Nr.DUP, Long.parseLong(number)), () -> "duplicate"));
    }
  }

  private static boolean leadsTo(Path fd, Path file) {
    try {
      return Files.readSymbolicLink(fd).equals(file);
    } catch (IOException e) {
      return false; // it was closed meanwhile
    }
  }
}
