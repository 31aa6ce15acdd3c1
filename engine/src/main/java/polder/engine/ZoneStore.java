package polder.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import polder.linux.Directory;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.SyscallException;
import polder.linux.Trash;
import polder.model.PolderException;

/**
 * The zones' records on the disk, one directory each. It keeps nothing in memory.
 *
 * <p>A record that cannot be read is put aside, and named, with its directory; its root, logs and
 * ids are left for an administrator to look at.
 */
final class ZoneStore implements AutoCloseable {
  private static final String RECORD = "zone.json";
  private static final String EXIT = "exit.json";

  private final Folder zones;
  private final Trash trash;
  private final Folder quarantine;
  private final Path path;
  private final Optional<PoolRecords> copies;

  /** A record that could not be read. */
  record Damaged(String name, String reason) {}

  /** What a scan found. */
  record Scan(List<ZoneRecord> whole, List<Damaged> damaged) {}

  /**
   * Those of a host.
   *
   * @param copies has each record that is written too
   */
  ZoneStore(HostPaths paths, Optional<PoolRecords> copies) {
    this.copies = copies;
    this.path = paths.zones();
    this.zones = Folder.ofFolders(paths.zones());
    this.quarantine = zones.alsoOpen(paths.quarantine());
    this.trash = new Trash(zones.directory());
  }

  /** The zone's directory, for people. */
  Path path(UUID zone) {
    return path.resolve(zone.toString());
  }

  /** Reads all records; puts damaged ones aside. */
  Scan scan() {
    List<ZoneRecord> whole = new ArrayList<>();
    List<Damaged> damaged = new ArrayList<>();
    for (String name : zones.names()) {
      if (Trash.isGone(FileName.of(name))) {
        continue;
      }
      try {
        Optional<ZoneRecord> record = read(name);
        if (record.isPresent()) {
          whole.add(record.get());
        } else {
          damaged.add(putAside(name, "it has no " + RECORD));
        }
      } catch (RuntimeException e) { // whatever is in it, it must not keep the others from us
        damaged.add(putAside(name, String.valueOf(e.getMessage())));
      }
    }
    return new Scan(List.copyOf(whole), List.copyOf(damaged));
  }

  private Optional<ZoneRecord> read(String name) {
    try (Directory directory = zones.directory().enter(FileName.of(name))) {
      sweep(directory);
    }
    try (Folder folder = zones.enter(name)) {
      Optional<ZoneRecord> record = folder.read(RECORD).map(ZoneRecord::read);
      if (record.isPresent() && !record.get().uuid().toString().equals(name)) {
        throw Document.damaged("it is the record of " + record.get().uuid());
      }
      return record;
    }
  }

  private static void sweep(Directory directory) {
    try {
      DurableFile.sweep(directory);
    } catch (SyscallException e) {
      // a state directory that cannot be written: what is left over harms nobody
    }
  }

  private Damaged putAside(String name, String reason) {
    try {
      String aside = name;
      for (int i = 1; quarantine.has(aside); i++) {
        aside = name + "." + i;
      }
      zones.directory().rename(FileName.of(name), quarantine.directory(), FileName.of(aside));
    } catch (SyscallException e) {
      return new Damaged(name, reason + "; it could not be put aside: " + e.getMessage());
    }
    return new Damaged(name, reason);
  }

  /** What is in quarantine. */
  List<String> aside() {
    return quarantine.names();
  }

  /** What was called {@code aside} before it was put there. */
  static String before(String aside) {
    return aside.replaceAll("\\.[0-9]+$", "");
  }

  /** Whether there is a record of it that can be read. */
  boolean reads(UUID zone) {
    try {
      return inFolder(zone, folder -> folder.read(RECORD)).isPresent();
    } catch (PolderException e) {
      return false;
    }
  }

  /** Whether there is a record of it. */
  boolean has(UUID zone) {
    return inFolder(zone, folder -> Optional.of(folder.has(RECORD))).orElse(false);
  }

  /** What {@code work} says of a zone's folder; empty if there is none. */
  private <T> Optional<T> inFolder(UUID zone, Function<Folder, Optional<T>> work) {
    Optional<Folder> found = zones.find(zone.toString());
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (Folder folder = found.get()) {
      return work.apply(folder);
    }
  }

  /**
   * Writes a record; it is on the disk when this returns. A new one, and its directory, with one
   * wait: what a power cut leaves of it before that cannot be read, and is none.
   */
  void put(ZoneRecord record) {
    try (Folder folder = zones.enter(record.uuid().toString())) {
      if (folder.has(RECORD)) {
        folder.keep(RECORD, record.write());
      } else {
        folder.make(RECORD, record.write());
      }
    }
    copy(record);
  }

  /** Sees to it that the zone's pool has a record too, which is there already. */
  void copy(ZoneRecord record) {
    copies.ifPresent(pools -> pools.keep(record));
  }

  /** Removes the zone's directory; from here on there is no such zone, also after a power cut. */
  void remove(UUID zone) {
    copies.ifPresent(pools -> pools.forget(zone));
    if (trash.put(FileName.of(zone.toString()))) {
      zones.sync();
    }
  }

  /** Notes how the zone's last run ended, if there still is a zone. */
  void noteExit(UUID zone, ExitRecord exit) {
    var _ =
        inFolder(
            zone,
            folder -> {
              folder.overwrite(EXIT, exit.write());
              return Optional.of(exit);
            });
  }

  /** How the zone's last run ended, as far as anybody knows. */
  Optional<ExitRecord> exit(UUID zone) {
    try {
      return inFolder(zone, folder -> folder.read(EXIT).map(ExitRecord::read));
    } catch (PolderException e) {
      return Optional.empty(); // it was not synced: after a power cut it may be anything
    }
  }

  @Override
  public void close() {
    trash.close();
    zones.close();
    quarantine.close();
  }
}
