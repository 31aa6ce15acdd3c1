package polder.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.Tree;
import polder.linux.TreeCopy;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.Progress;
import polder.model.VolumeRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;

/** The operations on pools, and those on zones that are in one; see {@link CrashRows}. */
final class PoolRows {
  private static final long SIZE = 256L << 20;

  private PoolRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow("Pools.create", "", host -> {}, PoolRows::pool, true),
        new CrashRow("Pools.importFrom", "", PoolRows::moved, PoolRows::take, true),
        new CrashRow(
            "Pools.grow", "", PoolRows::pool, host -> host.pools().grow("fast", 2 * SIZE), false),
        new CrashRow(
            "Pools.delete", "", PoolRows::pool, host -> host.pools().delete("fast"), false),
        new CrashRow("Zones.create", "in a pool", PoolRows::ready, PoolRows::zone, true),
        new CrashRow(
            "Zones.delete",
            "in a pool",
            host -> {
              ready(host);
              zone(host);
            },
            host -> host.zones().delete(ZoneRef.of(CrashRows.spec().uuid()), false),
            false),
        new CrashRow("Pools.adopt", "of a volume", PoolRows::aVolume, PoolRows::adopt, true),
        new CrashRow("Pools.adopt", "of a zone", PoolRows::aZone, PoolRows::adopt, true));
  }

  private static void aVolume(Host host) {
    pool(host);
    host.volumes().create(new VolumeRequest("data", "fast", 32L << 20, "zstd"));
    forget(host);
  }

  private static void aZone(Host host) {
    ready(host);
    host.zones()
        .create(
            CrashRows.lx()
                .with(ZoneProperties.ZPOOL, "fast")
                .with(ZoneProperties.QUOTA, 1L)
                .with(
                    ZoneProperties.FILESYSTEMS,
                    List.of(new Filesystem("", "/etc", "volume", List.of()))));
    forget(host);
  }

  /** The host has the pool as before, and knows nothing of what is in it. */
  private static void forget(Host host) {
    copy(host);
    host.zones().list().forEach(each -> host.zones().delete(ZoneRef.of(each.uuid()), true));
    host.volumes().list().forEach(each -> host.volumes().delete(each.name()));
    host.pools().delete("fast");
    take(host);
  }

  private static void adopt(Host host) {
    for (Adoptee each : host.pools().adopt("fast", AdoptRequest.ALL, Progress.NONE).objects()) {
      if (each.reason().isPresent()) {
        throw new PolderException(ErrorKind.HOST, each.reason().get());
      }
    }
  }

  static void pool(Host host) {
    host.pools()
        .create(new PoolRequest("fast", Optional.of(SIZE), Optional.empty(), Optional.empty()));
  }

  private static void ready(Host host) {
    CrashRows.image(host);
    pool(host);
  }

  private static void zone(Host host) {
    host.zones().create(CrashRows.lx().with(ZoneProperties.ZPOOL, "fast"));
  }

  static Path run(Host host) {
    return Path.of(String.valueOf(host.info().paths().get("run")));
  }

  private static Path state(Host host) {
    return Path.of(String.valueOf(host.info().paths().get("state")));
  }

  /** A pool that no host knows. */
  private static void moved(Host host) {
    pool(host);
    copy(host);
    host.pools().delete("fast");
  }

  static void copy(Host host) {
    try (Directory made = Directory.open(state(host).resolve("pools/fast"));
        Directory home = Directory.open(state(host).resolve(".."))) {
      Tree.delete(home, FileName.of("moved"));
      try (Directory mounted = Directory.open(run(host).resolve("pools/fast"))) {
        mounted.syncFileSystem();
      }
      TreeCopy.copy(made, home, FileName.of("moved"));
    }
  }

  static void take(Host host) {
    host.pools().importFrom(state(host).resolveSibling("moved").resolve("disk").toString());
  }

  /** What a caller sees of the pools. */
  static List<String> seen(Host host) {
    List<String> seen = new ArrayList<>();
    for (Pool pool : host.pools().list()) {
      if (!pool.name().equals(Pool.DEFAULT)) {
        seen.add(
            "%s %s %d zones=%d %s"
                .formatted(pool.name(), pool.source(), pool.size(), pool.zones(), pool.problem()));
      }
    }
    return seen;
  }
}
