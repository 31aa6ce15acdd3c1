package polder.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import polder.linux.DurableFile;
import polder.linux.SyscallException;
import polder.model.PolderException;

/**
 * What was begun and is not known to be done: one file for each operation whose traces outlive a
 * boot, written before its first step.
 *
 * <p>Mostly nothing is synced. What an operation makes or takes away is synced by its last step,
 * and a file system brings renames, new files and removals to the disk in the order in which they
 * were done; so where anything of an operation survives a power cut, its intent does. What is in
 * the file may not: its name says what is needed, the rest is for people. Where an operation is
 * about several datasets, which may be on several disks, its intent is synced before and after.
 *
 * <p>A start needs none: all it makes ends with the boot, and its run file says that it was begun.
 */
final class Journal implements AutoCloseable {
  private static final String DAMAGED = ".damaged";
  private static final String FACTS = "facts";
  private static final Pattern FILE =
      Pattern.compile("([a-z-]+)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.json");

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
      // an intent that comes back after a power cut finds its operation done
      folder.remove(file);
    }
  }

  /**
   * Writes down that {@code operation} begins. An intent of the same operation and zone that was
   * left by a failure becomes this one.
   */
  Entry begin(String operation, UUID zone, List<? extends Step> plan) {
    String file = file(operation, zone);
    folder.note(file, tree(operation, zone, plan));
    return new Entry(file);
  }

  /** As {@link #begin(String, UUID, List)}, with what only this operation needs to know. */
  Entry begin(String operation, UUID zone, List<? extends Step> plan, Map<String, Object> facts) {
    Map<String, Object> tree = tree(operation, zone, plan);
    tree.put(FACTS, facts);
    String file = file(operation, zone);
    folder.note(file, tree);
    return new Entry(file);
  }

  /** As {@link #begin(String, UUID, List, Map)}; it is on the disk when this returns. */
  Entry beginSynced(
      String operation, UUID zone, List<? extends Step> plan, Map<String, Object> facts) {
    Map<String, Object> tree = tree(operation, zone, plan);
    tree.put(FACTS, facts);
    String file = file(operation, zone);
    folder.keep(file, tree);
    return new Entry(file);
  }

  private static Map<String, Object> tree(String operation, UUID zone, List<? extends Step> plan) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("operation", operation);
    tree.put("zone", zone.toString());
    tree.put("steps", plan.stream().map(Step::describe).toList());
    return tree;
  }

  /**
   * What only the intent's operation knows, as {@code read} understands it; empty if there is
   * nothing of that, or nothing that can be read.
   */
  <T> Optional<T> facts(Intent intent, Function<Map<String, Object>, T> read) {
    try {
      return folder
          .read(intent.file())
          .filter(tree -> tree.containsKey(FACTS))
          .map(tree -> read.apply(new Fields(tree).object(FACTS)));
    } catch (PolderException e) {
      return Optional.empty();
    }
  }

  private static String file(String operation, UUID zone) {
    return "%s-%s.json".formatted(operation, zone);
  }

  /** Whether the operation is begun already. */
  boolean begun(String operation, UUID zone) {
    return folder.has(file(operation, zone));
  }

  /** What was begun of that operation and zone, and not done. */
  Optional<Intent> open(String operation, UUID zone) {
    String file = file(operation, zone);
    return folder.has(file) ? Optional.of(new Intent(file, operation, zone)) : Optional.empty();
  }

  /** The operation is wholly done. */
  void done(String operation, UUID zone) {
    folder.remove(file(operation, zone)); // not synced: as in an entry
  }

  /** The operation is over, or not to be done: it does not come back after a power cut either. */
  void withdraw(String operation, UUID zone) {
    folder.remove(file(operation, zone));
    folder.sync();
  }

  /** What was begun and not done; files that cannot be read are renamed. */
  List<Intent> unfinished() {
    List<Intent> intents = new ArrayList<>();
    for (String file : folder.names()) {
      if (file.endsWith(".json")) {
        Matcher name = FILE.matcher(file);
        if (name.matches()) {
          intents.add(new Intent(file, name.group(1), UUID.fromString(name.group(2))));
        } else {
          putAside(file);
        }
      }
    }
    return List.copyOf(intents);
  }

  /** Renames a file that says nothing, for somebody to look at. */
  void putAside(String file) {
    try {
      folder.rename(file, file + DAMAGED);
    } catch (SyscallException e) {
      // a disk that cannot be written: it is named at the next start
    }
  }

  /** Whether the intent is still there: it may have been done since it was read. */
  boolean isOpen(Intent intent) {
    return folder.has(intent.file());
  }

  /** The intent's operation is wholly done or wholly undone. */
  void done(Intent intent) {
    folder.remove(intent.file());
  }

  /** The files whose names say nothing: what they were about is found by comparing. */
  List<String> damaged() {
    return folder.names().stream().filter(name -> name.endsWith(DAMAGED)).toList();
  }

  @Override
  public void close() {
    folder.close();
  }
}
