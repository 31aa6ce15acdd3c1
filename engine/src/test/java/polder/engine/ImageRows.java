package polder.engine;

import java.util.List;

/** More operations on images; see {@link CrashRows}. */
final class ImageRows {
  private ImageRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow(
            "Images.prune", "", CrashRows::image, host -> host.images().prune(true, false), false),
        new CrashRow(
            "Images.prune",
            "of what has no name",
            host -> {
              CrashRows.image(host);
              CrashRows.noName(host);
            },
            host -> host.images().prune(false, false),
            false));
  }
}
