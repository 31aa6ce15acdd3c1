package polder.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Snapshot;

/**
 * What volumes held at some moments. No zone starts, stops or is updated while one that it attaches
 * is kept or brought back: its lock is held; those that run stand still.
 */
final class VolumeSnapshots {
  private final Hall hall;
  private final Snapping snapping;
  private final ZoneVolumes attached;

  VolumeSnapshots(Hall hall, Snapping snapping) {
    this.hall = hall;
    this.snapping = snapping;
    this.attached = new ZoneVolumes(hall);
  }

  /** Those of a volume, the oldest first. */
  List<Snapshot> list(Function<String, VolumeRecord> find, String name) {
    return hall.volumes()
        .alone(
            () -> {
              VolumeRecord volume = find.apply(name);
              if (hall.storage().find(volume.uuid()).isEmpty()) {
                throw new PolderException(
                    ErrorKind.NOT_FOUND, "the dataset of volume '%s' is gone".formatted(name));
              }
              return snapping.of(volume);
            });
  }

  /** Keeps what is in a volume now. */
  Snapshot take(Function<String, VolumeRecord> find, String name, Optional<String> wanted) {
    String snapshot = Snapshot.checkName(wanted.orElseGet(() -> Snapshot.nameAt(Instant.now())));
    String what = "take a snapshot of volume '%s'".formatted(name);
    return alone(
        what,
        find,
        name,
        (volume, zones) -> {
          hall.disk().demandRoom(what);
          if (snapping.of(volume).stream().anyMatch(each -> each.name().equals(snapshot))
              || snapping.breaks(volume.uuid(), snapshot)) {
            throw new PolderException(
                ErrorKind.EXISTS,
                "volume '%s' has a snapshot '%s' already; delete it, or choose another name"
                    .formatted(name, snapshot));
          }
          snapping.take(volume, zones, snapshot);
          tell("volume.snapshot", volume, snapshot);
          return demand(volume, snapshot);
        });
  }

  private Snapshot demand(VolumeRecord volume, String name) {
    return snapping.of(volume).stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "volume '%s' has no snapshot '%s'".formatted(volume.name(), name)));
  }

  /** Makes a volume what it was. */
  VolumeRecord rollback(Function<String, VolumeRecord> find, String name, String snapshot) {
    Snapshot.checkName(snapshot);
    String what = "roll back volume '%s'".formatted(name);
    return alone(
        what,
        find,
        name,
        (volume, zones) -> {
          var _ = demand(volume, snapshot);
          List<String> holders = attached.holders(volume);
          if (!holders.isEmpty()) {
            throw new PolderException(
                ErrorKind.WRONG_STATE,
                "cannot %s: zone '%s' has it mounted; stop them first"
                    .formatted(what, String.join("', '", holders)));
          }
          hall.disk().demandRoom(what);
          hall.executor()
              .once(
                  "volume-rollback",
                  "roll volume %s back to snapshot '%s'".formatted(volume.uuid(), snapshot),
                  () -> hall.storage().rollback(volume.uuid(), snapshot));
          tell("volume.rollback", volume, snapshot);
          return volume;
        });
  }

  /** Takes one away. */
  void remove(Function<String, VolumeRecord> find, String name, String snapshot) {
    Snapshot.checkName(snapshot);
    String what = "delete a snapshot of volume '%s'".formatted(name);
    VolumeRecord _ =
        alone(
            what,
            find,
            name,
            (volume, zones) -> {
              var _ = demand(volume, snapshot);
              hall.disk().demandWritable(what);
              hall.disk().spend(() -> hall.storage().removeSnapshot(volume.uuid(), snapshot));
              tell("volume.snapshot-delete", volume, snapshot);
              return volume;
            });
  }

  /** Does {@code work} with the locks of all zones that may use the volume, and alone. */
  private <T> T alone(
      String what,
      Function<String, VolumeRecord> find,
      String name,
      BiFunction<VolumeRecord, List<LocalZone>, T> work) {
    while (true) {
      List<LocalZone> zones = users(find.apply(name));
      try (Undo locks = new Undo()) {
        for (LocalZone zone : zones) {
          zone.operating().lock();
          locks.add(zone.operating()::unlock);
        }
        Optional<T> done =
            hall.volumes()
                .alone(
                    () -> {
                      VolumeRecord volume = find.apply(name);
                      refuseOwn(what, volume);
                      return users(volume).equals(zones)
                          ? Optional.of(work.apply(volume, zones))
                          : Optional.<T>empty();
                    });
        if (done.isPresent()) {
          return done.get();
        }
      } catch (RuntimeException e) {
        throw Failures.of(what, e);
      }
    }
  }

  private List<LocalZone> users(VolumeRecord volume) {
    Set<LocalZone> users = new LinkedHashSet<>(attached.users(volume));
    attached.holding(volume).forEach(zone -> hall.table().find(zone).ifPresent(users::add));
    List<LocalZone> ordered = new ArrayList<>(users);
    ordered.sort(Comparator.comparing(zone -> zone.uuid().toString()));
    return ordered;
  }

  /** Refuses what is for volumes with a name only. */
  static void refuseOwn(String what, VolumeRecord volume) {
    if (volume.owner().isPresent()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "cannot %s: it is the own of zone %s, and in that zone's snapshots"
              .formatted(what, volume.owner().get().zone()));
    }
  }

  private void tell(String kind, VolumeRecord volume, String snapshot) {
    hall.events().add(kind, Optional.empty(), volume.name(), Map.of("snapshot", snapshot));
  }
}
