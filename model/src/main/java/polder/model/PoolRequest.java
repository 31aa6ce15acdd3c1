package polder.model;

import java.util.Optional;

/**
 * What pool is to be made: on a file of its own, unless {@code path} or {@code device} is given.
 *
 * @param name see {@link Pool#checkName}
 * @param size bytes of the file, {@link #LEAST} at least; half of what is free if absent
 * @param path an empty directory of a btrfs
 * @param device a block device with nothing on it
 */
public record PoolRequest(
    String name, Optional<Long> size, Optional<String> path, Optional<String> device) {
  /** The least size of a pool, in bytes: btrfs makes no smaller one larger. */
  public static final long LEAST = 256L << 20;

  public PoolRequest {
    Pool.checkName(name);
    long ways = size.stream().count() + path.stream().count() + device.stream().count();
    if (ways > 1) {
      throw new PolderException(
          ErrorKind.INVALID, "give a pool a size, a path or a device, one of them at most");
    }
    size.ifPresent(PoolRequest::checkSize);
    path.ifPresent(PoolRequest::checkPath);
    device.ifPresent(PoolRequest::checkPath);
  }

  /**
   * Refuses what no pool's size can be.
   *
   * @throws PolderException INVALID
   */
  public static long checkSize(long size) {
    if (size < LEAST || size > 1L << 60) {
      throw new PolderException(
          ErrorKind.INVALID, "a pool has 256 MiB at least and 1 EiB at most, not " + size);
    }
    return size;
  }

  /**
   * Refuses what is no place of a pool.
   *
   * @throws PolderException INVALID
   */
  public static String checkPath(String path) {
    if (!path.startsWith("/") || path.length() > 4095 || path.matches("(?s).*[\\n\\r\\x00].*")) {
      throw new PolderException(
          ErrorKind.INVALID, "'%s' must be an absolute path".formatted(Types.shorten(path)));
    }
    return path;
  }
}
