package polder.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import polder.linux.Btrfs;
import polder.linux.Directory;
import polder.linux.Fd;
import polder.linux.FileName;
import polder.linux.FilesystemContext;
import polder.linux.LoopDevice;
import polder.linux.MountAttribute;
import polder.linux.MountTable;
import polder.linux.Mounts;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Pool;

/** Puts a btrfs on a file or device, and mounts what a pool is on. */
final class PoolDisk {
  /** Nothing in a pool is a program or a device to the host: S-ID-06. */
  private static final Set<MountAttribute> HOSTS_SIDE =
      EnumSet.of(MountAttribute.NO_SETUID, MountAttribute.NO_DEVICES);

  private static final Set<MountAttribute> OURS =
      EnumSet.of(
          MountAttribute.NO_SETUID, MountAttribute.NO_DEVICES, MountAttribute.NO_ACCESS_TIMES);

  private static final long SUPERBLOCK_ID = (64 << 10) + 32; // where its fsid is

  private PoolDisk() {}

  /**
   * Puts a new file system on {@code target}, which has none.
   *
   * @throws PolderException UNSUPPORTED if the program for that is missing; INVALID if it refuses
   */
  static void format(Path target, UUID uuid, String label) {
    ProcessBuilder program =
        new ProcessBuilder(
            "mkfs.btrfs", "-q", "-U", uuid.toString(), "-L", label, target.toString());
    program.redirectErrorStream(true);
    try {
      Process process = program.start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new PolderException(
            ErrorKind.INVALID,
            "cannot make a btrfs on %s: %s".formatted(target, said.strip().replace('\n', ' ')));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PolderException(ErrorKind.HOST, "interrupted while making a btrfs", e);
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "cannot run mkfs.btrfs; install the package btrfs-progs: " + e.getMessage(),
          e);
    }
  }

  static boolean isMounted(Path place) {
    return MountTable.own().at(place).isPresent();
  }

  /** Mounts what {@code kind} and {@code source} say at {@code place}, an empty directory. */
  static void mount(Pool.Kind kind, Path source, Path place) {
    try (Fd detached = detached(kind, source)) {
      Mounts.move(detached, place);
    }
  }

  private static Fd detached(Pool.Kind kind, Path source) {
    return switch (kind) {
      case DIRECTORY -> {
        Fd copy = Mounts.copy(source, false);
        Mounts.set(copy, HOSTS_SIDE, false);
        yield copy;
      }
      case DEVICE -> ofDevice(source);
      case FILE -> {
        try (LoopDevice device = loop(source)) {
          yield ofDevice(device.path());
        }
      }
    };
  }

  private static Fd ofDevice(Path device) {
    try (FilesystemContext btrfs = FilesystemContext.open("btrfs")) {
      return btrfs.set("source", device).mount(OURS);
    } catch (SyscallException e) {
      if (e.errno().equals(polder.linux.Errno.ENODEV)) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED, "this kernel has no btrfs: load the module 'btrfs'", e);
      }
      throw e;
    }
  }

  /** Its loop device: the one that it has, since a second would be a second disk to the kernel. */
  private static LoopDevice loop(Path source) {
    Path real = real(source);
    Optional<LoopDevice> there = LoopDevice.find(real);
    if (there.isPresent()) {
      return there.get();
    }
    Path parent = Optional.ofNullable(real.getParent()).orElseThrow();
    try (Directory directory = Directory.open(parent)) {
      FileName name = FileName.of(String.valueOf(real.getFileName()));
      try (RegularFile file = readWrite(directory, name)) {
        return LoopDevice.of(file);
      }
    }
  }

  private static RegularFile readWrite(Directory directory, FileName name) {
    directory.stat(name); // it must be there: else this would make one
    return directory.openOrCreate(name, 0600);
  }

  private static Path real(Path source) {
    try {
      return source.toRealPath();
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.UNAVAILABLE, "its file %s is gone; put it back".formatted(source), e);
    }
  }

  /** Has the device of a file that became longer be as long. */
  static void resize(Path source) {
    LoopDevice.find(real(source))
        .ifPresent(
            device -> {
              try (device) {
                device.resize();
              }
            });
  }

  /** Unmounts it, if it is; zones that run in it keep what they have. */
  static void unmount(Path place) {
    if (isMounted(place)) {
      Mounts.detach(place);
    }
  }

  /**
   * Which file system {@code source} has on it, of which {@code top} is the directory, mounted.
   *
   * <p>A disk says so itself, in its superblock (btrfs(5)). The kernel would not: while another
   * mount of a copy of it lives, be it only in the namespace of some program, it gives this one an
   * id for the time being (Linux 6.7).
   */
  static UUID uuid(Pool.Kind kind, Path source, Directory top) {
    if (kind == Pool.Kind.DIRECTORY) {
      return Btrfs.uuid(top.fd());
    }
    try (FileChannel disk = FileChannel.open(source, StandardOpenOption.READ)) {
      ByteBuffer id = ByteBuffer.allocate(2 * Long.BYTES);
      while (id.hasRemaining()) {
        if (disk.read(id, SUPERBLOCK_ID + id.position()) <= 0) {
          throw new PolderException(ErrorKind.UNAVAILABLE, source + " ends before its superblock");
        }
      }
      return new UUID(id.getLong(0), id.getLong(Long.BYTES));
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.UNAVAILABLE, "cannot read %s: %s".formatted(source, e.getMessage()), e);
    }
  }

  /** The device of which a file system is mounted at {@code place}. */
  static Path mountedFrom(Path place) {
    return Path.of(MountTable.own().at(place).orElseThrow().source());
  }

  /** What is at {@code source}, as a pool can be on it. */
  static Pool.Kind kind(Path source) {
    if (Files.isDirectory(source)) {
      return Pool.Kind.DIRECTORY;
    }
    return Files.isRegularFile(source) ? Pool.Kind.FILE : Pool.Kind.DEVICE;
  }
}
