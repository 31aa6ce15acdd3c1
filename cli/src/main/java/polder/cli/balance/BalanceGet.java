package polder.cli.balance;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Balance;
import polder.model.Json;
import polder.model.json.BalanceJson;

/** {@code polder balance get}. */
public final class BalanceGet implements Command {
  @Override
  public Usage usage() {
    return Usage.of("balance get", "show a balance, with its zones, as JSON")
        .operand("BALANCE", Operand.Kind.BALANCE)
        .example("polder balance get web", "shows its zones, and why some get no new flows");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Balance.checkName(arguments.operand(0));
    Balance balance = caller.ask(host -> host.balances().get(name));
    caller.out().line(Json.pretty(BalanceJson.write(balance)));
    return Failure.DONE;
  }
}
