package polder.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * A way from one directory to a file: 1 to 4,095 bytes, any but NUL (PATH_MAX in linux/limits.h).
 *
 * <p>What a link on it or a ".." in it leads to is for a {@link Walk} to say.
 *
 * @param value the bytes
 */
public record FilePath(Bytes value) {
  /** The directory itself. */
  public static final FilePath HERE = FilePath.of(".");

  /** The longest in bytes: PATH_MAX in linux/limits.h without the NUL. */
  public static final int LONGEST = 4095;

  private static final Bytes DOT = Bytes.of(".");
  private static final Bytes DOTS = Bytes.of("..");

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if it is no path; the message says why
   */
  public FilePath {
    if (value.isEmpty() || value.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a path of %d bytes; 1 to %d are allowed".formatted(value.length(), LONGEST));
    }
    if (value.indexOf('\0', 0) >= 0) {
      throw new IllegalArgumentException("path '%s' has a NUL in it".formatted(value));
    }
  }

  /** The text in UTF-8 as a path. */
  public static FilePath of(String text) {
    return new FilePath(Bytes.of(text));
  }

  /** The path through {@code names}; "." if there are none. */
  public static FilePath of(List<FileName> names) {
    if (names.isEmpty()) {
      return HERE;
    }
    Bytes slash = Bytes.of("/");
    Bytes path = names.get(0).value();
    for (FileName name : names.subList(1, names.size())) {
      path = path.plus(slash).plus(name.value());
    }
    return new FilePath(path);
  }

  /** Whether it begins with a '/'. */
  public boolean isAbsolute() {
    return value.at(0) == '/';
  }

  /** Whether it ends with a '/': then it can only name a directory. */
  public boolean endsWithSlash() {
    return value.at(value.length() - 1) == '/';
  }

  /**
   * The names on it as written: "." and empty ones left out, each ".." taking away the name before
   * it, and none leading above the start.
   *
   * @throws IllegalArgumentException if a name is longer than 255 bytes
   */
  public List<FileName> names() {
    List<FileName> names = new ArrayList<>();
    for (Bytes part : parts()) {
      if (part.equals(DOTS)) {
        if (!names.isEmpty()) {
          names.removeLast();
        }
      } else {
        names.add(new FileName(part));
      }
    }
    return List.copyOf(names);
  }

  /** What stands between the slashes, ".." among it, without "." and empty ones. */
  List<Bytes> parts() {
    List<Bytes> parts = new ArrayList<>();
    int from = 0;
    while (from < value.length()) {
      int slash = value.indexOf('/', from);
      int to = slash < 0 ? value.length() : slash;
      Bytes part = value.part(from, to);
      if (!part.isEmpty() && !part.equals(DOT)) {
        parts.add(part);
      }
      from = to + 1;
    }
    return parts;
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
