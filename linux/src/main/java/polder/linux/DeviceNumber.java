package polder.linux;

/**
 * The number of a device: which driver, and which of its devices.
 *
 * @param major 0 to 4,095
 * @param minor 0 to 1,048,575
 */
public record DeviceNumber(int major, int minor) {
  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if the kernel has no such number
   */
  public DeviceNumber {
    if (major < 0 || major > 0xfff || minor < 0 || minor > 0xfffff) {
      throw new IllegalArgumentException(
          "device %d:%d: the kernel has 0-4095:0-1048575".formatted(major, minor));
    }
  }

  /**
   * The device that the kernel writes as {@code encoded}: new_decode_dev() in linux/kdev_t.h.
   *
   * @throws IllegalArgumentException if that is none
   */
  public static DeviceNumber of(long encoded) {
    if (encoded < 0 || encoded > 0xffff_ffffL) {
      throw new IllegalArgumentException("there is no device " + encoded);
    }
    return new DeviceNumber(
        (int) ((encoded >> 8) & 0xfff), (int) ((encoded & 0xff) | ((encoded >> 12) & 0xfff00)));
  }

  /** As mknodat(2) takes it: new_encode_dev() in linux/kdev_t.h. */
  public long encoded() {
    return (minor & 0xff) | ((long) major << 8) | ((long) (minor & ~0xff) << 12);
  }

  @Override
  public String toString() {
    return major + ":" + minor;
  }
}
