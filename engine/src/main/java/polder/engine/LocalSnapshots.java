package polder.engine;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Snapshots;
import polder.model.Zone;
import polder.model.ZoneRef;

/** The snapshots of this machine's zones: finds the zones that are meant, and takes their locks. */
final class LocalSnapshots implements Snapshots {
  private final Hall hall;
  private final Turns turns;
  private final Snapping snapping;
  private final RollingBack rollingBack;

  LocalSnapshots(Hall hall, Turns turns, Snapping snapping, RollingBack rollingBack) {
    this.hall = hall;
    this.turns = turns;
    this.snapping = snapping;
    this.rollingBack = rollingBack;
  }

  @Override
  public List<Snapshot> create(SnapshotRequest request) {
    return turns.allLockedBy(
        "take a snapshot of",
        request.zones(),
        zones -> {
          hall.disk().demandRoom("take a snapshot of zone '%s'".formatted(zones.getFirst().name()));
          String name = request.name().orElseGet(() -> Snapshot.nameAt(Instant.now()));
          return snapping.take(zones, name);
        });
  }

  @Override
  public List<Snapshot> list(ZoneRef zone) {
    return turns.lockedBy("list the snapshots of", zone, snapping::of);
  }

  @Override
  public Snapshot get(SnapshotRef snapshot) {
    return turns.lockedBy(
        "find a snapshot of", snapshot.zone(), zone -> snapping.demand(zone, snapshot.name()));
  }

  @Override
  public Zone rollback(SnapshotRef snapshot, boolean force) {
    String name = snapshot.name();
    Begun begun =
        turns.lockedBy(
            "roll back",
            snapshot.zone(),
            zone -> {
              var _ = snapping.demand(zone, name);
              boolean up = zone.life().isPresent();
              return new Begun(zone, attempt(zone, name, force, up));
            });
    LocalZone zone = begun.zone();
    Optional<Stopping.Pending> pending = begun.pending();
    while (pending.isPresent()) {
      try {
        pending.get().await(zone.name());
      } catch (PolderException e) {
        turns.locked(
            "roll back",
            zone,
            () -> {
              rollingBack.withdraw(zone);
              return zone;
            });
        throw e;
      }
      pending = turns.locked("roll back", zone, () -> attempt(zone, name, force, true));
    }
    return zone.view();
  }

  /** One that is being rolled back, and what has to end first; nothing if it is done. */
  private record Begun(LocalZone zone, Optional<Stopping.Pending> pending) {}

  private Optional<Stopping.Pending> attempt(
      LocalZone zone, String name, boolean force, boolean up) {
    Optional<Stopping.Pending> pending = rollingBack.begin(zone, name, force, up);
    if (pending.isEmpty()) {
      rollingBack.finish(zone, name, up);
    }
    return pending;
  }

  @Override
  public void delete(SnapshotRef snapshot) {
    Snapshot _ =
        turns.lockedBy(
            "delete a snapshot of",
            snapshot.zone(),
            zone -> {
              Snapshot found = snapping.demand(zone, snapshot.name());
              hall.disk().demandWritable("delete a snapshot of zone '%s'".formatted(zone.name()));
              snapping.remove(zone, snapshot.name());
              return found;
            });
  }
}
