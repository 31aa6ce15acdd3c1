package polder.linux;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.OptionalLong;

/** A regular file that is open. */
public final class RegularFile implements AutoCloseable {
  private static final long FALLOC_FL_KEEP_SIZE = 1; // linux/falloc.h
  private static final long FALLOC_FL_PUNCH_HOLE = 2;
  private static final long SEEK_DATA = 3; // linux/fs.h
  private static final long SEEK_HOLE = 4;
  private static final int ENXIO = 6; // asm-generic/errno-base.h
  private static final int AT_ONCE = 256 << 10;
  private static final int ENOTTY = 25; // asm-generic/errno-base.h
  static final long FICLONE = Ioctl.write(Subvolume.TYPE, 9, Integer.BYTES); // linux/fs.h

  private final Fd fd;

  /** Takes over {@code fd}, which is known to be a regular file. */
  RegularFile(Fd fd) {
    this.fd = fd;
  }

  /**
   * Takes over {@code fd}, or closes it and refuses if it is something else than a regular file.
   */
  static RegularFile checked(Fd fd, FileName name) {
    try {
      if (Stat.of(fd).type() != FileType.REGULAR) {
        throw new SyscallException("open '" + name + "', no regular file", Errno.EINVAL);
      }
      return new RegularFile(fd);
    } catch (SyscallException e) {
      fd.close();
      throw e;
    }
  }

  /** Its descriptor, which stays this object's. */
  public Fd fd() {
    return fd;
  }

  /** The same file for its owner, mode, times and attributes. Closing either closes both. */
  public Node node() {
    return Node.of(fd);
  }

  /** How many bytes it has now. */
  public long size() {
    return Stat.of(fd).size();
  }

