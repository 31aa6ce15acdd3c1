package polder.cli.firewall;

import java.util.List;
import java.util.UUID;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.call.Words;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.FirewallChange;
import polder.model.FirewallRule;
import polder.model.Json;
import polder.model.json.FirewallJson;

/** What several of these commands print. */
final class Told {
  private Told() {}

  /** With the options of a table. */
  static Usage table(Usage usage) {
    return usage
        .flag("-p --parsable", "colons between columns, no heading")
        .flag("-H --no-heading", "no heading");
  }

  static void print(Caller caller, Arguments arguments, Table table) {
    if (arguments.has("--parsable")) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
  }

  static int rules(Caller caller, Arguments arguments, List<FirewallRule> rules) {
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(rules.stream().map(FirewallJson::write).toList()));
      return Failure.DONE;
    }
    Table table = new Table(List.of("uuid", "enabled", "owner", "log", "rule"));
    for (FirewallRule each : rules) {
      table.row(
          each.uuid().toString(),
          each.enabled() ? "yes" : "no",
          each.owner().map(UUID::toString).orElse("-"),
          each.log() ? "yes" : "no",
          each.sentence().toString());
    }
    print(caller, arguments, table);
    return Failure.DONE;
  }

  /** What became of rules; warnings go beside it. */
  static int change(Caller caller, Arguments arguments, String verb, FirewallChange change) {
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(FirewallJson.write(change)));
      return Failure.DONE;
    }
    for (FirewallRule each : change.rules()) {
      caller.out().line(each.uuid().toString());
      caller.tell(
          arguments.has("--dry-run")
              ? "nothing was done; it would be " + each.sentence()
              : "%s %s; it is %s"
                  .formatted(verb, each.sentence(), each.enabled() ? "in force" : "disabled"));
    }
    change.warnings().forEach(each -> caller.err().line("polder: " + Words.clean(each)));
    return Failure.DONE;
  }
}
