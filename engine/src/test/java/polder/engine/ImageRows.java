package polder.engine;

import java.util.List;
import java.util.Optional;
import polder.model.Host;
import polder.model.ImageRequest;
import polder.model.Progress;
import polder.model.ZoneRef;

/** More operations on images; see {@link CrashRows}. */
final class ImageRows {
  private ImageRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow(
            "Images.create", "of a running zone", CrashRows::running, CrashRows::create, true),
        new CrashRow(
            "Images.create",
            "of a running zone in a pool",
            SnapshotRows::runningInPool,
            CrashRows::create,
            true),
        new CrashRow(
            "Images.create", "of a snapshot", SnapshotRows::changed, ImageRows::ofSnapshot, true),
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

  private static void ofSnapshot(Host host) {
    ZoneRef zone = ZoneRef.of(CrashRows.spec().uuid());
    host.images().create(zone, Optional.of("s"), ImageRequest.of("made:1"), Progress.NONE);
  }
}
