package polder.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import polder.linux.DurableFile;
import polder.linux.SyscallException;
import polder.model.PolderException;

/**
 * What was begun and is not known to be done: one file for each operation whose traces outlive a
 * boot, on the disk before its first step.
 *
 * <p>A start needs none: all it makes ends with the boot, and its run file says that it was begun.
 */
final class Journal implements AutoCloseable {
  private static final String DAMAGED = ".damaged";

  private final Folder folder;

  Journal(HostPaths paths) {
    this.folder = Folder.open(paths.journal());
    try {
      DurableFile.sweep(folder.directory());
    } catch (SyscallException e) {
      // a state directory that cannot be written: leftovers harm nobody
    }
  }

  /**
   * An operation that was begun.
   *
   * @param file what its file is called
   * @param operation "create", "delete" …
   * @param zone the zone that it is about
   */
  record Intent(String file, String operation, UUID zone) {}

  /** An intent that is open. */
  final class Entry {
    private final String file;

    private Entry(String file) {
      this.file = file;
    }

    /** The operation is wholly done or wholly undone: its file goes. */
    void done() {
      // not synced: an intent that comes back after a power cut finds its operation done
      folder.remove(file);
    }
  }

  /**
   * Writes down that {@code operation} begins; it is on the disk when this returns. An intent of
   * the same operation and zone that was left by a failure becomes this one.
   */
  Entry begin(String operation, UUID zone, List<? extends Step> plan) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("operation", operation);
    tree.put("zone", zone.toString());
    tree.put("steps", plan.stream().map(Step::describe).toList());
    String file = "%s-%s.json".formatted(operation, zone);
    folder.keep(file, tree);
    return new Entry(file);
  }

  /** What was begun and not done; files that cannot be read are renamed. */
  List<Intent> unfinished() {
    List<Intent> intents = new ArrayList<>();
    for (String file : folder.names()) {
      if (file.endsWith(".json")) {
        try {
          Fields fields = new Fields(folder.read(file).orElseThrow());
          intents.add(new Intent(file, fields.text("operation"), fields.uuid("zone")));
        } catch (PolderException e) {
          folder.rename(file, file + DAMAGED);
        }
      }
    }
    return List.copyOf(intents);
  }

  /** Whether the intent is still there: it may have been done since it was read. */
  boolean isOpen(Intent intent) {
    return folder.has(intent.file());
  }

  /** The intent's operation is wholly done or wholly undone. */
  void done(Intent intent) {
    folder.remove(intent.file());
  }

  /** The files that could not be read: what they were about is found by comparing. */
  List<String> damaged() {
    return folder.names().stream().filter(name -> name.endsWith(DAMAGED)).toList();
  }

  @Override
  public void close() {
    folder.close();
  }
}
