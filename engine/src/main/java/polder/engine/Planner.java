package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import polder.model.Filesystem;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Turns what is asked into what to do. Looks at nothing but its arguments. */
final class Planner {
  private Planner() {}

  /** What makes a zone: {@code spec} has a uuid, and its image is resolved. */
  static List<Step.Make> create(ZoneSpec spec) {
    List<Step.Make> plan = new ArrayList<>();
    plan.add(new Step.Make.Dataset(spec.uuid(), spec.find(ZoneProperties.IMAGE_UUID)));
    plan.add(new Step.Make.Install(spec.uuid(), spec.brand()));
    own(spec).forEach(each -> plan.add(new Step.Make.Own(spec.uuid(), each.target())));
    plan.add(new Step.Make.Log(spec.uuid()));
    plan.add(new Step.Make.Keep(spec.uuid()));
    return List.copyOf(plan);
  }

  private static List<Filesystem> own(ZoneSpec spec) {
    return spec.volumes().stream().filter(Filesystem::isOwnVolume).toList();
  }

  /** What a zone has where its clone has {@code own}: the delegated one's place has its uuid. */
  private static Optional<Filesystem> twin(Filesystem own, ZoneSpec spec, ZoneSpec from) {
    return spec.delegated().filter(own::equals).isPresent()
        ? from.delegated()
        : own(from).stream().filter(each -> each.target().equals(own.target())).findFirst();
  }

  /** What makes a zone of what another host sent. */
  static List<Step.Make> receive(ZoneSpec spec) {
    List<Step.Make> plan = new ArrayList<>();
    own(spec).forEach(each -> plan.add(new Step.Make.ExpectOwn(spec.uuid(), each.target())));
    plan.add(new Step.Make.Receive(spec.uuid()));
    plan.add(new Step.Make.Log(spec.uuid()));
    plan.add(new Step.Make.Keep(spec.uuid()));
    return List.copyOf(plan);
  }

  /** What takes over a zone that is there but for its record, with its own volumes. */
  static List<Step.Make> adopt(UUID zone, List<UUID> own) {
    List<Step.Make> plan = new ArrayList<>();
    own.forEach(volume -> plan.add(new Step.Make.Adopt(zone, volume)));
    plan.add(new Step.Make.Adopt(zone, zone));
    plan.add(new Step.Make.Log(zone));
    plan.add(new Step.Make.Keep(zone));
    return List.copyOf(plan);
  }

  /**
   * What makes a zone of another.
   *
   * @param from the other's
   * @param snapshot which of its snapshots; empty for what it has now
   * @param frozen whether that one is made to stand still for it
   */
  static List<Step.Make> clone(
      ZoneSpec spec, ZoneSpec from, Optional<String> snapshot, boolean frozen) {
    List<Step.Make> plan = new ArrayList<>();
    List<Step.Make> fresh = new ArrayList<>();
    if (frozen) {
      plan.add(new Step.OfAnother.Freeze(from.uuid()));
    }
    for (Filesystem each : own(spec)) {
      Optional<String> original = twin(each, spec, from).map(Filesystem::target);
      if (original.isPresent()) {
        plan.add(
            new Step.Make.CopyOwn(
                spec.uuid(), each.target(), from.uuid(), original.get(), snapshot));
      } else {
        fresh.add(new Step.Make.Own(spec.uuid(), each.target()));
      }
    }
    plan.add(new Step.OfAnother.Copy(spec.uuid(), from.uuid(), snapshot));
    if (frozen) {
      plan.add(new Step.OfAnother.Thaw(from.uuid()));
    }
    plan.add(new Step.Make.Renew(spec.uuid(), spec.brand()));
    plan.addAll(fresh);
    plan.add(new Step.Make.Log(spec.uuid()));
    plan.add(new Step.Make.Keep(spec.uuid()));
    return List.copyOf(plan);
  }

  /** What makes a zone run that nobody started before. */
  static List<Step.Boot> start(ZoneSpec spec) {
    return start(spec, false, false);
  }

  /** What makes a zone run as {@code run} says. */
  static List<Step.Boot> start(ZoneSpec spec, RunRecord run) {
    return start(spec, run.anew(), !run.isSettled());
  }

  private static List<Step.Boot> start(ZoneSpec spec, boolean anew, boolean settle) {
    UUID zone = spec.uuid();
    List<Step.Boot> plan = new ArrayList<>();
    if (settle) { // else nothing is to be known before there is a process
      plan.add(new Step.Boot.RunFile(zone));
    }
    if (anew) {
      plan.add(new Step.Boot.Autoboot(zone));
    }
    plan.add(new Step.Boot.Cgroup(zone));
    plan.add(new Step.Boot.Streams(zone));
    if (HostMetadata.hasSocket(spec)) {
      plan.add(new Step.Boot.Metadata(zone));
    }
    plan.add(new Step.Boot.Prepare(zone));
    if (HostNetworks.has(spec)) {
      plan.add(new Step.Boot.Vnics(zone));
    }
    plan.add(new Step.Boot.Pid(zone));
    plan.add(new Step.Boot.Go(zone));
    if (settle) {
      plan.add(new Step.Boot.Settle(zone));
    }
    return List.copyOf(plan);
  }

