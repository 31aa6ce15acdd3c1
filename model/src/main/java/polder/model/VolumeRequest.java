package polder.model;

/**
 * What volume is to be made.
 *
 * @param name see {@link Volume#checkName}; not a uuid
 * @param pool see {@link Pool#checkName}
 * @param quota how many bytes it may have at most; 0 for any number
 * @param compression see {@link DataCompression}
 * @param schedule which snapshots of it are to be taken by themselves
 */
public record VolumeRequest(
    String name, String pool, long quota, String compression, SnapshotSchedule schedule) {
  public VolumeRequest {
    Volume.checkName(name);
    if (name.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
      throw new PolderException(
          ErrorKind.INVALID, "volume name '%s' reads as another volume's uuid".formatted(name));
    }
    Pool.checkName(pool);
    Volume.checkQuota(quota);
    DataCompression.check(compression);
  }

  /** One of which no snapshots are taken by themselves. */
  public VolumeRequest(String name, String pool, long quota, String compression) {
    this(name, pool, quota, compression, SnapshotSchedule.NONE);
  }

  /** One in the default pool that may have any number of bytes. */
  public static VolumeRequest of(String name) {
    return new VolumeRequest(name, Pool.DEFAULT, 0, DataCompression.OFF);
  }
}