  /**
   * pread(2): reads from {@code position} on into a part of {@code buffer}.
   *
   * @return how many bytes; 0 at the end
   */
  public int read(long position, byte[] buffer, int offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Math.max(length, 1));
      long got =
          Kernel.check(
              Kernel.restart(Nr.PREAD64, fd.number(), memory.address(), length, position),
              () -> "read from " + fd);
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, buffer, offset, (int) got);
      return (int) got;
    }
  }

  /**
   * All of it, from the beginning.
   *
   * @throws SyscallException {@code EOVERFLOW} if it has more than {@code limit} bytes, of which
   *     none beyond the next are read
   */
  public byte[] readAll(int limit) {
    byte[] all = new byte[(int) Math.min(Math.max(size() + 1, 512), limit + 1L)];
    int have = 0;
    while (true) {
      int got = read(have, all, have, all.length - have);
      have += got;
      if (have > limit) {
        throw new SyscallException(
            "read %s: more than %d bytes".formatted(fd, limit), Errno.EOVERFLOW);
      }
      if (got == 0) {
        return Arrays.copyOf(all, have);
      }
      if (have == all.length) {
        all = Arrays.copyOf(all, (int) Math.min(all.length * 2L, limit + 1L));
      }
    }
  }

  /** Writes all of that part of {@code buffer} where the file's position is; or at its end. */
  public void write(byte[] buffer, int offset, int length) {
    fd.write(buffer, offset, length);
  }

  /** pwrite(2), repeated until all of that part of {@code buffer} is at {@code position}. */
  public void write(long position, byte[] buffer, int offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Math.max(length, 1));
      MemorySegment.copy(buffer, offset, memory, ValueLayout.JAVA_BYTE, 0, length);
      long done = 0;
      while (done < length) {
        done +=
            Kernel.check(
                Kernel.restart(
                    Nr.PWRITE64,
                    fd.number(),
                    memory.address() + done,
                    length - done,
                    position + done),
                () -> "write to " + fd);
      }
    }
  }

  /** Makes it {@code size} bytes long; what is new is a hole: ftruncate(2). */
  public void truncate(long size) {
    Kernel.check(
        Kernel.restart(Nr.FTRUNCATE, fd.number(), size), () -> "make " + fd + " " + size + " long");
  }

  /** Has the file system keep room for that part of it, and be as long: fallocate(2). */
  public void allocate(long position, long length) {
    Kernel.check(
        Kernel.restart(Nr.FALLOCATE, fd.number(), 0, position, length),
        () -> "allocate " + length + " bytes for " + fd);
  }

  /** Makes that part of it a hole that reads as zeroes and takes no room. */
  public void punch(long position, long length) {
    Kernel.check(
        Kernel.restart(
            Nr.FALLOCATE,
            fd.number(),
            FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
            position,
            length),
        () -> "punch a hole into " + fd);
  }

  /** Where data begins, at {@code position} or later; empty if nothing but a hole follows. */
  public OptionalLong nextData(long position) {
    return seek(position, SEEK_DATA);
  }

  /** Where a hole begins, at {@code position} or later; the end counts as one. */
  public OptionalLong nextHole(long position) {
    return seek(position, SEEK_HOLE);
  }

  private OptionalLong seek(long position, long whence) {
    long result = Kernel.call(Nr.LSEEK, fd.number(), position, whence);
    if (result == -ENXIO) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Kernel.check(result, () -> "look for data in " + fd));
  }

  /**
   * Copies that part of it to {@code target} at the same place, in the kernel: copy_file_range(2),
   * which shares the blocks where the file system can; else by reading and writing.
   *
   * @return how many bytes; less than {@code length} if this file ended
   */
  public long copyTo(RegularFile target, long position, long length) {
    return copyTo(position, target, position, length);
  }

  /** As {@link #copyTo(RegularFile, long, long)}, to another place of {@code target}. */
  public long copyTo(long position, RegularFile target, long to, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment places = arena.allocate(ValueLayout.JAVA_LONG, 2);
      places.setAtIndex(ValueLayout.JAVA_LONG, 0, position);
      places.setAtIndex(ValueLayout.JAVA_LONG, 1, to);
      long done = 0;
      while (done < length) {
        long got =
            Kernel.restart(
                Nr.COPY_FILE_RANGE,
                fd.number(),
                places.address(),
                target.fd.number(),
                places.address() + 8,
                Math.min(length - done, 1L << 30));
        if (isNotForThese(got)) {
          return done + copyByHand(position + done, target, to + done, length - done);
        }
        if (Kernel.check(got, () -> "copy " + fd + " to " + target.fd) == 0) {
          break;
        }
        done += got;
      }
      return done;
    }
  }

  /**
   * Makes {@code target} have the same contents on the same blocks, which are copied only where one
   * of the two is written: ioctl_ficlone(2).
   *
   * @return whether their file system can
   */
  public boolean shareWith(RegularFile target) {
    long result = Kernel.restart(Nr.IOCTL, target.fd.number(), FICLONE, fd.number());
    if (isNotForThese(result) || result == -ENOTTY) {
      return false;
    }
    Kernel.check(result, () -> "share the blocks of " + fd + " with " + target.fd);
    return true;
  }

  private static boolean isNotForThese(long result) {
    return result == -Errno.EXDEV.number()
        || result == -Errno.EINVAL.number()
        || result == -Errno.ENOSYS.number()
        || result == -Errno.EOPNOTSUPP.number();
  }

  private long copyByHand(long position, RegularFile target, long to, long length) {
    byte[] buffer = new byte[(int) Math.min(AT_ONCE, length)];
    long done = 0;
    while (done < length) {
      int got = read(position + done, buffer, 0, (int) Math.min(buffer.length, length - done));
      if (got == 0) {
        break;
      }
      target.write(to + done, buffer, 0, got);
      done += got;
    }
    return done;
  }

  /** Waits until it is on the disk: fsync(2). After an error its contents must be written anew. */
  public void sync() {
    Kernel.check(Kernel.restart(Nr.FSYNC, fd.number()), () -> "sync " + fd);
  }

  /** As {@link #sync}, without what is not needed to read it again, such as its times. */
  public void syncData() {
    Kernel.check(Kernel.restart(Nr.FDATASYNC, fd.number()), () -> "sync the data of " + fd);
  }

  /** A stream that reads it; closing that closes the file. */
  public InputStream input() {
    return fd.input();
  }

  /** A stream that writes it; closing that closes the file. */
  public OutputStream output() {
    return fd.output();
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "file " + fd;
  }
}
