package polder.model;

import java.util.List;

/**
 * The snapshots of a host's zones: what each had on its disk at one moment.
 *
 * <p>Each method may throw NOT_FOUND for a zone or snapshot that is not there, INVALID for a
 * reference that is ambiguous, UNAVAILABLE while the zone's pool is missing.
 */
public interface Snapshots {
  /**
   * Takes snapshots. Zones that run stand still for the moment in which all of them are taken, so
   * that none holds what came after another's. There are all of them or, if this fails, none.
   *
   * @return one for each zone of the request, in its order
   * @throws PolderException EXISTS if a zone has one of that name; NO_ROOM
   */
  List<Snapshot> create(SnapshotRequest request);

  /** Those of a zone, the oldest first. */
  List<Snapshot> list(ZoneRef zone);

  /** One snapshot. */
  Snapshot get(SnapshotRef snapshot);

  /**
   * Makes a zone's disk what it was at a snapshot: wholly, or not at all if this fails. All
   * snapshots stay, the newer ones too, so that the zone can be rolled forward again.
   *
   * @param force stop a zone that runs, and start it afterwards
   * @return the zone; its payload is what it is now
   * @throws PolderException WRONG_STATE if it runs and {@code force} is false; NO_ROOM
   */
  Zone rollback(SnapshotRef snapshot, boolean force);

  /** Takes a snapshot away. Clones of it stay. */
  void delete(SnapshotRef snapshot);
}
