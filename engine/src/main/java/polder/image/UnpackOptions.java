package polder.image;

/**
 * How an archive meets what is there already.
 *
 * @param whiteouts what files named {@code .wh.…} mean
 * @param existing what is done with an entry's place if it is taken
 * @param ids how the directory's ids stand
 */
public record UnpackOptions(Whiteouts whiteouts, Existing existing, Ids ids) {
  /** A whole userland into an empty directory. */
  public static final UnpackOptions USERLAND =
      new UnpackOptions(Whiteouts.NONE, Existing.REPLACED, Ids.AS_THEY_ARE);

  /** What files named {@code .wh.…} mean: the OCI image specification, "Whiteouts". */
  public enum Whiteouts {
    /** Nothing; they are files like others. */
    NONE,
    /** What they name is removed from the directory. */
    APPLIED,
    /** They become what overlayfs takes for them: a device 0:0, an attribute for "opaque". */
    FOR_OVERLAY
  }

  /** What is done with an entry's place if it is taken. */
  public enum Existing {
    /** The entry takes it, and a directory goes with all that is in it. */
    REPLACED,
    /**
     * As people copy into a place that is lived in: a directory is never taken away, a link to a
     * directory counts as one, and devices are refused, as are the kernel's own file systems.
     */
    KEPT
  }
}
