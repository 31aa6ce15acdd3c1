package polder.storage;

import java.util.regex.Pattern;
import polder.linux.FileName;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** What a snapshot may be called: safe as the name of a file, and after an '@'. */
final class SnapshotName {
  private static final Pattern VALID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.:-]{0,63}");

  private SnapshotName() {}

  /** The file of the snapshot {@code name}. */
  static FileName file(String name) {
    if (!VALID.matcher(name).matches()) {
      throw new PolderException(
          ErrorKind.INVALID,
          "snapshot name '%s': use letters, digits and '_.:-', a letter or digit first, 64 at most"
              .formatted(name));
    }
    return FileName.of(name);
  }
}
