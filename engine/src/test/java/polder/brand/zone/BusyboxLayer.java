package polder.brand.zone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A small userland: the host's static busybox under its common names. */
final class BusyboxLayer {
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final List<String> NAMES =
      List.of(
          "cat",
          "chmod",
          "chown",
          "cut",
          "dd",
          "echo",
          "env",
          "false",
          "grep",
          "head",
          "hostname",
          "id",
          "ifconfig",
          "kill",
          "ln",
          "ls",
          "mkdir",
          "mknod",
          "mount",
          "ping",
          "ps",
          "pwd",
          "readlink",
          "rm",
          "sh",
          "sleep",
          "sort",
          "stat",
          "stty",
          "su",
          "sync",
          "tail",
          "test",
          "touch",
          "tr",
          "true",
          "tty",
          "umount",
          "umask",
          "unshare",
          "wc",
          "yes");

  private BusyboxLayer() {}

  /** Makes one at {@code folder}, which is made. */
  static Path make(Path folder) {
    Assumptions.assumeTrue(
        Files.isExecutable(BUSYBOX), "no /bin/busybox: apt-get install busybox-static");
    try {
      for (String name :
          List.of("", "bin", "etc", "tmp", "root", "home", "home/app", "var", "dev")) {
        Path made = Files.createDirectories(folder.resolve(name));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      Files.copy(BUSYBOX, folder.resolve("bin/busybox"));
      for (String name : NAMES) {
        Files.createSymbolicLink(folder.resolve("bin").resolve(name), Path.of("busybox"));
      }
      Files.writeString(
          folder.resolve("etc/passwd"),
          """
          root:x:0:0:root:/root:/bin/sh
          app:x:1000:1000:app:/home/app:/bin/sh
          big:x:4294967296:0::/:/bin/sh
          hex:x:0x0:0::/:/bin/sh
          lead:x:00:0::/:/bin/sh
          """);
      Files.writeString(
          folder.resolve("etc/group"),
          """
          root:x:0:
          tty:x:5:
          app:x:1000:
          extra:x:2000:app,other
          """);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
