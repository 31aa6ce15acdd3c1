package polder.model;

import java.util.List;

/**
 * What keeps a zone in, where it differs from the default sandbox.
 *
 * @param capAdd capabilities beside the default ones, such as {@code NET_ADMIN}
 * @param capDrop default capabilities that the zone does not get; {@code ALL} for all
 * @param seccomp {@code default}, {@code docker}, {@code unconfined}, or the name of a profile that
 *     the administrator keeps in the configuration's {@code seccomp} directory
 * @param noNewPrivs whether set-uid programs and file capabilities gain nothing
 * @param readOnlyRoot whether the root file system cannot be written
 * @param userns whether the zone has a user namespace and 65,536 ids of its own
 */
public record Security(
    List<String> capAdd,
    List<String> capDrop,
    String seccomp,
    boolean noNewPrivs,
    boolean readOnlyRoot,
    boolean userns) {
  /** The default sandbox. */
  public static final Security DEFAULT =
      new Security(List.of(), List.of(), "default", false, false, true);

  public Security {
    capAdd = List.copyOf(capAdd);
    capDrop = List.copyOf(capDrop);
  }
}
