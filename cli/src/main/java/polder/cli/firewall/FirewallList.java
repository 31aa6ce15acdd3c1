package polder.cli.firewall;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.model.FirewallRule;

/** {@code polder firewall list}. */
public final class FirewallList implements Command {
  @Override
  public Usage usage() {
    return Told.table(Usage.of("firewall list", "list the firewall's rules"))
        .flag("-q --quiet", "uuids only")
        .example("polder firewall list", "shows what each says, and whether it is in force");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<FirewallRule> rules = caller.ask(host -> host.firewall().list());
    if (arguments.has("--quiet")) {
      rules.forEach(each -> caller.out().line(each.uuid().toString()));
      return Failure.DONE;
    }
    return Told.rules(caller, arguments, rules);
  }
}
