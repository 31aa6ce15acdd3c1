package polder.engine;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.storage.Origin;
import polder.storage.StoredSnapshot;
import polder.storage.stream.StreamInput;

/**
 * Takes in what has changed in a zone that is here.
 *
 * <p>Where it has several datasets, the journal says so while one after the other becomes what it
 * is to be. The root is the last of them; if it has not got there when we die, the next engine
 * brings the others back to the snapshot that all began from.
 */
final class Further {
  static final String OPERATION = "receive";

  private final Hall hall;

  Further(Hall hall) {
    this.hall = hall;
  }

  static PolderException unknown(UUID since) {
    return new PolderException(
        ErrorKind.NOT_FOUND,
        "no zone here has the snapshot that the stream begins from (%s): send all of the zone"
            .formatted(since));
  }

  static PolderException failed(IOException e) {
    return e instanceof EOFException
        ? new PolderException(
            ErrorKind.INVALID,
            "the stream is refused: %s; send it again".formatted(e.getMessage()),
            e)
        : new PolderException(
            ErrorKind.UNREACHABLE,
            "cannot read the stream: %s; send it again".formatted(e.getMessage()),
            e);
  }

  /** What a snapshot of a dataset with that id is called here. */
  Optional<String> snapshot(UUID dataset, UUID id) {
    try {
      return hall.storage().snapshots(dataset).stream()
          .filter(snapshot -> snapshot.id().equals(id))
          .map(StoredSnapshot::name)
          .findFirst();
    } catch (PolderException e) {
      return Optional.empty(); // whatever is wrong with that one, it is not meant
    }
  }

  /**
   * Takes it in, all or nothing; with the lock of the zone, which is down.
   *
   * @param volumes its own, by where the sender's payload has them
   * @param force whether what was changed here since then may be lost
   * @return the name of the last snapshot
   */
  String take(
      LocalZone zone,
      Map<String, UUID> volumes,
      StreamInput stream,
      StreamPart first,
      boolean force) {
    UUID uuid = zone.uuid();
    UUID since = first.since().orElseThrow();
    String base = snapshot(uuid, since).orElseThrow(() -> unknown(since));
    sweep(zone, volumes.values());
    try (ZoneArrival arrival =
        new ZoneArrival(
            hall.storage(), uuid, volumes, (dataset, part) -> begin(zone, dataset, part, force))) {
      String last = arrival.takeAll(stream, first);
      if (volumes.isEmpty()) {
        arrival.finish();
      } else {
        finish(zone, arrival, new Begun(base, last));
      }
      return last;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private Origin begin(LocalZone zone, UUID dataset, StreamPart part, boolean force) {
    UUID since = part.since().orElseThrow(() -> ZoneArrival.refused("it is of changes only"));
    String base = snapshot(dataset, since).orElseThrow(() -> unknown(since));
    if (!force && !hall.storage().isAt(dataset, base)) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "zone '%s' was changed since its snapshot '%s': receive with force, and what was changed is lost"
              .formatted(zone.name(), base));
    }
    return new Origin.Snapshot(base);
  }

  /** What the journal says of one that was begun. */
  private record Begun(String base, String last) {
    static Begun read(Map<String, Object> tree) {
      Fields fields = new Fields(tree);
      return new Begun(
          Snapshot.checkName(fields.text("base")), Snapshot.checkName(fields.text("last")));
    }

    Map<String, Object> write() {
      return Map.of("base", base, "last", last);
    }
  }

  private void finish(LocalZone zone, ZoneArrival arrival, Begun begun) {
    hall.executor()
        .once(
            "receive-intend",
            "note that zone %s becomes what it is at '%s'".formatted(zone.uuid(), begun.last()),
            () -> hall.journal().beginSynced(OPERATION, zone.uuid(), List.of(), begun.write()));
    try {
      arrival.finish();
    } catch (RuntimeException e) {
      try {
        takeBack(zone, begun);
      } catch (RuntimeException left) {
        e.addSuppressed(left);
        brokeOff(zone, left);
      }
      throw e;
    }
    hall.journal().withdraw(OPERATION, zone.uuid());
  }

  private static void brokeOff(LocalZone zone, RuntimeException why) {
    zone.unfit(
        "what came last of it was not taken in wholly: %s; restart the daemon"
            .formatted(why.getMessage()));
  }

  /** Brings its volumes back, unless all of it is there; they are shown before the root. */
  private void takeBack(LocalZone zone, Begun begun) {
    if (!has(zone.uuid(), begun.last())) {
      for (VolumeRecord own : hall.volumes().ownOf(zone.uuid())) {
        if (has(own.uuid(), begun.last())) {
          var _ = hall.storage().rollback(own.uuid(), begun.base());
        }
      }
      sweep(zone, hall.volumes().ownOf(zone.uuid()).stream().map(VolumeRecord::uuid).toList());
    }
    hall.journal().withdraw(OPERATION, zone.uuid());
  }

  private boolean has(UUID dataset, String snapshot) {
    return names(dataset).anyMatch(snapshot::equals);
  }

  private Stream<String> names(UUID dataset) {
    return hall.storage().snapshots(dataset).stream().map(StoredSnapshot::name);
  }

  /** Takes away snapshots of volumes that the root does not have: they broke off. */
  private void sweep(LocalZone zone, Iterable<UUID> volumes) {
    List<String> there = names(zone.uuid()).toList();
    for (UUID volume : volumes) {
      names(volume)
          .filter(name -> !there.contains(name))
          .forEach(name -> hall.storage().removeSnapshot(volume, name));
    }
  }

  /** Takes back what was not wholly taken in when we died. */
  void resume(LocalZone zone, Journal.Intent intent) {
    Optional<Begun> begun = hall.journal().facts(intent, Begun::read);
    if (begun.isEmpty()) {
      hall.journal().putAside(intent.file());
      return;
    }
    try {
      takeBack(zone, begun.get());
    } catch (RuntimeException e) {
      brokeOff(zone, e);
      throw e;
    }
  }
}
