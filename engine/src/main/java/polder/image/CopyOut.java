package polder.image;

import java.io.OutputStream;
import java.util.List;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.Node;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * Files out of a zone, as an archive; read along the zone's own links and never beyond its root.
 */
public final class CopyOut {
  private CopyOut() {}

  /**
   * Writes the file or directory {@code path} with all below it to {@code out}, which stays open,
   * by the last name of {@code path}. A link at its end is written as a link.
   *
   * @param root the zone's root: as on disk if it is stopped, else that of its first process
   * @param ids how ids stand there
   * @throws PolderException NOT_FOUND if it is not there
   */
  public static void pack(
      Directory root, FilePath path, OutputStream out, Ids ids, Progress progress) {
    List<FileName> names = names(path);
    TarWriter tar = new TarWriter(out);
    Packer packer = new Packer(tar, ids, progress);
    if (names.isEmpty()) {
      packer.pack(root, Bytes.of("."));
    } else {
      FilePath above = FilePath.of(names.subList(0, names.size() - 1));
      try (Directory parent = root.enter(above, Walk.IN_ROOT)) {
        Destination.refuseKernelsOwn(parent);
        packer.pack(parent, names.getLast(), names.getLast().value());
      } catch (SyscallException e) {
        throw Refusal.failed("cannot copy '" + path + "'", e);
      }
    }
    tar.finish();
  }

  /** What is at {@code path}; a link at its end is not followed. */
  public static Stat stat(Directory root, FilePath path) {
    try (Node node = root.node(FilePath.of(names(path)), Walk.IN_ROOT)) {
      return node.stat();
    } catch (SyscallException e) {
      throw Refusal.failed("cannot look at '" + path + "'", e);
    }
  }

  private static List<FileName> names(FilePath path) {
    try {
      return path.names();
    } catch (IllegalArgumentException e) {
      throw Refusal.invalid("cannot copy '%s': %s", path, String.valueOf(e.getMessage()));
    }
  }
}
