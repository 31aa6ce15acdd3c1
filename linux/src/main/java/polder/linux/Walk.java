package polder.linux;

/**
 * How a {@link FilePath} is followed from a directory: openat2(2).
 *
 * <p>None of them follows the magic links of procfs, which lead anywhere.
 */
public final class Walk {
  private static final long RESOLVE_NO_XDEV = 0x01; // linux/openat2.h
  private static final long RESOLVE_NO_MAGICLINKS = 0x02;
  private static final long RESOLVE_NO_SYMLINKS = 0x04;
  private static final long RESOLVE_BENEATH = 0x08;
  private static final long RESOLVE_IN_ROOT = 0x10;

  /**
   * The directory is the root: a '/' at the beginning of the path or of a link leads back to it,
   * and ".." not above it. So a zone's own paths are followed, whoever changes links meanwhile.
   */
  public static final Walk IN_ROOT = new Walk(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);

  /** What would lead out of the directory, be it for a moment, is refused ({@code EXDEV}). */
  public static final Walk BENEATH = new Walk(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);

  /** As {@link #BENEATH}, and every symbolic link is refused ({@code ELOOP}). */
  public static final Walk NO_LINKS = new Walk(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

  private final long resolve;

  private Walk(long resolve) {
    this.resolve = resolve;
  }

  /** The same, and what is mounted below is refused ({@code EXDEV}). */
  public Walk onOneMount() {
    return new Walk(resolve | RESOLVE_NO_XDEV);
  }

  /** The {@code resolve} of {@code struct open_how}. */
  long resolve() {
    return resolve;
  }
}
