package polder.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import polder.linux.DurableFile;
import polder.linux.SyscallException;
import polder.model.FirewallBook;
import polder.model.FirewallRemote;
import polder.model.FirewallRule;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.json.FirewallJson;

/**
 * What is recorded of the firewall: a document for each rule, {@code firewall/UUID.json}, and for
 * each VM that is elsewhere, {@code firewall/vm-UUID.json}.
 */
final class FirewallStore implements AutoCloseable {
  private static final String ENDING = ".json";
  private static final String REMOTE = "vm-";

  private final Folder folder;
  private final Map<String, String> damaged = new TreeMap<>();

  FirewallStore(HostPaths paths) {
    this.folder = Folder.open(paths.firewall());
    try {
      DurableFile.sweep(folder.directory());
    } catch (SyscallException e) {
      // a state directory that cannot be written: leftovers harm nobody
    }
  }

  /** All that can be read; the others are {@link #damaged}. */
  FirewallBook scan() {
    damaged.clear();
    FirewallBook book = FirewallBook.EMPTY;
    for (String file : folder.names()) {
      if (!file.endsWith(ENDING)) {
        continue;
      }
      String name = file.substring(0, file.length() - ENDING.length());
      try {
        if (name.startsWith(REMOTE)) {
          FirewallRemote remote = read(file, FirewallJson::readRemote);
          demand(name, REMOTE + remote.uuid());
          book = book.with(remote);
        } else {
          FirewallRule rule = read(file, FirewallJson::read);
          demand(name, rule.uuid().toString());
          book = book.with(rule);
        }
      } catch (PolderException e) {
        damaged.put(name, String.valueOf(e.getMessage()));
      }
    }
    return book;
  }

  private <T> T read(String file, Function<Map<String, Object>, T> reader) {
    return reader.apply(folder.read(file).orElseThrow());
  }

  private static void demand(String name, String due) {
    if (!name.equals(due)) {
      throw Document.damaged("it is of '%s'".formatted(due));
    }
  }

  /** The records that could not be read, and why. */
  Map<String, String> damaged() {
    return Map.copyOf(damaged);
  }

  /** Writes what is in {@code to} and was not, or otherwise, in {@code from}. */
  void change(FirewallBook from, FirewallBook to) {
    Map<String, Map<String, Object>> has = documents(from);
    Map<String, Map<String, Object>> wanted = documents(to);
    wanted.forEach(
        (file, tree) -> {
          if (!tree.equals(has.get(file))) {
            folder.keep(file, tree); // it is on the disk when this returns
          }
        });
    boolean removed = false;
    for (String file : has.keySet()) {
      if (!wanted.containsKey(file)) {
        folder.remove(file);
        removed = true;
      }
    }
    if (removed) {
      folder.sync();
    }
  }

  /** What takes {@link #change} back, whatever was done of it; for the journal. */
  static Map<String, Object> back(FirewallBook before, FirewallBook after) {
    Map<String, Map<String, Object>> has = documents(before);
    Map<String, Object> back = new LinkedHashMap<>();
    documents(after)
        .forEach(
            (file, tree) -> {
              if (!tree.equals(has.get(file))) {
                back.put(file, has.getOrDefault(file, Map.of()));
              }
            });
    return back;
  }

  /** Takes a change back that broke off. */
  void undo(Map<String, Object> back) {
    back.forEach(
        (file, tree) -> {
          Map<String, Object> document = Json.asObject(tree);
          if (document.isEmpty()) {
            folder.remove(file);
          } else {
            folder.keep(file, document);
          }
        });
    folder.sync();
  }

  private static Map<String, Map<String, Object>> documents(FirewallBook book) {
    Map<String, Map<String, Object>> documents = new TreeMap<>();
    book.rules().forEach(each -> documents.put(each.uuid() + ENDING, FirewallJson.write(each)));
    book.remotes()
        .forEach(each -> documents.put(REMOTE + each.uuid() + ENDING, FirewallJson.write(each)));
    return documents;
  }

  /** Whether the rule's record is one that could not be read. */
  boolean isDamaged(UUID rule) {
    return damaged.containsKey(rule.toString());
  }

  @Override
  public void close() {
    folder.close();
  }
}
