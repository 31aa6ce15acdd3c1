package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Moves bytes between a pipe and a file inside the kernel: splice(2). */
public final class Splice {
  private static final long SPLICE_F_MOVE = 1; // linux/splice.h
  private static final long SPLICE_F_NONBLOCK = 2;

  private Splice() {}

  /**
   * Moves what is in {@code pipe} to {@code position} of {@code target}. Does not wait. The death
   * of this process leaves each byte in the one or the other, and none in both.
   *
   * @param target a file that was not opened for appending
   * @return how many bytes; 0 if the pipe is empty
   */
  public static long move(Fd pipe, RegularFile target, long position, long most) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment offset = arena.allocateFrom(ValueLayout.JAVA_LONG, position);
      long moved =
          Kernel.restart(
              Nr.SPLICE,
              pipe.number(),
              0,
              target.fd().number(),
              offset.address(),
              most,
              SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
      return moved == -Errno.EAGAIN.number()
          ? 0
          : Kernel.check(moved, () -> "move from " + pipe + " to " + target.fd());
    }
  }
}
