package polder.cli.firewall;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Table;
import polder.model.FirewallRule;
import polder.model.FirewallZone;
import polder.model.Json;
import polder.model.json.FirewallAnswerJson;

/** {@code polder firewall zones}. */
public final class FirewallZones implements Command {
  @Override
  public Usage usage() {
    return Told.table(Usage.of("firewall zones", "list the zones that a rule decides over"))
        .operand("UUID", Operand.Kind.TEXT)
        .example("polder firewall zones 0d42", "those without a firewall are among them");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String rule = FirewallRule.checkReference(arguments.operand(0));
    return print(caller, arguments, caller.ask(host -> host.firewall().zones(rule)));
  }

  static int print(Caller caller, Arguments arguments, List<FirewallZone> zones) {
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(zones.stream().map(FirewallAnswerJson::write).toList()));
      return Failure.DONE;
    }
    Table table = new Table(List.of("zone", "uuid", "enabled", "in force", "rules"));
    for (FirewallZone each : zones) {
      table.row(
          each.name(),
          each.uuid().toString(),
          each.enabled() ? "yes" : "no",
          each.guarded() ? "yes" : "no",
          String.valueOf(each.rules()));
    }
    Told.print(caller, arguments, table);
    return Failure.DONE;
  }
}
