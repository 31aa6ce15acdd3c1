package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Turns what is asked into what to do. Looks at nothing but its arguments. */
final class Planner {
  private Planner() {}

  /** What makes a zone: {@code spec} has a uuid, and its image is resolved. */
  static List<Step.Make> create(ZoneSpec spec) {
    return List.of(
        new Step.Make.Dataset(spec.uuid(), spec.find(ZoneProperties.IMAGE_UUID)),
        new Step.Make.Install(spec.uuid(), spec.brand()),
        new Step.Make.Log(spec.uuid()),
        new Step.Make.Keep(spec.uuid()));
  }

  /** What makes a zone run. */
  static List<Step.Boot> start(ZoneSpec spec) {
    UUID zone = spec.uuid();
    return List.of(
        new Step.Boot.RunFile(zone),
        new Step.Boot.Cgroup(zone),
        new Step.Boot.Streams(zone),
        new Step.Boot.Prepare(zone),
        new Step.Boot.Pid(zone),
        new Step.Boot.Go(zone));
  }

  /** What takes down a run, whatever there is of it. */
  static List<Step.Clear> clear(UUID zone) {
    return List.of(
        new Step.Clear.Processes(zone),
        new Step.Clear.Streams(zone),
        new Step.Clear.Cgroup(zone),
        new Step.Clear.Exit(zone),
        new Step.Clear.RunFile(zone));
  }

  /** What takes a zone away that does not run. */
  static List<Step.Drop> delete(UUID zone) {
    return List.of(
        new Step.Drop.Dataset(zone), new Step.Drop.Log(zone), new Step.Drop.Forget(zone));
  }

  /** What changes a zone's spec, once nothing in the change is refused. */
  static List<Step.Alter> update(ZoneSpec before, ZoneSpec after, boolean running) {
    List<Step.Alter> plan = new ArrayList<>();
    if (running && !Limits.of(before).equals(Limits.of(after))) {
      plan.add(new Step.Alter.Limits(after.uuid()));
    }
    plan.add(new Step.Alter.Keep(after.uuid()));
    return List.copyOf(plan);
  }
}
