package polder.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A small image: the host's static busybox as {@code /bin/sh} and {@code /bin/sleep}. */
final class Userlands {
  private static final Path BUSYBOX = Path.of("/bin/busybox");

  private Userlands() {}

  /** The tarball to import; the test is skipped where there is no busybox. */
  static ByteArrayInputStream busybox(Path scratch) throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(BUSYBOX), "no /bin/busybox: apt-get install busybox-static");
    Path tree = Files.createDirectories(scratch.resolve("userland"));
    Files.createDirectories(tree.resolve("bin"));
    Files.createDirectories(tree.resolve("etc"));
    Files.copy(BUSYBOX, tree.resolve("bin/busybox"));
    for (String name : new String[] {"sh", "sleep", "echo", "cat", "true"}) {
      Files.createSymbolicLink(tree.resolve("bin").resolve(name), Path.of("busybox"));
    }
    Files.writeString(tree.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Process tar = new ProcessBuilder("tar", "-cf", "-", "-C", tree.toString(), ".").start();
    byte[] bytes = tar.getInputStream().readAllBytes();
    return new ByteArrayInputStream(bytes);
  }
}
