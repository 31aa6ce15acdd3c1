package polder.brand.zone;

import java.util.List;
import polder.linux.Fd;

/** Something that is mounted into a zone's root beside what the kernel makes up. */
sealed interface Attachment {
  /** Where, from the zone's root. */
  String target();

  /**
   * Files of the host's.
   *
   * @param mount a detached mount, with its attributes
   * @param directory whether it is one; else a file
   * @param links whether links on the way to the target are followed, inside the root
   */
  record Bind(Fd mount, String target, boolean directory, boolean links) implements Attachment {}

  /**
   * A directory of the host's that the zone can do without: where it cannot be mounted, as the disk
   * is full or the zone has put something else in its place, it is left out.
   *
   * @param mount a detached mount, with its attributes
   */
  record Extra(Fd mount, String target) implements Attachment {}

  /**
   * Memory.
   *
   * @param options of tmpfs, such as "size=64m"
   * @param attributes {@code MOUNT_ATTR_…}
   */
  record Memory(String target, List<String> options, long attributes) implements Attachment {
    public Memory {
      options = List.copyOf(options);
    }
  }
}
