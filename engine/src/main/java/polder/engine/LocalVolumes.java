package polder.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.SnapshotSchedule;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.Volumes;
import polder.model.json.VolumeJson;

/** The volumes of this machine: makes, changes and takes them away, each wholly or not at all. */
final class LocalVolumes implements Volumes {
  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final String CREATE = "volume-create";
  private static final String DELETE = "volume-delete";

  private final Hall hall;
  private final VolumeTable table;
  private final VolumeStore store;
  private final ZoneVolumes attached;
  private final Leftovers leftovers;
  private final VolumeSnapshots snapshots;
  private final Schedules schedules;

  LocalVolumes(Hall hall, Leftovers leftovers, Snapping snapping, Schedules schedules) {
    this.hall = hall;
    this.schedules = schedules;
    this.snapshots = new VolumeSnapshots(hall, snapping);
    this.leftovers = leftovers;
    this.table = hall.volumes();
    this.store = hall.volumeStore();
    this.attached = new ZoneVolumes(hall);
  }

  private VolumeRecord find(String name) {
    return table
        .find(Volume.checkName(name))
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "there is no volume '%s'; make it with 'polder volume create'"
                        .formatted(name)));
  }

  /** Does {@code work} while nobody else changes a volume; a failure names what was tried. */
  private <T> T alone(String what, Supplier<T> work) {
    return table.alone(
        () -> {
          try {
            return work.get();
          } catch (RuntimeException e) {
            throw Failures.of(what, e);
          }
        });
  }

  @Override
  public List<Volume> list() {
    return table.list().stream().map(this::describe).toList();
  }

  @Override
  public Volume get(String name) {
    return describe(find(name));
  }

  private Volume describe(VolumeRecord record) {
    long used = 0;
    Optional<String> problem = problem(record);
    try {
      used = problem.isPresent() ? 0 : hall.storage().used(record.uuid());
    } catch (PolderException e) {
      problem = Optional.of(String.valueOf(e.getMessage()));
    }
    return new Volume(
        record.name(),
        record.uuid(),
        record.pool(),
        record.quota(),
        record.compression(),
        record.schedule(),
        used,
        record.created(),
        attached.users(record).stream()
            .filter(zone -> zone.isMade() && zone.record().kept().isEmpty())
            .map(LocalZone::name)
            .toList(),
        record.owner().map(VolumeRecord.Owner::zone),
        problem);
  }

  /** Why a volume cannot be used now. */
  Optional<String> problem(VolumeRecord record) {
    try {
      return hall.storage().find(record.uuid()).isPresent()
          ? Optional.empty()
          : Optional.of("its dataset is gone; delete it, or restore it from a backup");
    } catch (PolderException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Volume create(VolumeRequest request) {
    String what = "create volume '%s'".formatted(request.name());
    VolumeRecord record =
        new VolumeRecord(
            UUID.randomUUID(),
            request.name(),
            request.pool(),
            request.quota(),
            request.compression(),
            request.schedule(),
            Instant.now(),
            Optional.empty());
    return alone(
        what,
        () -> {
          if (table.find(request.name()).isPresent()) {
            throw new PolderException(
                ErrorKind.EXISTS, "there is a volume '%s' already".formatted(request.name()));
          }
          hall.disk().demandRoom(what);
          make(record);
          follow(record);
          tell("volume.create", record, Map.of("pool", record.pool()));
          return describe(record);
        });
  }

  /**
   * Takes over a volume whose dataset is there; that stays in any case.
   *
   * @throws PolderException EXISTS if there is one of that name or uuid
   */
  void adopt(VolumeRecord record) {
    String what = "adopt volume '%s'".formatted(record.name());
    VolumeRecord _ =
        alone(
            what,
            () -> {
              if (table.find(record.name()).isPresent() || table.find(record.uuid()).isPresent()) {
                throw new PolderException(
                    ErrorKind.EXISTS, "there is a volume '%s' already".formatted(record.name()));
              }
              hall.disk().demandRoom(what);
              table.add(record);
              try {
                hall.executor()
                    .run(
                        "volume-adopt",
                        Planner.resizeVolume(record.uuid()),
                        (step, undo) -> work(record, record, step, undo));
              } catch (RuntimeException e) {
                table.remove(record.uuid());
                if (e.getSuppressed().length > 0) {
                  leftovers.later("forget volume " + record.uuid(), () -> forget(record.uuid()));
                }
                throw e;
              }
              table.settle(record);
              follow(record);
              tell("volume.adopt", record, Map.of("pool", record.pool()));
              return record;
            });
  }

  /** What could not be taken over is nobody's, unless somebody has taken it over meanwhile. */
  private void forget(UUID volume) {
    table.alone(
        () -> {
          if (table.find(volume).isEmpty()) {
            store.remove(volume);
          }
          return volume;
        });
  }

  private void make(VolumeRecord record) {
    List<Step.Volume> plan = Planner.createVolume(record.uuid());
    table.add(record); // so that its pool is known
    Journal.Entry entry = hall.journal().begin(CREATE, record.uuid(), plan);
    try {
      hall.executor().run(CREATE, plan, (step, undo) -> work(record, record, step, undo));
    } catch (RuntimeException e) {
      table.remove(record.uuid());
      if (e.getSuppressed().length == 0) {
        entry.done();
      } else {
        UUID uuid = record.uuid();
        leftovers.later(
            "take back what is left of volume " + uuid,
            () ->
                table.alone(
                    () -> {
                      takeAway(uuid);
                      hall.journal().done(CREATE, uuid);
                      return uuid;
                    }));
      }
      throw e;
    }
    table.settle(record);
    entry.done();
  }

  @Override
  public Volume resize(String name, long quota) {
    String what = "resize volume '%s'".formatted(name);
    Volume.checkQuota(quota);
    return alone(
        what,
        () -> {
          VolumeRecord before = find(name);
          hall.disk().demandWritable(what);
          if (before.quota() != quota) {
            VolumeRecord after = before.with(quota);
            hall.executor()
                .run(
                    "volume-resize",
                    Planner.resizeVolume(before.uuid()),
                    (step, undo) -> work(before, after, step, undo));
            table.settle(after);
            tell("volume.resize", after, Map.of("quota", quota));
          }
          return describe(find(name));
        });
  }

  @Override
  public Volume schedule(String name, SnapshotSchedule schedule) {
    String what = "schedule snapshots of volume '%s'".formatted(name);
    return alone(
        what,
        () -> {
          VolumeRecord before = find(name);
          VolumeSnapshots.refuseOwn(what, before);
          hall.disk().demandWritable(what);
          VolumeRecord after = before.scheduled(schedule);
          if (!before.equals(after)) {
            hall.executor()
                .run(
                    "volume-schedule",
                    Planner.scheduleVolume(before.uuid()),
                    (step, undo) -> work(before, after, step, undo));
            table.settle(after);
            tell("volume.schedule", after, VolumeJson.write(schedule));
          }
          follow(after);
          return describe(after);
        });
  }

  /** Looks after a volume's schedule, which may have changed. */
  private void follow(VolumeRecord volume) {
    if (volume.schedule().isEmpty()) {
      schedules.forget(volume.uuid());
    } else {
      schedules.look(new ScheduledVolume(hall, this, volume.uuid()));
    }
  }

  /** Looks after all schedules, when the engine starts. */
  void follow() {
    table.list().forEach(this::follow);
  }

  /** The schedule of a volume; none if that is gone. */
  SnapshotSchedule schedule(UUID volume) {
    return table.find(volume).map(VolumeRecord::schedule).orElse(SnapshotSchedule.NONE);
  }

  @Override
  public Snapshot snapshot(String name, Optional<String> snapshot) {
    return snapshots.take(this::find, name, snapshot);
  }

  @Override
  public List<Snapshot> snapshots(String name) {
    return snapshots.list(this::find, name);
  }

  @Override
  public Volume rollback(String name, String snapshot) {
    return describe(snapshots.rollback(this::find, name, snapshot));
  }

  @Override
  public void deleteSnapshot(String name, String snapshot) {
    snapshots.remove(this::find, name, snapshot);
  }

  @Override
  public void delete(String name) {
    String what = "delete volume '%s'".formatted(name);
    alone(
        what,
        () -> {
          VolumeRecord record = find(name);
          attached.refuseInUse(what, record);
          hall.disk().demandWritable(what);
          refuseWithoutPool(record);
          List<Step.Volume> plan = Planner.deleteVolume(record.uuid());
          if (!hall.journal().begun(DELETE, record.uuid())) {
            intend(record, plan);
          }
          hall.disk()
              .spend(
                  () ->
                      hall.executor()
                          .runAll(DELETE, plan, (step, undo) -> work(record, record, step, undo)));
          schedules.forget(record.uuid());
          hall.journal().done(DELETE, record.uuid()); // not if it failed: then it is tried again
          tell("volume.delete", record, Map.of());
          return record;
        });
    hall.disk().keep();
  }

  private void intend(VolumeRecord record, List<Step.Volume> plan) {
    try {
      hall.executor()
          .once(
              "volume-delete-intend",
              "note that volume %s is being deleted".formatted(record.uuid()),
              () -> hall.disk().spend(() -> hall.journal().begin(DELETE, record.uuid(), plan)));
    } catch (RuntimeException e) {
      if (!Failures.noRoom(e)) {
        throw e;
      }
      // deleting is what makes room
    }
  }

  /** What could not be carried out is not begun: later it would be, unasked. */
  private void refuseWithoutPool(VolumeRecord record) {
    try {
      hall.storage().find(record.uuid());
    } catch (PolderException e) {
      if (e.kind() == ErrorKind.UNAVAILABLE) {
        throw e;
      }
      // whatever else is wrong with a dataset is no reason to keep it
    }
  }

  private void work(VolumeRecord before, VolumeRecord after, Step.Volume step, Undo undo) {
    switch (step) {
      case Step.Volume.Dataset(UUID volume) -> {
        undo.add(() -> hall.storage().destroy(volume));
        hall.storage().create(volume, List.of());
        hall.storage().compress(volume, after.compression());
      }
      case Step.Volume.Quota(UUID volume) -> {
        if (!before.equals(after)) {
          undo.add(() -> hall.storage().quota(volume, before.quota()));
        }
        hall.storage().quota(volume, after.quota());
      }
      case Step.Volume.Keep(UUID volume) -> {
        undo.add(
            () -> {
              if (before.equals(after)) {
                store.remove(volume);
              } else {
                store.put(before);
              }
            });
        store.copy(after); // the first one is synced with its dataset
        hall.storage().sync();
        hall.disk().spend(() -> store.put(after));
      }
      case Step.Volume.Destroy(UUID volume) -> hall.storage().destroy(volume);
      case Step.Volume.Forget(UUID volume) -> {
        hall.storage().sync();
        store.remove(volume);
        table.remove(volume);
      }
    }
  }

  /** Takes in what is recorded, when the engine starts. */
  void admit() {
    VolumeStore.Scan scan = store.scan();
    scan.whole().forEach(table::settle);
    scan.damaged()
        .forEach(
            (file, reason) ->
                hall.events()
                    .add("volume.quarantine", Optional.empty(), file, Map.of("reason", reason)));
  }

  /** Sets all quotas: we may have died between one and its record. */
  void limit() {
    for (VolumeRecord each : table.list()) {
      try {
        if (problem(each).isEmpty()) {
          hall.storage().quota(each.uuid(), each.quota());
        }
      } catch (PolderException e) {
        LOG.log(System.Logger.Level.WARNING, e.getMessage());
      }
    }
  }

  /** Whether an intent of the journal is of volumes. */
  static boolean isAbout(Journal.Intent intent) {
    return intent.operation().startsWith("volume-");
  }

  /** Finishes or takes back, after our own death, what the journal says was begun. */
  void recover(Journal.Intent intent) {
    UUID volume = intent.zone();
    boolean whole =
        intent.operation().equals(CREATE)
            && store.has(volume)
            && hall.storage().find(volume).isPresent();
    if (!whole) {
      takeAway(volume);
    }
    hall.journal().done(intent);
  }

  private void takeAway(UUID volume) {
    hall.storage().destroy(volume);
    hall.storage().sync();
    store.remove(volume);
    table.remove(volume);
  }

  private void tell(String kind, VolumeRecord volume, Map<String, Object> details) {
    hall.events().add(kind, Optional.empty(), volume.name(), details);
  }
}
