package polder.cli.zone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Json;

/** {@code polder list}. */
public final class ListCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("list", "list zones")
        .text(
            "A column, a sort key and a filter's FIELD are properties as get shows them; memory is"
                + " short for max_physical_memory (MiB), or a virtual machine's ram; tags.role, resolvers.0 or"
                + " filesystems.*.target look inside.")
        .text(
            "FIELD=VALUE keeps the zones whose field is VALUE; FIELD=~REGEX those in which it"
                + " matches. All filters must hold.")
        .option(
            "-o --output",
            "COLUMNS",
            "columns, separated by commas; uuid,type,memory,state,alias if absent")
        .option(
            "-s --sort",
            "COLUMNS",
            "order, '-' before a column for downwards; alias,uuid if absent")
        .flag(
            "-p --parsable",
            "colons between columns, no heading; ':' and '\\' in a cell escaped by '\\'")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "uuids only")
        .operands("FIELD=VALUE", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example(
            "polder list -o alias,state,pid -s -memory state=running",
            "lists what runs, the largest first")
        .example(
            "polder list -q alias=~^web", "prints the uuids of zones whose alias begins with web");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    boolean quiet = arguments.has("--quiet");
    List<String> columns =
        quiet
            ? List.of("uuid")
            : arguments.value("--output").map(Columns::of).orElse(Columns.DEFAULT);
    List<Map<String, Object>> zones = Selection.of(caller, arguments, "alias,uuid", columns);
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(zones));
      return Failure.DONE;
    }
    Table table = new Table(columns);
    for (Map<String, Object> zone : zones) {
      List<String> cells = new ArrayList<>(columns.size());
      for (String column : columns) {
        cells.add(Columns.cell(zone, column));
      }
      table.row(cells);
    }
    if (arguments.has("--parsable")) {
      table.printParsable(caller.out());
    } else {
      boolean heading = !quiet && !arguments.has("--no-heading");
      table.print(caller.out(), heading, quiet ? 0 : Width.of(caller));
    }
    return Failure.DONE;
  }
}
