package polder.brand.zone;

import java.nio.file.Path;

/**
 * A regular file of the host's that a cage sees.
 *
 * @param top a directory of the host's
 * @param path from there, without a link on the way
 * @param target where it appears, from the cage's root
 * @param writable whether it may be written
 */
public record GivenFile(Path top, String path, String target, boolean writable) {
  /** The file at {@code path} of the host's, read-only. */
  public static GivenFile of(Path path, String target) {
    Path root = Path.of("/");
    return new GivenFile(root, root.relativize(path).toString(), target, false);
  }
}
