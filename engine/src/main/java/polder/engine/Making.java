package polder.engine;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import polder.brand.IdRange;
import polder.linux.Directory;
import polder.model.DataCompression;
import polder.model.ImageConfig;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.model.ZoneStatus;
import polder.storage.StoppedRoot;

/** Does what a plan says that brings about a zone; what breaks off is taken back. */
final class Making {
  /** What the journal calls that a zone is made. */
  static final String CREATE = "create";

  /** What the journal calls that a zone is taken over whose datasets are there. */
  static final String ADOPT = "adopt";

  private final Hall hall;
  private final ZoneVolumes volumes;
  private final LocalNetworks networks;
  private final Schedules schedules;
  private final Leftovers leftovers;

  Making(Hall hall, LocalNetworks networks, Schedules schedules, Leftovers leftovers) {
    this.hall = hall;
    this.volumes = new ZoneVolumes(hall);
    this.networks = networks;
    this.schedules = schedules;
    this.leftovers = leftovers;
  }

  /**
   * A zone that is to be here.
   *
   * @param operation what the journal and failpoints call it
   * @param record what is to be recorded, but for addresses and ids, which are given here
   * @param plan what brings it about
   * @param frozen the zones that the plan has stand still
   * @param filling brings in what comes from elsewhere
   */
  record Draft(
      String operation,
      ZoneRecord record,
      List<Step.Make> plan,
      List<UUID> frozen,
      Filling filling) {
    UUID uuid() {
      return record.uuid();
    }
  }

  /** Brings in what a dataset has. */
  @FunctionalInterface
  interface Filling {
    /** Does so; adds to {@code undo} what takes it back. */
    void fill(UUID dataset, Undo undo);
  }

  static ZoneRecord anew(ZoneSpec spec, Optional<ImageConfig> config) {
    Instant now = Instant.now();
    return new ZoneRecord(1, spec, Optional.empty(), now, now, config);
  }

  /** Makes a zone, wholly or not at all. */
  LocalZone make(Draft draft) {
    ZoneSpec settled = draft.record().spec();
    LocalZone zone =
        new LocalZone(
            draft.record(),
            ZoneStatus.configured(draft.record().created()),
            hall.store().path(draft.uuid()).toString());
    if (hall.journal().begun(draft.operation(), draft.uuid())) { // one that failed, or still works
      leftovers.now(() -> takeBack(draft));
    }
    zone.operating().lock(); // nobody else touches it before it is whole
    try (Undo undo = new Undo()) {
      claim(zone);
      undo.add(
          () -> {
            hall.table().remove(zone);
            zone.vanish();
          });
      volumes.promise("the payload is refused", settled); // the table has the zone: that keeps them
      hall.volumes().withdraw(draft.uuid());
      undo.add(() -> hall.networks().leases().release(draft.uuid()));
      ZoneSpec spec = networks.take(settled);
      zone.record(draft.record().placed(spec, Optional.empty()));
      if (spec.get(ZoneProperties.SECURITY).userns()) {
        IdRange ids = hall.ids().take();
        undo.add(() -> hall.ids().release(ids));
        zone.record(draft.record().placed(spec, Optional.of(ids)));
      }
      run(zone, draft);
      undo.forget();
      zone.state(ZoneState.INSTALLED);
      hall.table().settle(zone);
      schedules.look(zone);
      return zone;
    } finally {
      zone.operating().unlock();
    }
  }

  private void claim(LocalZone zone) {
    Optional<LocalZone> rival = hall.table().add(zone);
    while (rival.isPresent()) {
      rival.get().awaitTurn();
      rival = hall.table().add(zone);
    }
  }

  private void run(LocalZone zone, Draft draft) {
    Journal.Entry entry =
        hall.journal()
            .begin(draft.operation(), draft.uuid(), draft.plan(), StandStill.facts(draft.frozen()));
    try {
      hall.executor()
          .run(draft.operation(), draft.plan(), (step, back) -> make(zone, draft, step, back));
    } catch (RuntimeException e) {
      if (e.getSuppressed().length == 0) {
        entry.done();
      } else {
        leftovers.later(
            "take back what is left of zone " + zone.uuid(),
            () -> {
              StandStill.end(hall, draft.frozen());
              takeBack(draft);
            });
      }
      throw e;
    }
    entry.done();
  }

