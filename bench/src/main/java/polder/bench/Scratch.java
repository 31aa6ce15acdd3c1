package polder.bench;

import java.nio.file.Path;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.Tree;

/** Directories that are a run's own. */
public final class Scratch {
  private Scratch() {}

  /** Takes one away with all that is in it. */
  public static void delete(Path directory) {
    Path parent = directory.getParent();
    Path name = directory.getFileName();
    if (parent != null && name != null) {
      try (Directory above = Directory.open(parent)) {
        Tree.delete(above, FileName.of(name.toString()));
      }
    }
  }
}
