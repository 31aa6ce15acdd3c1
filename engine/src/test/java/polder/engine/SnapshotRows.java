package polder.engine;

import static polder.engine.TestHost.ref;

import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import polder.model.CloneRequest;
import polder.model.Host;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;

/** The operations on snapshots, in a directory and on btrfs; see {@link CrashRows}. */
final class SnapshotRows {
  private static final String ZONE = CrashRows.spec().name();
  private static final SnapshotRef SNAPSHOT = new SnapshotRef(ref(ZONE), "s");

  private SnapshotRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow(
            "Snapshots.create", "of a running zone", CrashRows::running, SnapshotRows::take, true),
        new CrashRow(
            "Snapshots.create", "of a group", SnapshotRows::group, SnapshotRows::takeAll, true),
        new CrashRow(
            "Snapshots.create",
            "of a group in two pools",
            SnapshotRows::groupInTwoPools,
            SnapshotRows::takeAll,
            true),
        new CrashRow("Zones.clone", "of a running zone", CrashRows::running, cloned(false), true),
        new CrashRow(
            "Zones.clone",
            "of a running zone with its delegated dataset, in a pool",
            SnapshotRows::runningInPool,
            cloned(false),
            true),
        new CrashRow("Zones.clone", "of a snapshot", SnapshotRows::changed, cloned(true), true),
        new CrashRow("Snapshots.delete", "", SnapshotRows::changed, SnapshotRows::delete, false),
        new CrashRow(
            "Snapshots.delete",
            "in a pool",
            SnapshotRows::changedInPool,
            SnapshotRows::delete,
            false),
        new CrashRow(
            "Snapshots.rollback", "of a stopped zone", SnapshotRows::changed, rollback(), false),
        new CrashRow(
            "Snapshots.rollback",
            "by force",
            host -> {
              changed(host);
              host.zones().start(ref(ZONE));
            },
            forced(),
            false),
        new CrashRow(
            "Snapshots.rollback",
            "by force in a pool",
            host -> {
              changedInPool(host);
              host.zones().start(ref(ZONE));
            },
            forced(),
            false));
  }

  private static void take(Host host) {
    host.snapshots().create(SnapshotRequest.of(ref(ZONE), "s"));
  }

  /** One zone that runs, one that is paused, one that is down. */
  private static void group(Host host) {
    CrashRows.running(host);
    others(host);
  }

  private static void others(Host host) {
    host.zones().create(TestHost.spec("held", "exec sleep 1000"));
    host.zones().start(ref("held"));
    host.zones().pause(ref("held"));
    host.zones().create(TestHost.spec("down", "exec sleep 1000"));
  }

  private static void groupInTwoPools(Host host) {
    PoolRows.pool(host);
    host.zones().create(CrashRows.spec().with(ZoneProperties.ZPOOL, "fast"));
    host.zones().start(ref(ZONE));
    others(host);
  }

  private static void takeAll(Host host) {
    host.snapshots()
        .create(
            new SnapshotRequest(
                List.of(ref("down"), ref(ZONE), ref("held")), Optional.of("group")));
  }

  static void runningInPool(Host host) {
    PoolRows.pool(host);
    host.zones()
        .create(
            CrashRows.spec()
                .with(ZoneProperties.ZPOOL, "fast")
                .with(ZoneProperties.DELEGATE_DATASET, true));
    host.zones().start(ref(ZONE));
  }

  private static CrashRow.Work cloned(boolean ofSnapshot) {
    Optional<String> snapshot = ofSnapshot ? Optional.of("s") : Optional.empty();
    return host ->
        host.zones()
            .clone(ref(ZONE), new CloneRequest(snapshot, new Patch(Map.of("alias", "twin"))));
  }

  static void changed(Host host) {
    host.zones().create(CrashRows.spec());
    change(host);
  }

  private static void changedInPool(Host host) {
    PoolRows.pool(host);
    host.zones().create(CrashRows.spec().with(ZoneProperties.ZPOOL, "fast"));
    change(host);
  }

  /** Between two snapshots a file came. */
  private static void change(Host host) {
    take(host);
    host.zones()
        .copyIn(
            ref(ZONE),
            "/root",
            new ByteArrayInputStream(TestTar.of(Map.of("copied", new byte[9]))));
    host.snapshots().create(SnapshotRequest.of(ref(ZONE), "newer"));
  }

  private static void delete(Host host) {
    host.snapshots().delete(SNAPSHOT);
  }

  private static CrashRow.Work rollback() {
    return host -> host.snapshots().rollback(SNAPSHOT, false);
  }

  /** A zone that was up is to be up; should it be down after a failure, its owner starts it. */
  private static CrashRow.Work forced() {
    return host -> {
      host.snapshots().rollback(SNAPSHOT, true);
      host.zones().start(ref(ZONE));
    };
  }

  /** What a caller sees of a zone's snapshots: those in its view are those that there are. */
  static String seen(Host host, Zone zone) {
    try {
      List<Snapshot> there = host.snapshots().list(ZoneRef.of(zone.uuid()));
      String names = there.stream().map(Snapshot::name).collect(Collectors.joining(","));
      return there.equals(host.zones().get(ZoneRef.of(zone.uuid())).snapshots())
          ? names
          : names + " and not as in its view";
    } catch (PolderException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
