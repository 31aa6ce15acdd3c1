package polder.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import polder.linux.Directory;
import polder.linux.Fd;
import polder.linux.FilesystemContext;
import polder.linux.MountAttribute;
import polder.linux.Mounts;

/**
 * A tree to be looked at as a zone would see it, and nothing else: by a mount that is nowhere in
 * the file system, through which nothing can be written, not even that something was read.
 */
final class SeenRoot {
  private static final Set<MountAttribute> LOOKED_AT =
      Set.of(MountAttribute.READ_ONLY, MountAttribute.NO_ACCESS_TIMES);

  private SeenRoot() {}

  /** A directory. */
  static Directory of(Directory tree) {
    try (Fd copy = Mounts.copy(tree.fd(), false)) {
      Mounts.set(copy, LOOKED_AT, false);
      return Directory.of(copy);
    }
  }

  /**
   * Layers of an overlay together, none of which is used as an upper one meanwhile.
   *
   * @param layers the lowest first; at least one
   */
  static Directory of(List<Path> layers) {
    if (layers.size() == 1) {
      try (Directory only = Directory.open(layers.getFirst())) {
        return of(only);
      }
    }
    try (FilesystemContext context = FilesystemContext.open("overlay")) {
      context.flag("userxattr"); // as zones mount it
      for (Path layer : layers.reversed()) { // the kernel wants the uppermost first
        context.set("lowerdir+", layer);
      }
      return Directory.of(context.mount(LOOKED_AT));
    }
  }
}
