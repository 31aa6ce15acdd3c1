package polder.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.linux.CgroupLimits;
import polder.model.Healthcheck;
import polder.model.Patch;
import polder.model.UpdatePlan;
import polder.model.UpdatePlanner;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Changes zones. */
final class Updating {
  private final Hall hall;
  private final Creation creation;
  private final Supervisor supervisor;
  private final ZoneVolumes volumes;
  private final LocalNetworks networks;
  private final Schedules schedules;

  Updating(
      Hall hall,
      Creation creation,
      Supervisor supervisor,
      LocalNetworks networks,
      Schedules schedules) {
    this.hall = hall;
    this.volumes = new ZoneVolumes(hall);
    this.creation = creation;
    this.supervisor = supervisor;
    this.networks = networks;
    this.schedules = schedules;
  }

  /** Changes a zone, wholly or not at all; with the zone's lock. */
  UpdatePlan update(LocalZone zone, Patch patch, boolean dryRun) {
    ZoneSpec before = zone.record().spec();
    ZoneSpec asked = patch.applyTo(before);
    Optional<Life> life = zone.life();
    UpdatePlan plan = UpdatePlanner.plan(before, asked, life.isPresent());
    if (plan.refused()) {
      return plan;
    }
    if (before.get(ZoneProperties.NICS).equals(asked.get(ZoneProperties.NICS))) {
      return update(zone, plan, before, asked, dryRun);
    }
    try (Undo undo = new Undo()) {
      undo.add(() -> hall.networks().leases().keep(before));
      ZoneSpec after = networks.take(asked);
      update(zone, plan, before, after, dryRun);
      if (!dryRun) {
        undo.forget();
        hall.networks().leases().keep(after);
      }
      return plan;
    }
  }

  private UpdatePlan update(
      LocalZone zone, UpdatePlan plan, ZoneSpec before, ZoneSpec after, boolean dryRun) {
    Optional<Life> life = zone.life();
    creation.verify("the update is refused", after);
    volumes.refuseNewOwn(before, after);
    if (dryRun || after.equals(before)) {
      return plan;
    }
    ZoneRecord changed = zone.record().with(after, Instant.now());
    try (Undo undo = new Undo()) {
      claim(zone, before, after);
      undo.add(() -> hall.table().withdraw(zone.uuid()));
      volumes.promise("the update is refused", after);
      hall.executor()
          .run(
              "update",
              Planner.update(before, after, life.isPresent()),
              (step, back) -> work(before, changed, life, step, back));
      undo.forget();
    } catch (RuntimeException e) {
      hall.firewall().settle(zone.uuid());
      hall.volumes().withdraw(zone.uuid());
      throw Failures.of("update zone '%s'".formatted(before.name()), e);
    }
    zone.record(changed);
    hall.firewall().settle(zone.uuid());
    hall.volumes().withdraw(zone.uuid());
    hall.table().settle(zone);
    zone.status(Statuses.modified(zone.status(), changed.modified()));
    if (life.isPresent()
        && !before
            .find(ZoneProperties.HEALTHCHECK)
            .equals(after.find(ZoneProperties.HEALTHCHECK))) {
      Optional<Healthcheck> check = Health.check(after, life.get().config());
      zone.status(Statuses.health(zone.status(), Health.first(check)));
      life.get().letHealthGo();
      supervisor.checkHealth(zone, life.get());
    }
    if (!before
        .find(ZoneProperties.SNAPSHOT_SCHEDULE)
        .equals(after.find(ZoneProperties.SNAPSHOT_SCHEDULE))) {
      schedules.look(zone);
    }
    List<String> names = plan.lines().stream().map(UpdatePlan.Line::property).toList();
    hall.events()
        .add("zone.update", Optional.of(zone.uuid()), after.name(), Map.of("changes", names));
    return plan;
  }

  private void compress(ZoneSpec spec) {
    hall.storage().compress(spec.uuid(), spec.get(ZoneProperties.ROOT_COMPRESSION));
    volumes.compress(spec);
  }

  private void claim(LocalZone zone, ZoneSpec before, ZoneSpec after) {
    if (before.find(ZoneProperties.ALIAS).equals(after.find(ZoneProperties.ALIAS))) {
      return;
    }
    Optional<LocalZone> rival = hall.table().promise(zone.uuid(), after);
    while (rival.isPresent()) {
      rival.get().awaitTurn();
      rival = hall.table().promise(zone.uuid(), after);
    }
  }

  /** Does one step of an update. */
  void work(ZoneSpec before, ZoneRecord changed, Optional<Life> life, Step.Alter step, Undo undo) {
    switch (step) {
      case Step.Alter.Limits(UUID uuid) -> {
        CgroupLimits old = Limits.of(before);
        undo.add(() -> life.ifPresent(now -> now.cgroup().limit(old)));
        life.ifPresent(now -> now.cgroup().limit(Limits.of(changed.spec())));
      }
      case Step.Alter.Quota(UUID _) -> {
        undo.add(() -> Creation.setQuota(hall, before));
        Creation.setQuota(hall, changed.spec());
      }
      case Step.Alter.Compression(UUID _) -> {
        undo.add(() -> compress(before));
        compress(changed.spec());
      }
      case Step.Alter.Cards(UUID _) -> {
        undo.add(() -> hall.networks().change(before));
        hall.networks().change(changed.spec());
      }
      case Step.Alter.Wall(UUID _) -> {
        undo.add(() -> hall.firewall().foresee(before));
        hall.firewall().foresee(changed.spec());
      }
      case Step.Alter.Keep(UUID uuid) -> hall.disk().spend(() -> hall.store().put(changed));
    }
  }
}
