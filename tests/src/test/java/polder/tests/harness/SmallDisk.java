package polder.tests.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * A file system of a few mebibytes, of its own kind, that a test may fill, make read-only and throw
 * away (HX-5 c).
 *
 * <p>It lies in a file beside its mount point, on a loop device that the kernel frees with the
 * mount. Closing it takes away the mount, the file and the device.
 */
public final class SmallDisk implements AutoCloseable {
  /** What it is formatted as. */
  public enum Kind {
    /** Without blocks that only root gets, so that it can be filled to the last. */
    EXT4("mkfs.ext4", "e2fsprogs", "-q -F -m 0"),
    /** Data and metadata together, as a small one must be. */
    BTRFS("mkfs.btrfs", "btrfs-progs", "-q --mixed"),
    /** In memory, without a device. */
    TMPFS("true", "coreutils", "");

    private final String program;
    private final String debian;
    private final String options;

    Kind(String program, String debian, String options) {
      this.program = program;
      this.debian = debian;
      this.options = options;
    }
  }

  private static final int[] PIECES = {1 << 20, 64 << 10, 4 << 10, 1};
  private static final int MOST_FILES = 100_000;

  private final Path at;
  private final Path image;
  private final Path ballast;
  private final Path inodes;
  private boolean mounted = true;
  private int made;

  private SmallDisk(Path at) {
    this.at = at;
    this.image = at.resolveSibling(at.getFileName() + ".disk");
    this.ballast = at.resolve("ballast");
    this.inodes = at.resolve("inodes");
  }

  /**
   * Makes one of {@code mebibytes} and mounts it at {@code at}, a directory; the test is skipped
   * where this host cannot.
   *
   * @param options of mkfs, beyond the kind's own
   */
  public static SmallDisk mount(Kind kind, int mebibytes, Path at, String... options) {
    Assumptions.assumeTrue(
        kind == Kind.TMPFS || Files.exists(Path.of("/dev/loop-control")),
        "no loop devices on this host");
    Assumptions.assumeTrue(
        Commands.run(Map.of(), new byte[0], List.of("sh", "-c", "command -v " + kind.program))
                .code()
            == 0,
        "no %s: apt install %s".formatted(kind.program, kind.debian));
    SmallDisk disk = new SmallDisk(at);
    try {
      Files.createDirectories(at);
      if (kind == Kind.TMPFS) {
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "polder", at.toString());
      } else {
        try (var file = new RandomAccessFile(disk.image.toFile(), "rw")) {
          file.setLength((long) mebibytes << 20);
        }
        List<String> format = new ArrayList<>(List.of(kind.program));
        format.addAll(List.of(kind.options.split(" ")));
        format.addAll(List.of(options));
        format.add(disk.image.toString());
        run(format.toArray(new String[0]));
        run("mount", "-o", "loop,noatime", disk.image.toString(), at.toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException | Error e) {
      disk.image.toFile().delete();
      throw e;
    }
    return disk;
  }

  /** Where it is mounted. */
  public Path path() {
    return at;
  }

  /** Fills it until not one more byte can be written. */
  public void fill() {
    boolean more = true;
    while (more) { // what is written at last is counted only then, and leaves a little over
      more = false;
      for (int piece : PIECES) {
        more |= fill(piece);
      }
      Commands.run(Map.of(), new byte[0], List.of("sync", "-f", at.toString()));
    }
  }

  private boolean fill(int piece) {
    boolean some = false;
    try (OutputStream out =
        Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      byte[] bytes = new byte[piece];
      for (int written = 0; written < MOST_FILES; written++) {
        out.write(bytes);
        some = true;
      }
    } catch (IOException e) {
      // it is full, for pieces of this size
    }
    return some && piece > 1;
  }

  /** Makes empty files until not one more can be made; the file system has room for bytes still. */
  public void fillInodes() {
    try {
      Files.createDirectories(inodes);
      for (int i = 0; i < MOST_FILES; i++) {
        Files.createFile(inodes.resolve("f" + made++));
      }
    } catch (IOException e) {
      return; // there are no more
    }
    throw new AssertionError("%d files could be made on %s".formatted(MOST_FILES, at));
  }

  /** Gives back what {@link #fill} and {@link #fillInodes} took. */
  public void empty() {
    run("rm", "-rf", ballast.toString(), inodes.toString());
    run("sync", "-f", at.toString());
  }

  /** Takes the right to write away from everybody, as an administrator or the kernel does. */
  public void readOnly() {
    run("mount", "-o", "remount,ro", at.toString());
  }

  /** Gives it back. */
  public void writable() {
    run("mount", "-o", "remount,rw", at.toString());
  }

  private static void run(String... command) {
    Commands.run(Map.of(), new byte[0], List.of(command)).ok();
  }

  @Override
  public void close() {
    if (mounted) {
      mounted = false;
      CommandResult unmounted =
          Commands.run(Map.of(), new byte[0], List.of("umount", at.toString()));
      if (unmounted.code() != 0) { // a test that failed, or a leak: let nothing stay for others
        run("umount", "--lazy", at.toString());
      }
      image.toFile().delete();
      unmounted.ok();
    }
  }
}
