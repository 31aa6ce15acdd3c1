package polder.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import polder.linux.Bytes;

/**
 * Which extended attributes go in and out of a userland:
 *
 * <table>
 * <caption>by name</caption>
 * <tr><td>{@code user.*}</td><td>kept</td></tr>
 * <tr><td>{@code security.capability}</td><td>kept; told in the zone's ids</td></tr>
 * <tr><td>{@code system.posix_acl_access}, {@code …_default}</td><td>kept</td></tr>
 * <tr><td>{@code user.overlay.*}, {@code trusted.overlay.*}</td><td>dropped: they would steer the
 * overlay file system below the zone</td></tr>
 * <tr><td>all others</td><td>dropped: they speak to the host's kernel (labels, integrity), not to a
 * zone</td></tr>
 * </table>
 */
final class XattrPolicy {
  private static final Bytes CAPABILITY = Bytes.of("security.capability");
  private static final Bytes ACL_ACCESS = Bytes.of("system.posix_acl_access");
  private static final Bytes ACL_DEFAULT = Bytes.of("system.posix_acl_default");
  private static final int REVISION_2 = 0x0200_0000; // VFS_CAP_REVISION_2, linux/capability.h
  private static final int REVISION_3 = 0x0300_0000;
  private static final int REVISION = 0xff00_0000;
  private static final int SIZE_2 = 20; // struct vfs_cap_data
  private static final int SIZE_3 = 24; // struct vfs_ns_cap_data: the same and the root's id

  private XattrPolicy() {}

  static boolean keeps(Bytes name) {
    if (name.startsWith("user.")) {
      return !name.startsWith("user.overlay.");
    }
    return name.equals(CAPABILITY) || name.equals(ACL_ACCESS) || name.equals(ACL_DEFAULT);
  }

  /** The value to set on a file where ids stand so. */
  static Bytes inward(Bytes name, Bytes value, Ids ids) {
    if (!name.equals(CAPABILITY) || !ids.isShifted() || value.length() != SIZE_2) {
      return value;
    }
    byte[] bytes = Arrays.copyOf(value.toArray(), SIZE_3);
    ByteBuffer capability = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int magic = capability.getInt(0);
    if ((magic & REVISION) != REVISION_2) {
      return value;
    }
    capability.putInt(0, (magic & ~REVISION) | REVISION_3).putInt(SIZE_2, (int) ids.base());
    return Bytes.of(bytes);
  }

  /** The value to tell of a file where ids stand so; empty if it is not the zone's. */
  static Optional<Bytes> outward(Bytes name, Bytes value, Ids ids) {
    if (!name.equals(CAPABILITY) || value.length() != SIZE_3) {
      return Optional.of(value);
    }
    byte[] bytes = value.toArray();
    ByteBuffer capability = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int magic = capability.getInt(0);
    long root = Integer.toUnsignedLong(capability.getInt(SIZE_2));
    if ((magic & REVISION) != REVISION_3 || root != ids.base()) {
      return Optional.empty();
    }
    capability.putInt(0, (magic & ~REVISION) | REVISION_2);
    return Optional.of(Bytes.of(bytes, 0, SIZE_2));
  }
}
