package polder.cli.firewall;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Usage;

/** {@code polder firewall status}. */
public final class FirewallStatus implements Command {
  @Override
  public Usage usage() {
    return Told.table(Usage.of("firewall status", "list the zones that have a firewall"))
        .text(
            "Rules are in force for the cards of those that run; a zone that is down has none to"
                + " be asked about.")
        .example("polder firewall status", "shows how many rules each holds");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    return FirewallZones.print(caller, arguments, caller.ask(host -> host.firewall().status()));
  }
}
