package polder.image.oci;

/**
 * What an image is for: OCI image specification 1.1, image-index.md, "platform".
 *
 * @param os such as {@code linux}
 * @param arch Go's word for a processor, such as {@code amd64}
 * @param variant of the processor, such as {@code v8}; empty if none is named
 */
public record Platform(String os, String arch, String variant) {
  /** What this machine runs. */
  public static Platform host() {
    String arch = System.getProperty("os.arch");
    return new Platform("linux", arch.equals("aarch64") ? "arm64" : "amd64", "");
  }

  /** Whether {@code other} runs on it; a variant above the lowest one may not. */
  boolean runs(Platform other) {
    String lowest = arch.equals("arm64") ? "v8" : "v1";
    return os.equals(other.os)
        && arch.equals(other.arch)
        && (other.variant.isEmpty() || other.variant.equals(lowest));
  }

  @Override
  public String toString() {
    return os + "/" + arch + (variant.isEmpty() ? "" : "/" + variant);
  }
}
