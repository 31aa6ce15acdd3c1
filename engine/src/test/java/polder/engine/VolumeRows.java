package polder.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import polder.model.Filesystem;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.PoolRequest;
import polder.model.Snapshot;
import polder.model.SnapshotSchedule;
import polder.model.StopOptions;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** The operations on volumes, and those on zones that have some; see {@link CrashRows}. */
final class VolumeRows {
  private static final ZoneRef ZONE = ZoneRef.of(CrashRows.spec().uuid());

  private static final SnapshotSchedule MONTHLY =
      new SnapshotSchedule(Map.of(SnapshotSchedule.Period.MONTHLY, 3));

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
        new CrashRow(
            "Volumes.schedule",
            "",
            host -> {
              volume(host);
              host.volumes().schedule("data", MONTHLY);
              TestHost.eventually(
                  "one is taken", () -> !host.volumes().snapshots("data").isEmpty());
            },
            host -> host.volumes().schedule("data", SnapshotSchedule.NONE),
            true),
        new CrashRow(
            "Volumes.snapshot",
            "of one that a zone writes to",
            VolumeRows::attached,
            VolumeRows::take,
            true),
        new CrashRow(
            "Volumes.rollback",
            "",
            host -> {
              attached(host);
              write(host, "before");
              take(host);
              write(host, "after");
              host.zones().stop(ZONE, StopOptions.FORCED);
            },
            host -> host.volumes().rollback("data", "s"),
            false),
        new CrashRow(
            "Volumes.deleteSnapshot",
            "in a pool",
            host -> {
              pool(host);
              inPool(host);
              take(host);
            },
            host -> host.volumes().deleteSnapshot("data", "s"),
            false),
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

  private static void attached(Host host) {
    volume(host);
    host.zones()
        .create(
            CrashRows.spec()
                .with(
                    ZoneProperties.FILESYSTEMS,
                    List.of(new Filesystem("data", "/mnt", "volume", List.of()))));
    host.zones().start(ZONE);
  }

  private static void write(Host host, String file) {
    host.zones()
        .copyIn(ZONE, "/mnt", new ByteArrayInputStream(TestTar.of(Map.of(file, new byte[9]))));
  }

  private static void take(Host host) {
    host.volumes().snapshot("data", Optional.of("s"));
  }

  /** Of one that is half deleted, nobody can say. */
  private static List<String> snapshots(Host host, Volume volume) {
    try {
      return host.volumes().snapshots(volume.name()).stream().map(Snapshot::name).toList();
    } catch (PolderException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  /** What is in a volume of the pool that each host has. */
  private static List<String> files(Host host, Volume volume) {
    Path root =
        Path.of(String.valueOf(host.info().paths().get("state")))
            .resolve("storage")
            .resolve(volume.uuid().toString())
            .resolve("root");
    if (volume.zone().isPresent() || !Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(root)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
          "volume %s %s quota=%d schedule=%s zones=%s snapshots=%s files=%s %s"
              .formatted(
                  volume.zone().isPresent() ? "own" : volume.name(),
                  volume.pool(),
                  volume.quota(),
                  volume.schedule().kept(),
                  volume.zones(),
                  snapshots(host, volume),
                  files(host, volume),
                  volume.problem()));
    }
    seen.sort(null); // those that are a zone's own have random names
    return seen;
  }
}
