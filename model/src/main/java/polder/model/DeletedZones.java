package polder.model;

import java.util.List;

/**
 * The zones of a host that were deleted and are kept for a while. They have their datasets, with
 * volumes of their own and snapshots, and hold on to the image and the volumes that their payload
 * names; name, ids, addresses and ports are free for others.
 *
 * <p>Each is named by its uuid, the uuid's beginning, or the name that it had. Each method may
 * throw NOT_FOUND for one that is not kept, INVALID for a reference that is ambiguous.
 */
public interface DeletedZones {
  /** All of them, those first that end first. May walk all their files. */
  List<DeletedZone> list();

  /** One of them. */
  DeletedZone get(ZoneRef zone);

  /**
   * Brings it back, down, with what it had: wholly, or not at all if this fails. It has ids of its
   * own anew, and the addresses of its payload if nobody has them by now.
   *
   * @param changes where its payload is to differ from what it was, such as in the alias
   * @return the zone, {@link ZoneState#INSTALLED}
   * @throws PolderException EXISTS if another zone has its alias; INVALID with all that others have
   *     of what its payload says; UNAVAILABLE while its pool is missing
   */
  Zone undelete(ZoneRef zone, Patch changes);

  /** Takes it away for good, with all that belongs to it. */
  void delete(ZoneRef zone);
}
