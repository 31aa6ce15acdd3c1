package polder.model;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What snapshots are to be taken: one of each zone, all at one instant and by one name.
 *
 * @param zones one or more, each once, {@link #MOST} at most
 * @param name see {@link Snapshot#checkName}; the time if absent
 */
public record SnapshotRequest(List<ZoneRef> zones, Optional<String> name) {
  /** How many zones may stand still together. */
  public static final int MOST = 64;

  public SnapshotRequest {
    zones = List.copyOf(zones);
    if (zones.isEmpty() || zones.size() > MOST) {
      throw new PolderException(
          ErrorKind.INVALID,
          "name 1 to %d zones to take snapshots of, not %d".formatted(MOST, zones.size()));
    }
    if (new HashSet<>(zones).size() < zones.size()) {
      throw new PolderException(
          ErrorKind.INVALID, "name each zone once to take snapshots of a group");
    }
    name.ifPresent(Snapshot::checkName);
  }

  /** One zone's. */
  public static SnapshotRequest of(ZoneRef zone, String name) {
    return new SnapshotRequest(List.of(zone), Optional.of(name));
  }
}
