package polder.engine;

import java.util.List;
import polder.model.ErrorKind;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.Snapshots;
import polder.model.ZoneRef;

/** Does to a zone what it asks for, as if somebody had asked from outside. */
record FromInside(
    Hall hall,
    Turns turns,
    Updating updating,
    Snapping snapping,
    Snapshots snapshots,
    Pacing pacing,
    LocalZone zone)
    implements Inside {
  @Override
  public void update(Patch patch) {
    var _ = turns.locked("update", zone, () -> updating.inside(zone, patch));
  }

  @Override
  public void snapshot(String name) {
    var _ = pacing.inTurn(() -> turns.locked("take a snapshot of", zone, () -> take(name)));
  }

  private List<Snapshot> take(String name) {
    if (!hall.storage().isInstant(zone.uuid())) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "snapshots from inside need a pool of btrfs: elsewhere all files are copied");
    }
    ZoneMetadata.refuseTooMany(snapping.of(zone));
    hall.disk().demandRoom("take a snapshot of zone '%s'".formatted(zone.name()));
    return snapping.take(List.of(zone), name);
  }

  @Override
  public void remove(String snapshot) {
    boolean _ =
        pacing.inTurn(
            () -> {
              snapshots.delete(ref(snapshot));
              return true;
            });
  }

  @Override
  public void rollBack(String snapshot) {
    Snapshot _ = snapshots.get(ref(snapshot));
    pacing.goBack(zone.uuid(), System.nanoTime());
    var _ = snapshots.rollback(ref(snapshot), true);
  }

  private SnapshotRef ref(String snapshot) {
    return new SnapshotRef(new ZoneRef(zone.uuid().toString()), snapshot);
  }
}
