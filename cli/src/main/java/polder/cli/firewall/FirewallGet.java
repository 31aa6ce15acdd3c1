package polder.cli.firewall;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.FirewallRule;
import polder.model.Json;
import polder.model.json.FirewallJson;

/** {@code polder firewall get}. */
public final class FirewallGet implements Command {
  @Override
  public Usage usage() {
    return Usage.of("firewall get", "show a firewall rule as JSON")
        .operand("UUID", Operand.Kind.TEXT)
        .example("polder firewall get 0d42", "by the beginning of its uuid");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String reference = FirewallRule.checkReference(arguments.operand(0));
    FirewallRule rule = caller.ask(host -> host.firewall().get(reference));
    caller.out().line(Json.pretty(FirewallJson.write(rule)));
    return Failure.DONE;
  }
}
