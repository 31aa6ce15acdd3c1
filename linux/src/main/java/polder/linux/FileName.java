package polder.linux;

/**
 * The name of an entry in a directory: 1 to 255 bytes, any but NUL and '/', and neither "." nor
 * ".." (NAME_MAX in linux/limits.h).
 *
 * @param value the bytes
 */
public record FileName(Bytes value) implements Comparable<FileName> {
  private static final int LONGEST = 255;

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if it is no name of an entry; the message says why
   */
  public FileName {
    if (value.isEmpty() || value.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a file name of %d bytes; 1 to %d are allowed".formatted(value.length(), LONGEST));
    }
    if (value.indexOf('\0', 0) >= 0 || value.indexOf('/', 0) >= 0) {
      throw new IllegalArgumentException(
          "file name '%s' has a NUL or a '/' in it".formatted(value));
    }
    if (isDots(value)) {
      throw new IllegalArgumentException(
          "'%s' is a direction, not the name of a file".formatted(value));
    }
  }

  /** The text in UTF-8 as a name. */
  public static FileName of(String text) {
    return new FileName(Bytes.of(text));
  }

  private static boolean isDots(Bytes value) {
    return value.at(0) == '.'
        && (value.length() == 1 || (value.length() == 2 && value.at(1) == '.'));
  }

  @Override
  public int compareTo(FileName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
