package polder.image;

import java.time.Instant;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.Stat;

/**
 * How overlayfs marks what a layer hides of those below it: overlayfs(5) of the kernel's manual.
 */
final class OverlayMarks {
  private static final Bytes OURS = Bytes.of("user.overlay.opaque"); // mounts with userxattr
  private static final Bytes ROOTS = Bytes.of("trusted.overlay.opaque");
  private static final Bytes YES = Bytes.of("y");

  private OverlayMarks() {}

  /** Whether it hides what has its name below. */
  static boolean isWhiteout(Stat stat) {
    return stat.type() == FileType.CHARACTER_DEVICE && stat.special().equals(TarEntry.NO_DEVICE);
  }

  /**
   * What hides a file in an archive: the OCI image specification, "Whiteouts".
   *
   * @param path the file's, in the archive
   * @param name its last name
   */
  static TarEntry hiding(Bytes path, FileName name, Instant modified) {
    Bytes parent = path.part(0, path.length() - name.value().length());
    return TarEntry.file(parent.plus(Bytes.of(".wh.")).plus(name.value()), 0, 0, modified);
  }

  /** Nothing below shows through {@code directory}, to either kind of mount of overlayfs. */
  static void makeOpaque(Directory directory) {
    Node node = directory.node();
    node.xattrs().set(ROOTS, YES);
    node.xattrs().set(OURS, YES);
  }

  /** Whether nothing below shows through that directory. */
  static boolean isOpaque(Node directory) {
    return directory.xattrs().get(OURS).filter(YES::equals).isPresent()
        || directory.xattrs().get(ROOTS).filter(YES::equals).isPresent();
  }
}
