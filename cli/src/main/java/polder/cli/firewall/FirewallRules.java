package polder.cli.firewall;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ZoneRef;

/** {@code polder firewall rules}. */
public final class FirewallRules implements Command {
  @Override
  public Usage usage() {
    return Told.table(
            Usage.of("firewall rules", "list the rules that decide over what a zone gets or sends"))
        .operand("ZONE", Operand.Kind.ZONE)
        .example("polder firewall rules web", "those that are disabled are among them");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef zone = new ZoneRef(arguments.operand(0));
    return Told.rules(caller, arguments, caller.ask(host -> host.firewall().rules(zone)));
  }
}
