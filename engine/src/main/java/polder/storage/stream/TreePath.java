package polder.storage.stream;

import polder.linux.Bytes;
import polder.linux.FileName;
import polder.linux.FilePath;

/**
 * The way from the top of a tree down to a file: names with a '/' between them, and none for the
 * top itself. No name in it is "." or "..".
 *
 * @param value the bytes, 0 to 4,095
 */
record TreePath(Bytes value) {
  static final TreePath TOP = new TreePath(Bytes.EMPTY);

  private static final int LONGEST = 4095; // PATH_MAX, linux/limits.h
  private static final Bytes SLASH = Bytes.of("/");

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if it is no such path; the message says why
   */
  TreePath {
    if (value.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a path of %d bytes; %d are allowed".formatted(value.length(), LONGEST));
    }
    int from = 0;
    while (!value.isEmpty() && from <= value.length()) {
      int slash = value.indexOf('/', from);
      int to = slash < 0 ? value.length() : slash;
      var _ = new FileName(value.part(from, to));
      from = to + 1;
    }
  }

  boolean isTop() {
    return value.isEmpty();
  }

  /** The path of {@code name} in the directory that this one leads to. */
  TreePath child(FileName name) {
    return new TreePath(isTop() ? name.value() : value.plus(SLASH).plus(name.value()));
  }

  /** The directory in which its last name is. */
  TreePath parent() {
    int slash = lastSlash();
    return slash < 0 ? TOP : new TreePath(value.part(0, slash));
  }

  /** Its last name. The top has none. */
  FileName name() {
    return new FileName(value.part(lastSlash() + 1, value.length()));
  }

  private int lastSlash() {
    int at = value.length() - 1;
    while (at >= 0 && value.at(at) != '/') {
      at--;
    }
    return at;
  }

  /** For walking there. */
  FilePath fromTop() {
    return isTop() ? FilePath.HERE : new FilePath(value);
  }

  @Override
  public String toString() {
    return isTop() ? "/" : value.toString();
  }
}
