package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A block device whose blocks are a file's: loop(4).
 *
 * <p>It goes away by itself with its last user: when this is closed and nothing is mounted from it
 * any more, however the process that made it ended.
 */
public final class LoopDevice implements AutoCloseable {
  // linux/loop.h
  static final long LOOP_CONFIGURE = 0x4c0a;
  static final long LOOP_CTL_GET_FREE = 0x4c82;
  static final long LOOP_SET_CAPACITY = 0x4c07;
  static final int CONFIG_SIZE = 304; // sizeof (struct loop_config)
  static final int CONFIG_FLAGS = 8 + 52; // .info.lo_flags
  static final int LO_FLAGS_AUTOCLEAR = 4;
  static final int LO_FLAGS_DIRECT_IO = 16;

  /** Somebody else may take the free device between our asking for it and our taking it. */
  private static final int TAKEN_AT_MOST = 64;

  private final Fd fd;
  private final Path path;

  private LoopDevice(Fd fd, Path path) {
    this.fd = fd;
    this.path = path;
  }

  /**
   * Makes one of {@code file}, which may be closed after that. The file's own cache is passed by
   * where its file system can, so that nothing is kept in memory twice.
   *
   * @throws SyscallException ENOENT if the kernel has no loop devices
   */
  public static LoopDevice of(RegularFile file) {
    try (Fd control = Procfs.open("/dev/loop-control", OpenFlags.O_RDWR)) {
      for (int tries = 0; true; tries++) {
        long number = Ioctl.call(control, LOOP_CTL_GET_FREE, 0, () -> "ask for a free loop device");
        String path = "/dev/loop" + number;
        Fd device = Procfs.open(path, OpenFlags.O_RDWR);
        try {
          configure(device, file, path);
          return new LoopDevice(device, Path.of(path));
        } catch (SyscallException e) {
          device.close();
          if (!e.errno().equals(Errno.EBUSY) || tries == TAKEN_AT_MOST) {
            throw e;
          }
        }
      }
    }
  }

  /** The one whose blocks are the file at {@code path}, if there is one already. */
  public static Optional<LoopDevice> find(Path path) {
    try (Directory devices = Directory.open(Path.of("/sys/block"))) {
      for (DirectoryEntry entry : devices.entries()) {
        String name = entry.name().toString();
        if (name.startsWith("loop") && path.toString().equals(backing(name))) {
          String device = "/dev/" + name;
          return Optional.of(
              new LoopDevice(Procfs.open(device, OpenFlags.O_RDWR), Path.of(device)));
        }
      }
    }
    return Optional.empty();
  }

  private static String backing(String device) {
    try {
      byte[] path = Procfs.read("/sys/block/" + device + "/loop/backing_file");
      return new String(path, StandardCharsets.UTF_8).stripTrailing();
    } catch (SyscallException e) {
      return ""; // it is of no file
    }
  }

  private static void configure(Fd device, RegularFile file, String path) {
    try {
      configure(device, file, path, LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EINVAL)) {
        throw e;
      }
      configure(device, file, path, LO_FLAGS_AUTOCLEAR);
    }
  }

  private static void configure(Fd device, RegularFile file, String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment config = arena.allocate(CONFIG_SIZE, 8);
      config.set(ValueLayout.JAVA_INT, 0, file.fd().number());
      config.set(ValueLayout.JAVA_INT, CONFIG_FLAGS, flags);
      Ioctl.call(device, LOOP_CONFIGURE, config, () -> "make " + path + " of " + file.fd());
    }
  }

  /** Its place in {@code /dev}. */
  public Path path() {
    return path;
  }

  /** Has the device be as long as its file has become. */
  public void resize() {
    Ioctl.call(fd, LOOP_SET_CAPACITY, 0, () -> "take over the new size of " + path);
  }

  @Override
  public void close() {
    fd.close();
  }
}
