package polder.cli.zone;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.JsonInput;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Json;
import polder.model.Patch;
import polder.model.UpdatePlan;
import polder.model.ZoneRef;
import polder.model.json.PlanJson;

/** {@code polder update}. */
public final class UpdateCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("update", "change a zone, and tell what takes hold when")
        .text(
            "The answer says for each property: now, at restart, refused or no effect, and why. If"
                + " something is refused, nothing is done and the exit code is 1.")
        .text(
            "PROPERTY= takes a property away. tags.KEY=VALUE changes one entry of a map; in a file"
                + " set_tags, remove_tags, add_filesystems, update_filesystems and"
                + " remove_filesystems do as in vmadm, and likewise for the other maps and lists.")
        .option("-f --file", "FILE", "changes as a JSON object; - for standard input")
        .flag("-n --dry-run", "tell what would be done, and do nothing")
        .operand("ZONE", Operand.Kind.ZONE)
        .operands("PROPERTY=VALUE", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example(
            "polder update web max_physical_memory=512 tags.role=shop",
            "gives it half a gibibyte and a label")
        .example("polder update -n web hostname=www", "tells when a new host name would take hold");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    ZoneRef zone = new ZoneRef(arguments.operand(0));
    Map<String, @Nullable Object> changes = new LinkedHashMap<>();
    List<String> words = arguments.operandsFrom(1);
    if (arguments.value("--file").isPresent() || words.isEmpty()) {
      changes.putAll(JsonInput.read(caller, arguments.value("--file")));
    }
    Map<String, @Nullable Object> typed = new LinkedHashMap<>();
    Assignments.of(words.stream().filter(w -> !isEntry(w)).toList(), typed);
    changes.putAll(typed);
    entries(words.stream().filter(UpdateCommand::isEntry).toList(), changes);
    @SuppressWarnings({"NullAway", "unchecked"}) // Patch says that null takes a property away
    Patch patch = new Patch((Map<String, Object>) (Map<String, ?>) changes);
    boolean dryRun = arguments.has("--dry-run");
    UpdatePlan plan = caller.ask(host -> host.zones().update(zone, patch, dryRun));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(PlanJson.write(plan)));
    } else {
      print(caller, plan);
    }
    return plan.refused() ? Failure.FAILED : Failure.DONE;
  }

  private static boolean isEntry(String word) {
    int equals = word.indexOf('=');
    int dot = word.indexOf('.');
    return dot > 0 && dot < equals;
  }

  /** {@code tags.role=web} becomes set_tags, {@code tags.role=} remove_tags. */
  private static void entries(List<String> words, Map<String, @Nullable Object> changes) {
    for (String word : words) {
      int dot = word.indexOf('.');
      int equals = word.indexOf('=');
      String map = word.substring(0, dot);
      String key = word.substring(dot + 1, equals);
      String verb = (equals + 1 == word.length() ? "remove_" : "set_") + map;
      if (changes.containsKey(map)) {
        throw new UsageException("give " + map + " whole or by its entries, not both");
      }
      if (verb.startsWith("remove_")) {
        List<Object> keys = new java.util.ArrayList<>();
        if (changes.get(verb) instanceof List<?> old) {
          keys.addAll(old);
        }
        keys.add(key);
        changes.put(verb, keys);
      } else {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        if (changes.get(verb) instanceof Map<?, ?> old) {
          old.forEach((name, value) -> entry.put(String.valueOf(name), value));
        }
        Map<String, @Nullable Object> one = new LinkedHashMap<>();
        Assignments.of(List.of(word), one);
        if (one.get(map) instanceof Map<?, ?> fresh) {
          fresh.forEach((name, value) -> entry.put(String.valueOf(name), value));
        }
        changes.put(verb, entry);
      }
    }
  }

  private static void print(Caller caller, UpdatePlan plan) {
    if (plan.lines().isEmpty()) {
      caller.tell("nothing changes");
      return;
    }
    Table table = new Table(List.of("property", "from", "to", "effect", "why"));
    for (UpdatePlan.Line line : plan.lines()) {
      table.row(
          line.property(), word(line.from()), word(line.to()), line.effect().word(), line.reason());
    }
    table.print(caller.out(), true, Width.of(caller));
  }

  private static String word(@Nullable Object value) {
    return switch (value) {
      case null -> "-";
      case String text -> text;
      default -> Json.write(value);
    };
  }
}
