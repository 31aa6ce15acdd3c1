package polder.cli.firewall;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Firewall;

/** {@code polder firewall delete}. */
public final class FirewallDelete implements Command {
  @Override
  public Usage usage() {
    return Usage.of("firewall delete", "take firewall rules away")
        .operands("UUID", Operand.Kind.TEXT, 1, Integer.MAX_VALUE)
        .example("polder firewall delete 0d42", "by the beginning of its uuid");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    return EachRule.act(caller, arguments, "deleted", Firewall::delete);
  }
}
