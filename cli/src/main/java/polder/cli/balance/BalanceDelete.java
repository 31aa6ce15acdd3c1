package polder.cli.balance;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Balance;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;

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
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (String name : names) {
        try {
          host.balances().delete(name);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(Map.of("balance", name, "deleted", true)));
          } else {
            caller.tell("deleted balance " + name);
          }
        } catch (PolderException e) {
          if (e.kind() == ErrorKind.UNREACHABLE) {
            throw e;
          }
          Failure.tell(caller, e);
          code = Failure.FAILED;
        }
      }
    }
    return code;
  }
}
