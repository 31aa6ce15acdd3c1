package polder.engine;

import java.nio.file.Path;
import java.util.UUID;

/** Where the zones' logs lie: a directory each below the log directory. */
final class Logs {
  private Logs() {}

  /** Opens a zone's log; makes it if need be. */
  static ZoneLog open(Hall hall, UUID zone) {
    Path path = hall.paths().log().resolve(zone.toString());
    try (Folder _ = Folder.open(path)) {
      return new ZoneLog(path, ZoneLog.FILE_LIMIT);
    }
  }

  /** Removes a zone's log. */
  static void remove(Hall hall, UUID zone) {
    try (Folder logs = Folder.open(hall.paths().log())) {
      logs.removeTree(zone.toString());
    }
  }
}
