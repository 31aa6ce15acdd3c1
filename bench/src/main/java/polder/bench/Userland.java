package polder.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The smallest userland there is, the same for all: one static busybox, and the directories that a
 * container has things mounted on.
 */
final class Userland implements AutoCloseable {
  private final Stage stage;
  private final Path root;

  private Userland(Stage stage, Path root) {
    this.stage = stage;
    this.root = root;
  }

  /** The stage's userland, made now if it is not there yet. */
  static Userland of(Stage stage) {
    return stage.prop(Userland.class, Userland::make);
  }

  private static Userland make(Stage stage) {
    Path busybox = Busybox.find();
    Path root = stage.directory().resolve("rootfs");
    try {
      for (String name : List.of("", "bin", "etc", "proc", "sys", "dev", "tmp", "root", "old")) {
        Path directory = Files.createDirectory(root.resolve(name));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      Path copy = Files.copy(busybox, root.resolve("bin/busybox"));
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
      for (String name : List.of("sh", "true", "sleep")) {
        Files.createSymbolicLink(root.resolve("bin").resolve(name), Path.of("busybox"));
      }
      Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
      Files.writeString(root.resolve("etc/group"), "root:x:0:\n");
      return new Userland(stage, root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its root directory; owned by root. */
  Path root() {
    return root;
  }

  /** The same as a tarball. */
  Path tarball() {
    Path tar = stage.directory().resolve("userland.tar");
    Path program =
        Command.find("tar").orElseThrow(() -> new Missing("no tar here: apt install tar"));
    Command.of(
            stage,
            program.toString(),
            "--numeric-owner",
            "-C",
            root.toString(),
            "-cf",
            tar.toString(),
            ".")
        .run();
    return tar;
  }

  @Override
  public void close() {
    // lies in the stage's directory, and goes with it
  }
}
