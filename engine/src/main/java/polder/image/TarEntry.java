package polder.image;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;

/**
 * One entry of an archive, without its contents.
 *
 * @param name the path as it stands in the archive
 * @param type what it makes
 * @param mode permissions with set-uid, set-gid and sticky: 0 to 07777
 * @param uid owner, 0 to 2^32 - 2
 * @param gid group, 0 to 2^32 - 2
 * @param size how long the file is, holes included
 * @param accessed when it was read last
 * @param modified when it was changed last
 * @param target what a link leads to; empty for others
 * @param device which device it is; 0:0 for others
 * @param xattrs extended attributes by full name
 * @param extents where in the file the data belongs that follows in the archive
 */
public record TarEntry(
    Bytes name,
    TarType type,
    int mode,
    long uid,
    long gid,
    long size,
    Instant accessed,
    Instant modified,
    Bytes target,
    DeviceNumber device,
    Map<Bytes, Bytes> xattrs,
    List<Extent> extents) {
  /** No device. */
  static final DeviceNumber NO_DEVICE = new DeviceNumber(0, 0);

  public TarEntry {
    xattrs = Map.copyOf(xattrs);
    extents = List.copyOf(extents);
  }

  /** A file of {@code size} bytes without holes. */
  public static TarEntry file(Bytes name, int mode, long size, Instant modified) {
    return new TarEntry(
        name,
        TarType.FILE,
        mode,
        0,
        0,
        size,
        modified,
        modified,
        Bytes.EMPTY,
        NO_DEVICE,
        Map.of(),
        List.of(new Extent(0, size)));
  }

  /** An entry without contents. */
  public static TarEntry empty(Bytes name, TarType type, int mode, Bytes target, Instant modified) {
    return new TarEntry(
        name, type, mode, 0, 0, 0, modified, modified, target, NO_DEVICE, Map.of(), List.of());
  }

  /** A directory of which only the times matter. */
  static TarEntry times(Bytes name, Instant accessed, Instant modified) {
    return new TarEntry(
        name,
        TarType.DIRECTORY,
        0,
        0,
        0,
        0,
        accessed,
        modified,
        Bytes.EMPTY,
        NO_DEVICE,
        Map.of(),
        List.of());
  }

  /** How many bytes of it are in the archive. */
  public long stored() {
    return extents.stream().mapToLong(Extent::length).sum();
  }

  /** The same by another name. */
  public TarEntry named(Bytes other) {
    return new TarEntry(
        other, type, mode, uid, gid, size, accessed, modified, target, device, xattrs, extents);
  }

  /** The same with those owners. */
  public TarEntry owned(long owner, long group) {
    return new TarEntry(
        name, type, mode, owner, group, size, accessed, modified, target, device, xattrs, extents);
  }

  /** The same with those attributes. */
  public TarEntry with(Map<Bytes, Bytes> attributes) {
    return new TarEntry(
        name, type, mode, uid, gid, size, accessed, modified, target, device, attributes, extents);
  }
}
