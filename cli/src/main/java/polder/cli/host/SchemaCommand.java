package polder.cli.host;

import java.util.Locale;
import java.util.stream.Collectors;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Brand;
import polder.model.Json;
import polder.model.Property;
import polder.model.ZoneProperties;
import polder.model.json.PayloadSchema;

/** {@code polder schema}. */
public final class SchemaCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("schema", "tell what a zone's payload may hold")
        .text(
            "A table of properties; with --json the JSON Schema (2020-12). Needs no host. When a"
                + " change takes hold: live is at once, restart at the zone's next start, fixed"
                + " never, none means that it is kept and the zone's inside stays as it is.")
        .flag("--refused", "also SmartOS's properties that this version refuses, with the reason")
        .operands("PROPERTY", Operand.Kind.TEXT, 0, 1)
        .example(
            "polder schema -j > payload.schema.json",
            "gives an editor what it needs to check payloads")
        .example("polder schema max_physical_memory", "tells all about one property");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    if (!arguments.operands().isEmpty()) {
      return one(caller, arguments);
    }
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(PayloadSchema.document()));
      return Failure.DONE;
    }
    Table table =
        new Table(java.util.List.of("property", "type", "brands", "default", "change", "meaning"));
    for (Property<?> property : ZoneProperties.list()) {
      if (property.refusal().isEmpty()) {
        table.row(
            property.name(),
            property.type().word(),
            brands(property),
            standard(property),
            change(property),
            property.meaning());
      }
    }
    table.print(caller.out(), true, Width.of(caller));
    if (arguments.has("--refused")) {
      Table refused = new Table(java.util.List.of("refused", "why"));
      for (Property<?> property : ZoneProperties.list()) {
        property.refusal().ifPresent(why -> refused.row(property.name(), why));
      }
      caller.out().line("");
      refused.print(caller.out(), true, Width.of(caller));
    }
    return Failure.DONE;
  }

  private static int one(Caller caller, Arguments arguments) {
    String name = arguments.operand(0);
    Property<?> property =
        ZoneProperties.find(name)
            .orElseThrow(
                () ->
                    new UsageException(
                        "unknown property '"
                            + polder.cli.call.Words.printable(name)
                            + "'; did you mean '"
                            + ZoneProperties.nearest(name)
                            + "'?"));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(property.type().schema()));
      return Failure.DONE;
    }
    caller.out().line("property  " + property.name());
    if (property.refusal().isPresent()) {
      caller.out().line("refused   " + property.refusal().get());
      return Failure.DONE;
    }
    caller.out().line("meaning   " + property.meaning());
    caller.out().line("type      " + property.type().word());
    caller.out().line("brands    " + brands(property));
    caller.out().line("default   " + standard(property));
    String why = property.why().isEmpty() ? "" : ": " + property.why();
    caller.out().line("change    " + change(property) + why);
    return Failure.DONE;
  }

  private static String brands(Property<?> property) {
    return property.brands().size() == Brand.values().length
        ? "all"
        : property.brands().stream().map(Brand::word).collect(Collectors.joining(","));
  }

  private static <T> String standard(Property<T> property) {
    return property.standard().map(value -> Json.write(property.type().write(value))).orElse("-");
  }

  private static String change(Property<?> property) {
    return property.change().name().toLowerCase(Locale.ROOT);
  }
}
