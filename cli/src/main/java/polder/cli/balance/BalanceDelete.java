package polder.cli.balance;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Each;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Balance;

/** {@code polder balance delete}. */
public final class BalanceDelete implements Command {
  @Override
  public Usage usage() {
    return Usage.of("balance delete", "take balances away")
        .text("Flows that they began go on.")
        .operands("BALANCE", Operand.Kind.BALANCE, 1, Integer.MAX_VALUE)
        .example("polder balance delete web", "its address is nobody's again");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<String> names = arguments.operands().stream().map(Balance::checkName).toList();
    return Each.delete(
        caller, arguments, "balance", names, (host, name) -> host.balances().delete(name));
  }
}
