package polder.image;

import java.lang.System.Logger.Level;
import java.time.DateTimeException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.model.PolderException;

/** Reads what lies in a store when it is opened, and puts aside what is damaged. */
final class StoreReader {
  private static final int MANIFEST_AT_MOST = 4 << 20;
  private static final FileName MANIFEST = FileName.of("manifest.json");
  private static final FileName ROOT = FileName.of("root");
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");
  private static final System.Logger LOG = System.getLogger("polder.image");

  private final Directory trees;
  private final LayerStore layers;

  StoreReader(Directory trees, LayerStore layers) {
    this.trees = trees;
    this.layers = layers;
  }

  /**
   * Reads all images.
   *
   * @param damages told what is damaged, a sentence for each
   */
  Map<String, StoredImage> load(Directory damaged, List<String> damages) {
    Map<String, StoredImage> found = new TreeMap<>();
    for (DirectoryEntry entry : trees.entries()) {
      String name = entry.name().toString();
      try {
        found.put(name, read(entry.name()));
      } catch (PolderException | SyscallException | DateTimeException e) {
        damages.add("image %s: %s".formatted(name, e.getMessage()));
        putAside(entry.name(), damaged);
      }
    }
    return StoredImage.latestClaimsOnly(found);
  }

  private void putAside(FileName name, Directory damaged) {
    try {
      Tree.delete(damaged, name);
      trees.rename(name, damaged, name);
    } catch (SyscallException e) {
      LOG.log(Level.WARNING, "the damaged image " + name + " stays where it is", e);
    }
  }

  static void sweep(Directory unfinished) {
    try {
      Tree.empty(unfinished);
    } catch (SyscallException e) {
      // a disk that cannot be written: what is left over harms nobody
      LOG.log(Level.WARNING, "what was not finished stays in the image store", e);
    }
  }

  private StoredImage read(FileName name) {
    if (!DIGITS.matcher(name.toString()).matches()) {
      throw Refusal.invalid("its name is no digest");
    }
    try (Directory tree = trees.enter(name);
        RegularFile manifest = tree.read(MANIFEST)) {
      StoredImage stored = StoredImage.read(name.toString(), manifest.readAll(MANIFEST_AT_MOST));
      if (stored.layers().isEmpty() && tree.stat(ROOT).type() != FileType.DIRECTORY) {
        throw Refusal.invalid("its tree is missing");
      }
      layers.check(stored.layers());
      sweepManifests(tree);
      return stored;
    }
  }

  private static void sweepManifests(Directory tree) {
    try {
      DurableFile.sweep(tree);
    } catch (SyscallException e) {
      // as above
    }
  }

  /** The digits of the images that were put aside, now or before. */
  static List<String> damaged(Directory damaged) {
    return damaged.entries().stream()
        .map(entry -> entry.name().toString())
        .filter(name -> DIGITS.matcher(name).matches())
        .toList();
  }
}
