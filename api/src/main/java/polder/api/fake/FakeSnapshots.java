package polder.api.fake;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Snapshots;
import polder.model.StopOptions;
import polder.model.Zone;
import polder.model.ZoneRef;

/** The snapshots of the fake host's zones: copies of their files. */
final class FakeSnapshots implements Snapshots {
  private final FakeZones zones;

  FakeSnapshots(FakeZones zones) {
    this.zones = zones;
  }

  @Override
  public List<Snapshot> create(SnapshotRequest request) {
    return zones.locked(
        () -> {
          List<FakeZone> all = request.zones().stream().map(zones::find).toList();
          if (new HashSet<>(all).size() < all.size()) {
            throw new PolderException(ErrorKind.INVALID, "two of the names are one zone's");
          }
          Instant now = Instant.now();
          String name = request.name().orElseGet(() -> Snapshot.nameAt(now));
          for (FakeZone zone : all) {
            if (zone.snapshots().stream().anyMatch(there -> there.name().equals(name))) {
              throw new PolderException(
                  ErrorKind.EXISTS,
                  "zone '%s' has a snapshot '%s' already".formatted(zone.spec().name(), name));
            }
          }
          return all.stream()
              .map(
                  zone -> {
                    zones.tell("zone.snapshot", zone, Map.of("snapshot", name));
                    return zone.snapshot(name, now);
                  })
              .toList();
        });
  }

  @Override
  public List<Snapshot> list(ZoneRef zone) {
    return zones.locked(() -> zones.find(zone).snapshots());
  }

  @Override
  public Snapshot get(SnapshotRef snapshot) {
    return zones.locked(() -> find(zones.find(snapshot.zone()), snapshot.name()));
  }

  private static Snapshot find(FakeZone zone, String name) {
    return zone.snapshots().stream()
        .filter(there -> there.name().equals(name))
        .findFirst()
        .orElseThrow(() -> zone.noSnapshot(name));
  }

  @Override
  public Zone rollback(SnapshotRef snapshot, boolean force) {
    return zones.locked(
        () -> {
          FakeZone zone = zones.find(snapshot.zone());
          Snapshot to = find(zone, snapshot.name());
          boolean up = zone.running();
          if (up && !force) {
            throw zone.wrongState("runs: stop it first, or roll it back by force");
          }
          if (up) {
            zones.halt(zone, StopOptions.FORCED);
          }
          zone.rollback(to.name());
          zones.tell("zone.rollback", zone, Map.of("snapshot", to.name()));
          if (up) {
            zones.boot(zone, false);
          }
          return zone.seen();
        });
  }

  @Override
  public void delete(SnapshotRef snapshot) {
    FakeZone _ =
        zones.locked(
            () -> {
              FakeZone zone = zones.find(snapshot.zone());
              zone.removeSnapshot(find(zone, snapshot.name()).name());
              zones.tell("zone.snapshot-delete", zone, Map.of("snapshot", snapshot.name()));
              return zone;
            });
  }
}
