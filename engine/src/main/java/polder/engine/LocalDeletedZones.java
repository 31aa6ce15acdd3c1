package polder.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import polder.brand.IdRange;
import polder.model.DeletedZone;
import polder.model.DeletedZones;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.UpdatePlan;
import polder.model.UpdatePlanner;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** The zones of this machine that were deleted and are kept: tells of them, and takes them back. */
final class LocalDeletedZones implements DeletedZones {
  private final Hall hall;
  private final Keeping keeping;
  private final Creation creation;
  private final Updating updating;
  private final Snapping snapping;
  private final Schedules schedules;
  private final LocalNetworks networks;
  private final ZoneVolumes volumes;

  LocalDeletedZones(
      Hall hall,
      Keeping keeping,
      Creation creation,
      Updating updating,
      Snapping snapping,
      Schedules schedules,
      LocalNetworks networks) {
    this.hall = hall;
    this.keeping = keeping;
    this.creation = creation;
    this.updating = updating;
    this.snapping = snapping;
    this.schedules = schedules;
    this.networks = networks;
    this.volumes = new ZoneVolumes(hall);
  }

  @Override
  public List<DeletedZone> list() {
    return hall.table().kept().stream().map(this::describe).toList();
  }

  @Override
  public DeletedZone get(ZoneRef zone) {
    return describe(hall.table().kept(zone));
  }

  private DeletedZone describe(LocalZone zone) {
    ZoneSpec spec = zone.record().spec();
    ZoneRecord.Kept kept = zone.record().kept().orElseThrow();
    long used = 0;
    Optional<String> problem = zone.status().failure();
    try {
      used = hall.storage().used(zone.uuid());
      for (VolumeRecord own : hall.volumes().ownOf(zone.uuid())) {
        used += hall.storage().used(own.uuid());
      }
    } catch (PolderException e) {
      problem = problem.or(() -> Optional.of(String.valueOf(e.getMessage())));
    }
    return new DeletedZone(
        zone.uuid(),
        zone.name(),
        spec.brand(),
        spec.get(ZoneProperties.ZPOOL),
        kept.deleted(),
        kept.until(),
        used,
        problem);
  }

  /** Does {@code work} with the lock of the kept zone that {@code ref} means. */
  private <T> T locked(String verb, ZoneRef ref, Function<LocalZone, T> work) {
    LocalZone zone = hall.table().kept(ref);
    zone.lock();
    try {
      return work.apply(zone);
    } catch (RuntimeException e) {
      throw Failures.of("%s deleted zone '%s'".formatted(verb, zone.name()), e);
    } finally {
      zone.unlock();
    }
  }

  @Override
  public void delete(ZoneRef ref) {
    LocalZone _ =
        locked(
            "destroy",
            ref,
            zone -> {
              keeping.destroy(zone, "asked");
              return zone;
            });
  }

  @Override
  public Zone undelete(ZoneRef ref, Patch changes) {
    return locked("undelete", ref, zone -> undelete(zone, changes).view());
  }

  private LocalZone undelete(LocalZone zone, Patch changes) {
    UUID uuid = zone.uuid();
    if (hall.journal().begun("delete", uuid)) {
      throw new PolderException(
          ErrorKind.WRONG_STATE, "zone '%s' is being destroyed".formatted(zone.name()));
    }
    ZoneSpec before = zone.record().spec();
    ZoneSpec asked = changes.applyTo(before);
    refuse(UpdatePlanner.plan(before, asked, false));
    hall.disk().demandWritable("undelete zone '%s'".formatted(zone.name()));
    creation.refuseWithoutPool(zone);
    LocalZone back;
    try (Undo undo = new Undo()) {
      undo.add(() -> hall.table().withdraw(uuid));
      claim(uuid, asked);
      undo.add(() -> hall.networks().leases().release(uuid));
      ZoneSpec spec = networks.take(asked);
      creation.verify("the zone cannot come back as it was", spec);
      volumes.refuseNewOwn(before, spec);
      undo.add(() -> hall.volumes().withdraw(uuid));
      volumes.promise("the zone cannot come back as it was", spec);
      back = Keeping.zone(hall, zone.record().undeleted(spec, ids(spec, undo), Instant.now()));
      ZoneLog log = Logs.open(hall, uuid);
      undo.add(log::close);
      back.log(log);
      carryOut(zone, back);
      undo.forget();
    }
    snapping.lookFirst(back);
    hall.table().restore(back);
    hall.volumes().withdraw(uuid);
    zone.vanish();
    schedules.look(back);
    hall.events().add("zone.undelete", Optional.of(uuid), back.name(), Map.of());
    return back;
  }

  private static void refuse(UpdatePlan plan) {
    List<Fault> faults =
        plan.lines().stream()
            .filter(line -> line.effect() == UpdatePlan.Effect.REFUSED)
            .map(line -> new Fault(line.property(), line.reason()))
            .toList();
    if (!faults.isEmpty()) {
      throw new PolderException("the changes are refused", faults);
    }
  }

  private void claim(UUID uuid, ZoneSpec spec) {
    Optional<LocalZone> rival = hall.table().promise(uuid, spec);
    while (rival.isPresent()) {
      rival.get().awaitTurn();
      rival = hall.table().promise(uuid, spec);
    }
  }

  private Optional<IdRange> ids(ZoneSpec spec, Undo undo) {
    if (!spec.get(ZoneProperties.SECURITY).userns()) {
      return Optional.empty();
    }
    IdRange ids = hall.ids().take();
    undo.add(() -> hall.ids().release(ids));
    return Optional.of(ids);
  }

  private void carryOut(LocalZone zone, LocalZone back) {
    ZoneSpec before = zone.record().spec();
    hall.executor()
        .run(
            "undelete",
            Planner.update(before, back.record().spec(), false),
            (step, undo) -> {
              if (step instanceof Step.Alter.Keep) {
                undo.add(() -> hall.store().put(zone.record()));
              }
              updating.work(before, back.record(), step, undo);
            });
  }
}
