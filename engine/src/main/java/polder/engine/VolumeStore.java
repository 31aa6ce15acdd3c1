package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import polder.linux.DurableFile;
import polder.linux.SyscallException;

/**
 * The volumes' records on the disk, one file each. It keeps nothing in memory.
 *
 * <p>A record that cannot be read is renamed, and named; the volume's dataset is left for an
 * administrator to look at.
 */
final class VolumeStore implements AutoCloseable {
  private static final String DAMAGED = ".damaged";
  private static final Pattern FILE =
      Pattern.compile("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.json(\\.damaged)?");

  private final Folder folder;
  private final PoolRecords copies;

  /**
   * Those of a host.
   *
   * @param copies has each record that is written too
   */
  VolumeStore(HostPaths paths, PoolRecords copies) {
    this.copies = copies;
    this.folder = Folder.open(paths.volumes());
    try {
      DurableFile.sweep(folder.directory());
    } catch (SyscallException e) {
      // a state directory that cannot be written: leftovers harm nobody
    }
  }

  /**
   * What a scan found.
   *
   * @param whole the records that could be read
   * @param damaged the others, by their file, with the reason
   */
  record Scan(List<VolumeRecord> whole, Map<String, String> damaged) {}

  /** Reads all records; puts damaged ones aside. */
  Scan scan() {
    List<VolumeRecord> whole = new ArrayList<>();
    Map<String, String> damaged = new TreeMap<>();
    for (String file : folder.names()) {
      if (file.endsWith(DAMAGED)) {
        continue;
      }
      try {
        VolumeRecord record =
            folder.read(file).map(VolumeRecord::read).orElseThrow(() -> Fields.wrong("uuid"));
        if (!file.equals(file(record.uuid()))) {
          throw Document.damaged("it is the record of " + record.uuid());
        }
        whole.add(record);
      } catch (RuntimeException e) { // whatever is in it, it must not keep the others from us
        damaged.put(file, String.valueOf(e.getMessage()));
        putAside(file);
      }
    }
    return new Scan(List.copyOf(whole), Map.copyOf(damaged));
  }

  private void putAside(String file) {
    try {
      folder.rename(file, file + DAMAGED);
    } catch (SyscallException e) {
      // a disk that cannot be written: it is named at the next start
    }
  }

  /** The records that were put aside, ever. */
  List<String> aside() {
    return folder.names().stream().filter(name -> name.endsWith(DAMAGED)).toList();
  }

  /** The volume that a file is, or was, the record of. */
  static Optional<UUID> volume(String file) {
    Matcher name = FILE.matcher(file);
    return name.matches() ? Optional.of(UUID.fromString(name.group(1))) : Optional.empty();
  }

  private static String file(UUID volume) {
    return volume + ".json";
  }

  /** Whether there is a record of it. */
  boolean has(UUID volume) {
    return folder.has(file(volume));
  }

  /** Writes a record; it is on the disk when this returns. */
  void put(VolumeRecord record) {
    folder.keep(file(record.uuid()), record.write());
    copy(record);
  }

  /** Sees to it that the volume's pool has a record too, which is there already. */
  void copy(VolumeRecord record) {
    copies.keep(record);
  }

  /** Removes a record; from here on there is no such volume, also after a power cut. */
  void remove(UUID volume) {
    copies.forget(volume);
    if (has(volume)) {
      folder.remove(file(volume));
      folder.sync();
    }
  }

  @Override
  public void close() {
    folder.close();
  }
}