  /** Takes away what a creation left that failed, unless another of that uuid is under way. */
  private void takeBack(Draft draft) {
    if (hall.journal().begun(draft.operation(), draft.uuid())
        && hall.table().findAny(draft.uuid()).isEmpty()) {
      takeAway(draft.operation(), draft.uuid());
      hall.journal().done(draft.operation(), draft.uuid());
    }
  }

  /** Takes away what was made of a zone that did not come to be; what was found stays. */
  private void takeAway(String operation, UUID uuid) {
    if (operation.equals(ADOPT)) {
      volumes.disown(uuid);
      removeLog(uuid);
      hall.store().remove(uuid);
    } else {
      Planner.delete(uuid).forEach(this::drop);
    }
  }

  /** Removes the log of a zone, unless there is one of that uuid whose record is damaged. */
  private void removeLog(UUID uuid) {
    if (hall.store().aside().stream().map(ZoneStore::before).noneMatch(uuid.toString()::equals)) {
      Logs.remove(hall, uuid);
    }
  }

  private void make(LocalZone zone, Draft draft, Step.Make step, Undo undo) {
    switch (step) {
      case Step.Make.Receive(UUID uuid) -> {
        undo.add(() -> hall.storage().destroy(uuid));
        draft.filling().fill(uuid, undo);
        volumes.settleOwn(uuid);
        Creation.setQuota(hall, zone.record().spec());
      }
      case Step.Make.Dataset(UUID uuid, Optional<UUID> image) -> {
        List<Path> layers =
            image.map(from -> hall.images().get(from.toString()).layers()).orElse(List.of());
        undo.add(() -> hall.storage().destroy(uuid));
        hall.storage().create(uuid, layers);
        Creation.setQuota(hall, zone.record().spec());
        String compression = zone.record().spec().get(ZoneProperties.ROOT_COMPRESSION);
        if (!compression.equals(DataCompression.OFF)) {
          hall.storage().compress(uuid, compression);
        }
      }
      case Step.OfAnother copying -> Likenesses.work(hall, copying, undo);
      case Step.Make.Renew(UUID uuid, var brand) -> {
        Creation.setQuota(hall, zone.record().spec());
        try (Directory root = StoppedRoot.open(Creation.root(hall, uuid))) {
          hall.brand(brand).renew(zone.record().spec(), root);
        }
      }
      case Step.Make.Install(UUID uuid, var brand) ->
          hall.brand(brand).install(zone.record().spec(), Creation.files(hall, uuid));
      case Step.Make.Own(UUID _, String target) -> volumes.makeOwn(zone, target, undo);
      case Step.Make.ExpectOwn(UUID _, String target) -> volumes.expectOwn(zone, target, undo);
      case Step.Make.CopyOwn(UUID _, String target, UUID from, String original, var snapshot) ->
          volumes.copyOwn(zone, target, from, original, snapshot, undo);
      case Step.Make.Adopt(UUID _, UUID dataset) -> draft.filling().fill(dataset, undo);
      case Step.Make.Log(UUID uuid) -> {
        undo.add(() -> removeLog(uuid));
        zone.log(Logs.open(hall, uuid));
      }
      case Step.Make.Keep(UUID uuid) -> {
        undo.add(() -> hall.store().remove(uuid));
        hall.store().put(zone.record());
        hall.storage().sync();
      }
    }
  }

  /** Does one step of what takes a zone away. */
  void drop(Step.Drop step) {
    switch (step) {
      case Step.Drop.Own(UUID uuid) -> volumes.dropOwn(uuid);
      case Step.Drop.Dataset(UUID uuid) -> hall.storage().destroy(uuid);
      case Step.Drop.Log(UUID uuid) -> Logs.remove(hall, uuid);
      case Step.Drop.Forget(UUID uuid) -> {
        hall.storage().sync();
        hall.store().remove(uuid);
      }
    }
  }

  /** Finishes or takes back, after our own death, what the journal says was begun. */
  void recover(Journal.Intent intent) {
    switch (intent.operation()) {
      case CREATE -> {
        boolean whole =
            hall.store().reads(intent.zone()) && hall.storage().find(intent.zone()).isPresent();
        if (!whole) {
          takeAway(CREATE, intent.zone());
        }
      }
      case ADOPT -> {
        if (!hall.store().reads(intent.zone())) {
          takeAway(ADOPT, intent.zone());
        }
      }
      case "delete" -> Planner.delete(intent.zone()).forEach(this::drop);
      default -> {} // an operation of a later version: comparing shows what it left
    }
    hall.journal().done(intent);
  }
}
