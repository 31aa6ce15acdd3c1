package polder.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Stat;
import polder.linux.Subvolume;
import polder.linux.SyscallException;
import polder.linux.TreeCopy;

/**
 * What datasets begin as: for each chain of layers, and each beginning of one, a read-only
 * subvolume that has what an overlay of them would show.
 *
 * <p>One is made when it is first asked for, as a snapshot of the one before with one more layer
 * copied over it, and is called by the digest of its layers' paths, beside a file that lists them.
 * Nothing is taken away while a dataset is made of it, or while its layers are there: the next zone
 * of that image finds it.
 */
final class BtrfsBases {
  private static final String MAKING = "making-";
  private static final String LIST = ".layers";

  private final Directory directory;
  private final Function<String, Consumer<String>> failpoints;
  private final ReentrantLock making = new ReentrantLock();

  /** Those in {@code directory}, which stays the caller's; what was half made is swept. */
  BtrfsBases(Directory directory, Function<String, Consumer<String>> failpoints) {
    this.directory = directory;
    this.failpoints = failpoints;
    for (DirectoryEntry entry : directory.entries()) {
      String name = entry.name().toString();
      if (name.startsWith(MAKING)
          || (name.endsWith(LIST) && directory.find(base(name)).isEmpty())) {
        Subvolumes.destroy(directory, entry.name());
      }
    }
  }

  private static FileName base(String list) {
    return FileName.of(list.substring(0, list.length() - LIST.length()));
  }

  /** The base of these layers, made if it is not there; to be used with {@link #lock}. */
  Directory ensure(List<Path> layers) {
    FileName name = name(layers);
    if (directory.find(name).isEmpty()) {
      make(layers, name);
    }
    return directory.enter(name);
  }

  /** Held while a base is looked for and a snapshot of it is taken: it is not collected then. */
  ReentrantLock lock() {
    return making;
  }

  private void make(List<Path> layers, FileName name) {
    Consumer<String> places = failpoints.apply("dataset-base");
    String step = "make base " + name;
    places.accept(step);
    FileName draft = FileName.of(MAKING + name);
    Subvolumes.destroy(directory, draft);
    FileName list = FileName.of(name + LIST);
    Subvolumes.destroy(directory, list);
    boolean done = false;
    try {
      if (layers.size() > 1) {
        try (Directory before = ensure(layers.subList(0, layers.size() - 1))) {
          Subvolume.snapshot(before.fd(), directory, draft, false);
        }
      } else {
        Subvolume.create(directory, draft);
      }
      try (Directory base = directory.enter(draft);
          Directory layer = Directory.open(layers.getLast())) {
        TreeCopy.apply(layer, base);
        base.syncFileSystem(); // or after a power cut it would have its name, and empty files
        Subvolume.readOnly(base.fd(), true);
      }
      LayerList.write(directory, list, layers);
      directory.rename(draft, directory, name);
      done = true;
    } finally {
      if (!done) {
        Subvolumes.destroy(directory, draft);
        Subvolumes.destroy(directory, list);
      }
    }
    places.accept(step);
  }

  /**
   * Takes away those that no dataset is made of.
   *
   * @param used the layers of each dataset
   * @param all also those whose layers are still there
   */
  void collect(List<List<Path>> used, boolean all) {
    if (all) {
      making.lock();
    } else if (!making.tryLock()) {
      return; // one is being made, which can take long: it is for another time
    }
    try {
      Set<FileName> kept = new HashSet<>();
      for (List<Path> layers : used) {
        for (int i = 1; i <= layers.size(); i++) {
          kept.add(name(layers.subList(0, i)));
        }
      }
      for (DirectoryEntry entry : directory.entries()) {
        String name = entry.name().toString();
        if (!name.endsWith(LIST) || kept.contains(base(name))) {
          continue;
        }
        if (all || !LayerList.read(directory, entry.name()).stream().allMatch(BtrfsBases::is)) {
          Subvolumes.destroy(directory, base(name));
          directory.remove(entry.name());
        }
      }
    } finally {
      making.unlock();
    }
  }

  /** Takes all of them away, whatever is there: each is made again when it is asked for. */
  void forget() {
    making.lock();
    try {
      directory.entries().forEach(entry -> Subvolumes.destroy(directory, entry.name()));
    } finally {
      making.unlock();
    }
  }

  private static boolean is(Path layer) {
    try (Directory there = Directory.open(layer)) {
      Stat stat = there.node().stat();
      return stat.type() == FileType.DIRECTORY;
    } catch (SyscallException e) {
      return false;
    }
  }

  private static FileName name(List<Path> layers) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (Path layer : layers) {
        sha256.update((layer.toAbsolutePath() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return FileName.of(HexFormat.of().formatHex(sha256.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
