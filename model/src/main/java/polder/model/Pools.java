package polder.model;

import java.util.List;

/** The pools of a host: where zones' datasets lie. */
public interface Pools {
  /** All pools by name, those too that cannot be used now. */
  List<Pool> list();

  /**
   * One pool.
   *
   * @throws PolderException NOT_FOUND
   */
  Pool get(String name);

  /**
   * Makes a pool of btrfs.
   *
   * @throws PolderException EXISTS if there is one of that name; UNSUPPORTED if the host lacks
   *     something, with the mend; INVALID if the device or path is in use; NO_ROOM
   */
  Pool create(PoolRequest request);

  /**
   * Takes in a pool that was made before: its file, device or directory.
   *
   * @throws PolderException NOT_FOUND if there is nothing; INVALID if that is no pool
   */
  Pool importFrom(String source);

  /**
   * Reads back what lies in a pool that another host had: zones and volumes, each by itself. One
   * that cannot be taken is refused with the reason, is as it was, and may be asked for again; the
   * others go on. Zones are not started.
   *
   * @param progress told how many of how many were looked at
   * @throws PolderException NOT_FOUND if there is no such pool, or nothing of that name in it;
   *     UNSUPPORTED for the default pool; UNAVAILABLE if it is missing; NO_ROOM
   */
  Adoption adopt(String pool, AdoptRequest request, Progress progress);

  /**
   * Makes a pool larger, while zones run in it.
   *
   * @param size bytes, for one on a file; one on a device becomes as large as that is, whatever
   *     this says
   * @throws PolderException INVALID if it is larger already; UNSUPPORTED for one in a directory
   */
  Pool grow(String name, long size);

  /**
   * Reads all that is in a pool, and compares it with its checksums.
   *
   * @throws PolderException UNSUPPORTED if it has none
   */
  PoolScrub scrub(String name);

  /**
   * Tells the disk below a pool what nobody needs any more: a sparse file gives those blocks back
   * to its file system, a flash disk has more room to work with. The kernel does so by itself a
   * little after each deletion, where the disk can; this does it for all, now.
   *
   * @return how many bytes those are
   * @throws PolderException UNSUPPORTED if the disk has no use for it, or the pool none of its own
   */
  long trim(String name);

  /**
   * Takes a pool away with all that is in it.
   *
   * @throws PolderException WRONG_STATE while a zone or volume is in it, or for the default one
   */
  void delete(String name);
}
