package polder.storage;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A dataset as it was at one moment.
 *
 * @param name unique in its dataset
 * @param created that moment
 * @param used bytes on disk that are its own; empty where the driver does not know
 * @param id its own wherever it is: a copy on another host has the same
 */
public record StoredSnapshot(String name, Instant created, OptionalLong used, UUID id) {
  /** The oldest first. */
  static List<StoredSnapshot> byAge(List<StoredSnapshot> snapshots) {
    return snapshots.stream()
        .sorted(Comparator.comparing(StoredSnapshot::created).thenComparing(StoredSnapshot::name))
        .toList();
  }
}
