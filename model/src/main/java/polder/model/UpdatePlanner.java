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
          "a guest's network cards are plugged when it starts; stop it first",
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
          case LIVE -> running ? live(property, before, after) : Effect.NOW;
          case RESTART -> running ? whileRunning(property) : Effect.NOW;
          case FIXED -> Effect.REFUSED;
          case NONE -> Effect.NO_EFFECT;
        };
    return new Line(
        property.name(),
        json(property, before),
        json(property, after),
        effect,
        reason(property, effect, before, after, running));
  }

  /** Ports and speed of a guest's card may change while it is plugged, and nothing else of it. */
  private static Effect live(Property<?> property, ZoneSpec before, ZoneSpec after) {
    if (after.brand() != Brand.VM) {
      return Effect.NOW;
    }
    if (property == ZoneProperties.NICS
        && !NicChange.plugged(before).equals(NicChange.plugged(after))) {
      return Effect.REFUSED;
    }
    return property == ZoneProperties.ROUTES ? Effect.AT_RESTART : Effect.NOW;
  }

  private static Effect whileRunning(Property<?> property) {
    return WHILE_DOWN.containsKey(property) ? Effect.REFUSED : Effect.AT_RESTART;
  }

  private static String reason(
      Property<?> property, Effect effect, ZoneSpec before, ZoneSpec after, boolean running) {
    if (property == ZoneProperties.ALIAS && running && !after.has(ZoneProperties.ZONE_HOSTNAME)) {
      return "the host name inside follows at the next start";
    }
    if (property == ZoneProperties.NICS
        && effect == Effect.NOW
        && running
        && !NicChange.plugged(before).equals(NicChange.plugged(after))) {
      return "/etc/hosts and /etc/resolv.conf inside follow at the next start";
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
