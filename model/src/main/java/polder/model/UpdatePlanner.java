package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.model.UpdatePlan.Effect;
import polder.model.UpdatePlan.Line;

/** Says what an update does, property by property. Looks at nothing but its arguments. */
public final class UpdatePlanner {
  /** What cannot even be noted for the next start, and why. */
  private static final Map<Property<?>, String> WHILE_DOWN =
      Map.of(
          ZoneProperties.NICS,
          "a zone's addresses stay its own while it runs; stop it first",
          VmProperties.RAM,
          "what QEMU may have follows from it, and must hold while it runs; stop it first");

  private UpdatePlanner() {}

  /**
   * The plan from {@code before} to {@code after}.
   *
   * @param running whether the zone runs, so that some changes must wait
   */
  public static UpdatePlan plan(ZoneSpec before, ZoneSpec after, boolean running) {
    List<Line> lines = new ArrayList<>();
    for (Property<?> property : ZoneProperties.list()) {
      if (!before.find(property).equals(after.find(property))) {
        lines.add(line(property, before, after, running));
      }
    }
    return new UpdatePlan(lines);
  }

  private static Line line(Property<?> property, ZoneSpec before, ZoneSpec after, boolean running) {
    Effect effect =
        switch (property.change()) {
          case LIVE -> Effect.NOW;
          case RESTART -> running ? whileRunning(property, before, after) : Effect.NOW;
          case FIXED -> Effect.REFUSED;
          case NONE -> Effect.NO_EFFECT;
        };
    return new Line(
        property.name(),
        json(property, before),
        json(property, after),
        effect,
        reason(property, effect, after, running));
  }

  /** Ports and speed of a card may change while it is plugged. */
  private static Effect whileRunning(Property<?> property, ZoneSpec before, ZoneSpec after) {
    if (property == ZoneProperties.NICS && plugged(before).equals(plugged(after))) {
      return Effect.NOW;
    }
    return WHILE_DOWN.containsKey(property) ? Effect.REFUSED : Effect.AT_RESTART;
  }

  private static List<Nic> plugged(ZoneSpec spec) {
    return spec.get(ZoneProperties.NICS).stream().map(Nic::plugged).toList();
  }

  private static String reason(
      Property<?> property, Effect effect, ZoneSpec after, boolean running) {
    if (property == ZoneProperties.ALIAS && running && !after.has(ZoneProperties.ZONE_HOSTNAME)) {
      return "the host name inside follows at the next start";
    }
    String whileDown = WHILE_DOWN.get(property);
    if (effect == Effect.REFUSED && whileDown != null) {
      return whileDown;
    }
    return effect == Effect.AT_RESTART && property.why().isEmpty()
        ? "it is set when the zone starts"
        : property.why();
  }

  private static <T> @Nullable Object json(Property<T> property, ZoneSpec spec) {
    Optional<T> value = spec.find(property);
    return value.isPresent() ? property.type().write(value.get()) : null;
  }
}
