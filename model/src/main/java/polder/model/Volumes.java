package polder.model;

import java.util.List;
import java.util.Optional;

/** The volumes of a host: datasets of their own, which zones attach by their payload. */
public interface Volumes {
  /** All volumes by name, those too that cannot be used now. May walk all their files. */
  List<Volume> list();

  /**
   * One volume.
   *
   * @param name its name or uuid
   * @throws PolderException NOT_FOUND
   */
  Volume get(String name);

  /**
   * Makes an empty volume.
   *
   * @throws PolderException EXISTS if there is one of that name; NOT_FOUND or UNAVAILABLE for its
   *     pool; UNSUPPORTED if that has no quotas or cannot compress; NO_ROOM
   */
  Volume create(VolumeRequest request);

  /**
   * Lets a volume have more or less, at once, whoever uses it. One that has more than that already
   * keeps it, and gets no more.
   *
   * @param quota bytes; 0 for any number
   * @throws PolderException NOT_FOUND; UNSUPPORTED if its pool has no quotas
   */
  Volume resize(String name, long quota);

  /**
   * Has snapshots of a volume taken by themselves, and the oldest deleted, as zones have it. What
   * is not among them stays.
   *
   * @param schedule how many of each period; none for no more
   * @throws PolderException NOT_FOUND; WRONG_STATE if it is a zone's own, whose snapshots are the
   *     zone's
   */
  Volume schedule(String name, SnapshotSchedule schedule);

  /**
   * Keeps what is in a volume now. Zones that run and may write to it stand still for the moment.
   *
   * @param snapshot what it is to be called; by the moment if empty
   * @throws PolderException NOT_FOUND; EXISTS if it has one of that name; WRONG_STATE if it is a
   *     zone's own, whose snapshots are the zone's; NO_ROOM
   */
  Snapshot snapshot(String name, Optional<String> snapshot);

  /** The snapshots of a volume, the oldest first. */
  List<Snapshot> snapshots(String name);

  /**
   * Makes a volume what it was at a snapshot: wholly, or not at all if this fails. All snapshots
   * stay, the newer ones too.
   *
   * @throws PolderException NOT_FOUND; WRONG_STATE while a running zone has it mounted, or if it is
   *     a zone's own; NO_ROOM
   */
  Volume rollback(String name, String snapshot);

  /**
   * Takes a snapshot of a volume away.
   *
   * @throws PolderException NOT_FOUND; WRONG_STATE if it is a zone's own
   */
  void deleteSnapshot(String name, String snapshot);

  /**
   * Takes a volume away with all that is in it, and its snapshots.
   *
   * @throws PolderException NOT_FOUND; WRONG_STATE while a zone's payload names it, a running zone
   *     has it, or it is a zone's own
   */
  void delete(String name);
}
