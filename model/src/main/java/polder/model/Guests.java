package polder.model;

import java.io.OutputStream;
import java.util.Map;
import java.util.Set;

/**
 * The machines that the guests of running vms see. What they tell comes from a QEMU that its guest
 * may have taken over: it is a stranger's word.
 *
 * <p>Each method may throw NOT_FOUND for a zone that is not there, INVALID for a reference that is
 * ambiguous, UNSUPPORTED for a zone that is no vm, WRONG_STATE for one that does not run or is
 * paused, HOST if its QEMU refuses, or does not answer within 20 seconds.
 */
public interface Guests {
  /**
   * What a machine says of itself.
   *
   * @param parts what of it; empty for all
   * @return the answer of QEMU to each part's word, in the order of {@link GuestPart}
   */
  Map<String, Object> info(ZoneRef vm, Set<GuestPart> parts);

  /** Presses its reset button: the guest begins anew, unasked; QEMU and its memory stay. */
  void reset(ZoneRef vm);

  /** Sends it an interrupt that cannot be masked, on which many kernels write down their state. */
  void nmi(ZoneRef vm);

  /**
   * What is on its screen, as an image of the format PNG; 4 MiB at most.
   *
   * @throws PolderException also HOST if it has no screen (payload {@code vga})
   */
  void screenshot(ZoneRef vm, OutputStream png);
}
