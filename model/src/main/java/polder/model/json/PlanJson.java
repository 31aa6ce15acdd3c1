package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;
import polder.model.UpdatePlan;

/** What an update does, property by property. */
public final class PlanJson {
  private static final Type<UpdatePlan.Line> LINE = line();

  /** What an update does. */
  public static final Type<UpdatePlan> UPDATE = update();

  private PlanJson() {}

  /** Reads a plan strictly. */
  public static UpdatePlan read(@Nullable Object tree) {
    return Strict.read(UPDATE, tree, "update plan");
  }

  /** The plan as a JSON tree. */
  public static Map<String, Object> write(UpdatePlan plan) {
    return Json.asObject(UPDATE.write(plan));
  }

  private static Type<UpdatePlan> update() {
    Property<List<UpdatePlan.Line>> lines =
        Property.of("lines", Types.list(LINE), "one for each property that is asked to change");
    return new ObjectType<>(
        "update plan", List.of(must(lines, UpdatePlan::lines)), v -> new UpdatePlan(v.get(lines)));
  }

  private static Type<UpdatePlan.Line> line() {
    Property<String> property = Property.of("property", Types.LINE, "which");
    Property<Object> from = Property.of("from", Strict.ANY, "the value before; absent for none");
    Property<Object> to = Property.of("to", Strict.ANY, "the value after; absent for none");
    Property<UpdatePlan.Effect> effect =
        Property.of(
            "effect",
            Types.mapped(
                Types.word(
                    Arrays.stream(UpdatePlan.Effect.values())
                        .map(UpdatePlan.Effect::word)
                        .toArray(String[]::new)),
                PlanJson::effect,
                UpdatePlan.Effect::word),
            "when it takes hold");
    Property<String> reason = Property.of("reason", Strict.RAW, "why").otherwise("");
    return new ObjectType<>(
        "line of an update plan",
        List.of(
            must(property, UpdatePlan.Line::property),
            may(from, line -> Optional.ofNullable(line.from())),
            may(to, line -> Optional.ofNullable(line.to())),
            must(effect, UpdatePlan.Line::effect),
            or(reason, UpdatePlan.Line::reason)),
        v ->
            new UpdatePlan.Line(
                v.get(property),
                v.find(from).orElse(null),
                v.find(to).orElse(null),
                v.get(effect),
                v.get(reason)));
  }

  private static UpdatePlan.Effect effect(String word) {
    return Arrays.stream(UpdatePlan.Effect.values())
        .filter(effect -> effect.word().equals(word))
        .findFirst()
        .orElseThrow();
  }
}
