package polder.linux;

import java.util.Collection;

/** What a mount forbids, apart from its file system: mount_setattr(2). */
public enum MountAttribute {
  READ_ONLY(0x1), // linux/mount.h, MOUNT_ATTR_
  NO_SETUID(0x2),
  NO_DEVICES(0x4),
  NO_EXECUTE(0x8),
  NO_ACCESS_TIMES(0x10),
  NO_SYMLINKS(0x200000);

  private final long bit;

  MountAttribute(long bit) {
    this.bit = bit;
  }

  /** Its {@code MOUNT_ATTR_} bit. */
  public long bit() {
    return bit;
  }

  /** The bits of all of them. */
  public static long bits(Collection<MountAttribute> attributes) {
    long bits = 0;
    for (MountAttribute each : attributes) {
      bits |= each.bit;
    }
    return bits;
  }
}
