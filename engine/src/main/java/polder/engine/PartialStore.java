package polder.engine;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import polder.linux.DurableFile;
import polder.linux.SyscallException;

/**
 * What is known of streams that broke off, on the disk and in memory. A record that cannot be read
 * is renamed; its dataset then belongs to nobody, and fsck says so.
 */
final class PartialStore implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final String FILE = ".json";

  private final Folder folder;
  private final Map<UUID, PartialRecord> all = new ConcurrentHashMap<>();

  private PartialStore(Folder folder) {
    this.folder = folder;
  }

  /** Those of a host. */
  static PartialStore open(HostPaths paths) {
    PartialStore store = new PartialStore(Folder.open(paths.partial()));
    try {
      DurableFile.sweep(store.folder.directory());
    } catch (SyscallException e) {
      // a state directory that cannot be written: leftovers harm nobody
    }
    for (String file : store.folder.names()) {
      if (file.endsWith(FILE)) {
        store.scan(file);
      }
    }
    return store;
  }

  private void scan(String file) {
    try {
      PartialRecord record =
          folder.read(file).map(PartialRecord::read).orElseThrow(() -> Fields.wrong("id"));
      if (!file.equals(record.id() + FILE)) {
        throw Document.damaged("it is the record of " + record.id());
      }
      all.put(record.id(), record);
    } catch (RuntimeException e) { // whatever is in it, it must not keep the others from us
      LOG.log(
          System.Logger.Level.WARNING,
          "what is known of a stream that broke off, %s, is put aside: %s"
              .formatted(file, e.getMessage()));
      try {
        folder.rename(file, file + ".damaged");
      } catch (SyscallException left) {
        // a disk that cannot be written: it is named at the next start
      }
    }
  }

  /** All, the oldest first. */
  List<PartialRecord> list() {
    return all.values().stream()
        .sorted(Comparator.comparing(PartialRecord::started).thenComparing(PartialRecord::id))
        .toList();
  }

  Optional<PartialRecord> find(UUID id) {
    return Optional.ofNullable(all.get(id));
  }

  /** The pool in which one lies. */
  Optional<String> pool(UUID id) {
    return find(id).map(PartialRecord::pool);
  }

  /** How many lie in that pool. */
  long count(String pool) {
    return all.values().stream().filter(each -> each.pool().equals(pool)).count();
  }

  /** Writes a record; it is on the disk when this returns. */
  void put(PartialRecord record) {
    folder.keep(record.id() + FILE, record.write());
    all.put(record.id(), record);
  }

  /** Removes a record. */
  void remove(UUID id) {
    if (folder.has(id + FILE)) {
      folder.remove(id + FILE);
      folder.sync();
    }
    all.remove(id);
  }

  @Override
  public void close() {
    folder.close();
  }
}
