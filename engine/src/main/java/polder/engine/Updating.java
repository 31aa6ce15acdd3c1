package polder.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.linux.CgroupLimits;
import polder.model.Fault;
import polder.model.Healthcheck;
import polder.model.Patch;
import polder.model.PolderException;
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
  private final Plugging plugging;

  Updating(
      Hall hall,
      Creation creation,
      Supervisor supervisor,
      LocalNetworks networks,
      Schedules schedules,
      Plugging plugging) {
    this.hall = hall;
    this.volumes = new ZoneVolumes(hall);
    this.creation = creation;
    this.supervisor = supervisor;
    this.networks = networks;
    this.schedules = schedules;
    this.plugging = plugging;
  }

  /** Changes a zone, wholly or not at all; with the zone's lock. */
  UpdatePlan update(LocalZone zone, Patch patch, boolean dryRun) {
    ZoneSpec before = zone.record().spec();
    ZoneSpec asked = asked(zone, patch);
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
      ZoneSpec after = settle(zone, asked, List.of(), dryRun);
      update(zone, plan, before, after, dryRun);
      if (!dryRun) {
        undo.forget();
        hall.networks().leases().keep(after);
      }
      return plan;
    }
  }

  /** Changes a zone's metadata because it says so itself; with the zone's lock. */
  UpdatePlan inside(LocalZone zone, Patch patch) {
    ZoneMetadata.refuseTooMuch(zone.record().spec(), patch);
    return update(zone, patch, false);
  }

  /** What the zone is to be; if the patch itself is wrong, with what is wrong besides. */
  private ZoneSpec asked(LocalZone zone, Patch patch) {
    ZoneSpec before = zone.record().spec();
    try {
      return patch.applyTo(before);
    } catch (PolderException e) {
      Optional<ZoneSpec> rest =
          e.faults().isEmpty() ? Optional.empty() : patch.asFarAsItGoes(before);
      rest.ifPresent(spec -> settle(zone, spec, e.faults(), true));
      throw e;
    }
  }

  /** Decides what its nics leave open, and tells all that is wrong with it at once. */
  private ZoneSpec settle(LocalZone zone, ZoneSpec asked, List<Fault> faults, boolean dryRun) {
    return plugging.settle(
        zone,
        asked,
        faults,
        () -> creation.verify("the update is refused", asked),
        () -> dryRun ? networks.foresee(asked) : networks.take(asked));
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
    boolean replug = life.isPresent() && Replug.isNeeded(before, after);
    try (Undo undo = new Undo();
        Plugging.@Nullable Work cards = replug ? plugging.begin(zone, life.get(), after) : null) {
      claim(zone, before, after);
      undo.add(() -> hall.table().withdraw(zone.uuid()));
      volumes.promise("the update is refused", after);
      hall.executor()
          .run(
              "update",
              Planner.update(before, after, life.isPresent()),
              (step, back) -> work(before, changed, life, Optional.ofNullable(cards), step, back));
      undo.forget();
    } catch (RuntimeException e) {
      if (replug && e.getSuppressed().length == 0) { // else the next start puts right what is left
        plugging.done(zone.uuid());
      }
      hall.firewall().settle(zone.uuid());
      hall.volumes().withdraw(zone.uuid());
      throw Failures.of("update zone '%s'".formatted(before.name()), e);
    }
    if (replug) {
      plugging.done(zone.uuid());
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

  /** Does one step of an update of a zone that is down. */
  void work(ZoneSpec before, ZoneRecord changed, Step.Alter step, Undo undo) {
    work(before, changed, Optional.empty(), Optional.empty(), step, undo);
  }

  /** Does one step of an update. */
  private void work(
      ZoneSpec before,
      ZoneRecord changed,
      Optional<Life> life,
      Optional<Plugging.Work> cards,
      Step.Alter step,
      Undo undo) {
    switch (step) {
      case Replug part -> cards.orElseThrow().work(part, undo);
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
        ZoneSpec with = cards.map(Plugging.Work::both).orElse(before); // what is plugged then
        undo.add(() -> hall.firewall().foresee(with));
        hall.firewall().foresee(changed.spec());
      }
      case Step.Alter.Keep(UUID uuid) -> hall.disk().spend(() -> hall.store().put(changed));
    }
  }
}
