package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Two ends of a terminal that is made of nothing but the kernel: pty(7).
 *
 * <p>The peer is asked of the kernel, never opened by its path: an image can put something else
 * there.
 *
 * @param master our end: what is written to it is typed, what is read from it is shown
 * @param peer the program's end, not yet anybody's controlling terminal; close it here once a
 *     program has it, or the master never sees the end
 */
public record Pty(Fd master, Fd peer) implements AutoCloseable {
  private static final long TIOCSPTLCK = 0x40045431; // asm-generic/ioctls.h
  private static final long TIOCGPTPEER = 0x5441;

  /** A new one of the host. */
  public static Pty open() {
    return of(Procfs.open("/dev/ptmx", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY));
  }

  /**
   * The one that the kernel made when {@code master} was opened on some "ptmx", of a zone's own
   * devpts say. Takes {@code master} over.
   *
   * @throws SyscallException ENOTTY if that was no ptmx
   */
  public static Pty of(Fd master) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment unlock = arena.allocate(ValueLayout.JAVA_INT);
      Kernel.check(
          Kernel.restart(Nr.IOCTL, master.number(), TIOCSPTLCK, unlock.address()),
          () -> "unlock a pseudo terminal");
      long flags = OpenFlags.O_RDWR | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC;
      Fd peer =
          new Fd(
              Kernel.check(
                  Kernel.restart(Nr.IOCTL, master.number(), TIOCGPTPEER, flags),
                  () -> "open the peer of a pseudo terminal"));
      return new Pty(master, peer);
    } catch (RuntimeException e) {
      master.close();
      throw e;
    }
  }

  /** The terminal, to ask for and set its window and mode. */
  public Terminal terminal() {
    return Terminal.of(master).orElseThrow();
  }

  @Override
  public void close() {
    peer.close();
    master.close();
  }
}
