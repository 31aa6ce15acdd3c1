package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.model.Filesystem;
import polder.model.Host;
import polder.model.PoolRequest;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** The operations on volumes, and those on zones that have some; see {@link CrashRows}. */
final class VolumeRows {
  private VolumeRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow("Volumes.create", "", host -> {}, VolumeRows::volume, true),
        new CrashRow("Volumes.create", "in a pool", VolumeRows::pool, VolumeRows::inPool, true),
        new CrashRow(
            "Volumes.resize",
            "",
            host -> {
              pool(host);
              inPool(host);
            },
            host -> host.volumes().resize("data", 64L << 20),
            true),
        new CrashRow(
            "Volumes.delete", "", VolumeRows::volume, host -> host.volumes().delete("data"), false),
        new CrashRow("Zones.create", "with volumes", VolumeRows::ready, VolumeRows::zone, true),
        new CrashRow(
            "Zones.delete",
            "with volumes",
            host -> {
              ready(host);
              zone(host);
            },
            host -> host.zones().delete(ZoneRef.of(CrashRows.spec().uuid()), false),
            false));
  }

  private static void volume(Host host) {
    host.volumes().create(VolumeRequest.of("data"));
  }

  private static void pool(Host host) {
    host.pools()
        .create(
            new PoolRequest("fast", Optional.of(256L << 20), Optional.empty(), Optional.empty()));
  }

  private static void inPool(Host host) {
    host.volumes().create(new VolumeRequest("data", "fast", 32L << 20, "zstd"));
  }

  private static void ready(Host host) {
    CrashRows.image(host);
    volume(host);
  }

  private static void zone(Host host) {
    ZoneSpec spec =
        CrashRows.lx()
            .with(
                ZoneProperties.FILESYSTEMS,
                List.of(
                    new Filesystem("data", "/data", "volume", List.of("ro")),
                    new Filesystem("", "/etc", "volume", List.of())));
    host.zones().create(spec);
  }

  /** What a caller sees of the volumes. */
  static List<String> seen(Host host) {
    List<String> seen = new ArrayList<>();
    for (Volume volume : host.volumes().list()) {
      seen.add(
          "volume %s %s quota=%d zones=%s %s"
              .formatted(
                  volume.zone().isPresent() ? "own" : volume.name(),
                  volume.pool(),
                  volume.quota(),
                  volume.zones(),
                  volume.problem()));
    }
    seen.sort(null); // those that are a zone's own have random names
    return seen;
  }
}
