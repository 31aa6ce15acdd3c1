package polder.cli.firewall;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Table;
import polder.model.FirewallCount;
import polder.model.Json;
import polder.model.json.FirewallAnswerJson;

/** {@code polder firewall stats}. */
public final class FirewallStats implements Command {
  @Override
  public Usage usage() {
    return Told.table(Usage.of("firewall stats", "show what rules have decided over"))
        .text(
            "Counted is what begins a flow, not what follows, since the rule was put in force. Rules"
                + " that no zone with a firewall holds are not counted.")
        .example("polder firewall stats", "shows packets and bytes by rule");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<FirewallCount> counts = caller.ask(host -> host.firewall().stats());
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(counts.stream().map(FirewallAnswerJson::write).toList()));
      return Failure.DONE;
    }
    Table table = new Table(List.of("rule", "packets", "bytes"));
    for (FirewallCount each : counts) {
      table.row(
          each.rule().toString(), String.valueOf(each.packets()), String.valueOf(each.bytes()));
    }
    Told.print(caller, arguments, table);
    return Failure.DONE;
  }
}
