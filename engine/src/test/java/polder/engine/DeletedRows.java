package polder.engine;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import polder.model.DeletedZone;
import polder.model.Host;
import polder.model.Patch;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;

/** Zones that are deleted and kept, brought back and destroyed; see {@link CrashRows}. */
final class DeletedRows {
  private static final ZoneRef ZONE = ZoneRef.of(CrashRows.spec().uuid());

  private DeletedRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow("Zones.delete", "to be kept", DeletedRows::made, keep(), false),
        new CrashRow("Zones.delete", "by force, to be kept", CrashRows::running, keep(), false),
        new CrashRow("DeletedZones.undelete", "", DeletedRows::kept, undelete(Map.of()), true),
        new CrashRow(
            "DeletedZones.undelete",
            "with changes, in a pool",
            DeletedRows::keptInPool,
            undelete(Map.of("alias", "other", "quota", 1L, "zfs_root_compression", "zstd")),
            true),
        new CrashRow(
            "DeletedZones.delete",
            "",
            DeletedRows::keptInPool,
            host -> host.deleted().delete(ZONE),
            false));
  }

  private static void made(Host host) {
    host.zones().create(CrashRows.spec());
    host.zones()
        .copyIn(ZONE, "/root", new ByteArrayInputStream(TestTar.of(Map.of("copied", new byte[9]))));
  }

  private static CrashRow.Work keep() {
    return host -> host.zones().delete(ZONE, true, Duration.ofHours(1));
  }

  private static void kept(Host host) {
    made(host);
    keep().on(host);
  }

  /** With a delegated dataset, and with another of its name. */
  private static void keptInPool(Host host) {
    PoolRows.pool(host);
    host.zones()
        .create(
            CrashRows.spec()
                .with(ZoneProperties.ZPOOL, "fast")
                .with(ZoneProperties.DELEGATE_DATASET, true));
    keep().on(host);
    host.zones().create(TestHost.spec(CrashRows.spec().name(), "exec sleep 1000"));
  }

  private static CrashRow.Work undelete(Map<String, Object> changes) {
    return host -> host.deleted().undelete(ZONE, new Patch(changes));
  }

  /** What a caller sees of them. */
  static List<String> seen(Host host) {
    List<String> seen = new ArrayList<>();
    for (DeletedZone zone : host.deleted().list()) {
      seen.add(
          "deleted %s %s %s %s kept for %s, %s"
              .formatted(
                  zone.name(),
                  zone.uuid(),
                  zone.brand(),
                  zone.pool(),
                  Duration.between(zone.deleted(), zone.until()),
                  zone.problem()));
    }
    return seen;
  }

  /** Destroys all of them. */
  static void clear(Host host) {
    host.deleted().list().forEach(zone -> host.deleted().delete(ZoneRef.of(zone.uuid())));
  }
}
