package polder.model;

import java.util.List;

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
   * Takes a volume away with all that is in it.
   *
   * @throws PolderException NOT_FOUND; WRONG_STATE while a zone's payload names it, a running zone
   *     has it, or it is a zone's own
   */
  void delete(String name);
}
