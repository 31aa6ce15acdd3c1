package polder.storage;

import polder.linux.FileName;
import polder.model.Snapshot;

/** What a snapshot may be called: safe as the name of a file, and after an '@'. */
final class SnapshotName {
  private SnapshotName() {}

  /** The file of the snapshot {@code name}. */
  static FileName file(String name) {
    return FileName.of(Snapshot.checkName(name));
  }
}
