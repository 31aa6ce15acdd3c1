package polder.linux;

import java.util.List;

/**
 * A way by which a process that waits for go is given descriptors that were not there when it was
 * launched: {@link FileSteps#receive}. If it is closed with nothing given, that step fails. For one
 * thread.
 */
public final class Handover implements AutoCloseable {
  /** SCM_MAX_FD, net/scm.h. */
  private static final int MOST = 253;

  private final int count;
  private final PacketSocket ours;
  private final Fd theirs;

  private Handover(int count, PacketSocket.Pair pair) {
    this.count = count;
    this.ours = pair.ours();
    this.theirs = pair.theirs();
  }

  /**
   * One for {@code count} descriptors.
   *
   * @param count 1 to 253
   */
  public static Handover of(int count) {
    if (count < 1 || count > MOST) {
      throw new IllegalArgumentException("one message carries 1 to 253 descriptors, not " + count);
    }
    return new Handover(count, PacketSocket.pair());
  }

  /** How many it is for. */
  public int count() {
    return count;
  }

  /** The end that the process is passed; it belongs to this. */
  public Fd theirs() {
    return theirs;
  }

  /** Closes the process's end here, once it is launched. */
  public void launched() {
    theirs.close();
  }

  /**
   * Gives them, once; they stay the caller's.
   *
   * @throws SyscallException EPIPE if the process has ended
   */
  public void give(List<Fd> descriptors) {
    if (descriptors.size() != count) {
      throw new IllegalArgumentException(
          "%d descriptors are waited for, not %d".formatted(count, descriptors.size()));
    }
    Kernel.check(ours.send(new byte[1], descriptors), () -> "hand over descriptors");
  }

  @Override
  public void close() {
    theirs.close();
    ours.close();
  }
}
