package polder.cli.zone;

import polder.cli.call.UsageException;
import polder.model.ZoneRef;

/** One end of a copy: {@code ZONE:PATH}, a path of the caller's, or {@code -} for a tar stream. */
sealed interface Place {
  /** In a zone; the path is absolute. */
  record InZone(ZoneRef zone, String path) implements Place {
    /** The directory that holds it. */
    String parent() {
      String plain = plain();
      int slash = plain.lastIndexOf('/');
      return slash <= 0 ? "/" : plain.substring(0, slash);
    }

    /** Its last part; empty for the root. */
    String name() {
      String plain = plain();
      return plain.substring(plain.lastIndexOf('/') + 1);
    }

    private String plain() {
      int end = path.length();
      while (end > 1 && path.charAt(end - 1) == '/') {
        end--;
      }
      return path.substring(0, end);
    }
  }

  /** The caller's. */
  record Here(String path) implements Place {}

  /** A tar stream. */
  record Stream() implements Place {}

  /**
   * Reads one; a path with a colon in it is the caller's if it begins with {@code /} or {@code .}.
   */
  static Place of(String text) {
    if (text.equals("-")) {
      return new Stream();
    }
    int colon = text.indexOf(':');
    if (text.isEmpty() || text.startsWith("/") || text.startsWith(".") || colon < 0) {
      if (text.isEmpty()) {
        throw new UsageException("a place cannot be empty");
      }
      return new Here(text);
    }
    String path = text.substring(colon + 1);
    return new InZone(
        new ZoneRef(text.substring(0, colon)), path.startsWith("/") ? path : "/" + path);
  }
}
