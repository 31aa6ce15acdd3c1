package polder.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Ids that the host gave to its own users for their namespaces: subuid(5), subgid(5). */
final class SubordinateIds {
  private SubordinateIds() {}

  /** The lines of the two files that overlap with zones' ids. */
  static List<String> overlapping() {
    List<String> lines = new ArrayList<>();
    for (String file : List.of("/etc/subuid", "/etc/subgid")) {
      try {
        for (String line : Files.readAllLines(Path.of(file))) {
          if (overlaps(line)) {
            lines.add(file + ": " + line);
          }
        }
      } catch (IOException e) {
        // no such file, no such ids
      }
    }
    return List.copyOf(lines);
  }

  /** Whether a line {@code user:first:count} reaches above the first id of zones. */
  static boolean overlaps(String line) {
    String[] fields = line.strip().split(":", -1);
    if (fields.length != 3
        || !fields[1].matches("[0-9]{1,10}")
        || !fields[2].matches("[0-9]{1,10}")) {
      return false;
    }
    return Long.parseLong(fields[1]) + Long.parseLong(fields[2]) > IdRanges.FIRST;
  }
}