  /** What freezes a zone that runs, or thaws it. */
  static List<Step.Hold> hold(UUID zone, boolean freeze) {
    return List.of(freeze ? new Step.Hold.Freeze(zone) : new Step.Hold.Thaw(zone));
  }

  /** What takes snapshots together. */
  static List<Step.Snap> snapshot(SnapshotSet set) {
    List<Step.Snap> plan = new ArrayList<>();
    set.frozen().forEach(zone -> plan.add(new Step.Snap.Settle(zone)));
    set.frozen().forEach(zone -> plan.add(new Step.Snap.Freeze(zone)));
    set.zones().forEach(zone -> plan.add(new Step.Snap.Take(zone, set.name())));
    set.frozen().forEach(zone -> plan.add(new Step.Snap.Thaw(zone)));
    plan.add(new Step.Snap.Count(set.name()));
    return List.copyOf(plan);
  }

  /** What brings back what a zone was that is down. */
  static List<Step.Back> rollback(UUID zone, String name, boolean start) {
    List<Step.Back> plan = new ArrayList<>();
    plan.add(new Step.Back.Restore(zone, name));
    if (start) {
      plan.add(new Step.Back.Due(zone));
    }
    plan.add(new Step.Back.Done(zone));
    return List.copyOf(plan);
  }

  /**
   * What takes down a run, whatever there is of it.
   *
   * @param plugged whether it has network cards
   */
  static List<Step.Clear> clear(UUID zone, boolean plugged) {
    List<Step.Clear> plan = new ArrayList<>();
    plan.add(new Step.Clear.Processes(zone));
    plan.add(new Step.Clear.Streams(zone));
    plan.add(new Step.Clear.Exit(zone));
    if (plugged) {
      plan.add(new Step.Clear.Vnics(zone));
    }
    plan.add(new Step.Clear.Cgroup(zone));
    plan.add(new Step.Clear.RunFile(zone));
    return List.copyOf(plan);
  }

  /** What takes a zone away that does not run. */
  static List<Step.Drop> delete(UUID zone) {
    return List.of(
        new Step.Drop.Own(zone),
        new Step.Drop.Dataset(zone),
        new Step.Drop.Log(zone),
        new Step.Drop.Forget(zone));
  }

  /** What changes a zone's spec, once nothing in the change is refused. */
  static List<Step.Alter> update(ZoneSpec before, ZoneSpec after, boolean running) {
    List<Step.Alter> plan = new ArrayList<>();
    if (running && !Limits.of(before).equals(Limits.of(after))) {
      plan.add(new Step.Alter.Limits(after.uuid()));
    }
    if (!before.get(ZoneProperties.QUOTA).equals(after.get(ZoneProperties.QUOTA))) {
      plan.add(new Step.Alter.Quota(after.uuid()));
    }
    if (!before
            .get(ZoneProperties.ROOT_COMPRESSION)
            .equals(after.get(ZoneProperties.ROOT_COMPRESSION))
        || !before
            .get(ZoneProperties.DATA_COMPRESSION)
            .equals(after.get(ZoneProperties.DATA_COMPRESSION))) {
      plan.add(new Step.Alter.Compression(after.uuid()));
    }
    boolean replug = running && Replug.isNeeded(before, after);
    if (replug) {
      plan.addAll(Replug.plan(before, after));
    }
    if (running && !before.get(ZoneProperties.NICS).equals(after.get(ZoneProperties.NICS))) {
      plan.add(new Step.Alter.Cards(after.uuid()));
    }
    if (running && (replug || HostFirewall.differs(before, after))) {
      plan.add(new Step.Alter.Wall(after.uuid()));
    }
    plan.add(new Step.Alter.Keep(after.uuid()));
    return List.copyOf(plan);
  }

  /** What makes a volume. */
  static List<Step.Volume> createVolume(UUID volume) {
    return List.of(
        new Step.Volume.Dataset(volume),
        new Step.Volume.Quota(volume),
        new Step.Volume.Keep(volume));
  }

  /** What gives a volume another quota. */
  static List<Step.Volume> resizeVolume(UUID volume) {
    return List.of(new Step.Volume.Quota(volume), new Step.Volume.Keep(volume));
  }

  /** What gives a volume another schedule. */
  static List<Step.Volume> scheduleVolume(UUID volume) {
    return List.of(new Step.Volume.Keep(volume));
  }

  /** What takes a volume away that nobody has. */
  static List<Step.Volume> deleteVolume(UUID volume) {
    return List.of(new Step.Volume.Destroy(volume), new Step.Volume.Forget(volume));
  }
}
