package polder.storage;

import java.nio.file.Path;
import java.util.Set;
import polder.linux.Directory;
import polder.linux.FilesystemContext;

/** The root of a zone that does not run, whole: what the zone would see, ids as on disk. */
public final class StoppedRoot {
  private StoppedRoot() {}

  /**
   * Opens it. An overlay is put together for this alone, by a mount that is nowhere in the file
   * system, which the kernel takes apart when the directory is closed.
   *
   * <p>Only while the zone does not run, and cannot be started: one upper directory in two overlays
   * is damaged.
   */
  public static Directory open(Root root) {
    return switch (root) {
      case Root.Tree(Path directory) -> Directory.open(directory);
      case Root.Overlay overlay -> open(overlay);
    };
  }

  private static Directory open(Root.Overlay overlay) {
    try (FilesystemContext context = FilesystemContext.open("overlay")) {
      context.flag(
          "userxattr"); // as zones mount it: whiteouts and opaque marks are in user.overlay
      for (Path layer : overlay.layers().reversed()) { // the kernel wants the uppermost first
        context.set("lowerdir+", layer);
      }
      context.set("upperdir", overlay.upper()).set("workdir", overlay.work());
      return Directory.of(context.mount(Set.of()));
    }
  }
}
