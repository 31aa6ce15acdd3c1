package polder.model;

/**
 * What volume is to be made.
 *
 * @param name see {@link Volume#checkName}; not a uuid
 * @param pool see {@link Pool#checkName}
 * @param quota how many bytes it may have at most; 0 for any number
 * @param compression see {@link DataCompression}
 */
public record VolumeRequest(String name, String pool, long quota, String compression) {
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

  /** One in the default pool that may have any number of bytes. */
  public static VolumeRequest of(String name) {
    return new VolumeRequest(name, Pool.DEFAULT, 0, DataCompression.OFF);
  }
}
