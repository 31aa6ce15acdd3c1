package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.Stat;
import polder.linux.SyscallException;

/** The way to a directory in a volume, whose files are a zone's to change. */
@Tag("kernel")
class VolumePathKernelTest {
  private static final int TRIES = 2000;

  @Test
  @DisplayName("S-PATH-03 a directory in a volume that is swapped for a link leads nowhere else")
  void swappedLinksLeadNowhere(@TempDir Path folder) throws IOException, InterruptedException {
    Path volume = Files.createDirectories(folder.resolve("volume"));
    Files.createDirectories(volume.resolve("a/logs"));
    Files.createDirectories(volume.resolve("etc"));
    Files.createSymbolicLink(volume.resolve("a/link"), Path.of("/etc"));
    Files.createSymbolicLink(volume.resolve("up"), Path.of("../../../../../../etc"));
    AtomicBoolean done = new AtomicBoolean();
    try (Directory top = Directory.open(volume);
        Directory below = top.enter(FileName.of("a"))) {
      Thread swapper =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!done.get()) {
                      below.exchange(FileName.of("logs"), below, FileName.of("link"));
                    }
                  });
      try {
        for (int i = 0; i < TRIES; i++) {
          reach(volume, i % 2 == 0 ? "a/logs" : "up");
        }
      } finally {
        done.set(true);
        swapper.join();
      }
    }
  }

  private static Stat stat(Path path) {
    try (Directory directory = Directory.open(path)) {
      return directory.node().stat();
    }
  }

  /** What is reached is the volume's own, or nothing. */
  private static void reach(Path volume, String path) {
    try (HostFile file = HostFile.openIn(volume, FilePath.of(path))) {
      assertFalse(file.stat().isSameFile(stat(Path.of("/etc"))), "the host's /etc was reached");
      assertEquals(stat(volume).mount(), file.stat().mount());
    } catch (SyscallException e) {
      // the kernel gives up when names change too fast: openat2(2)
      assertTrue(e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.EAGAIN), e.getMessage());
    }
  }
}
