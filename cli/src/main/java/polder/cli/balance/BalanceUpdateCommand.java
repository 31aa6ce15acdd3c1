package polder.cli.balance;

import java.util.List;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.Balance;
import polder.model.BalanceUpdate;
import polder.model.Json;
import polder.model.ZoneRef;
import polder.model.json.BalanceJson;

/** {@code polder balance update}. */
public final class BalanceUpdateCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("balance update", "change where a balance is called, and whom it leads to")
        .text("Flows that are there go on, whatever is changed.")
        .options("-l --listen", "ADDRESS:PORT[/udp][@NETWORK]", "all places, from now on")
        .options("-t --to", "TARGET", "all whom it leads to, from now on")
        .option("--affinity", "KIND", "none, or source: a caller stays at one zone")
        .options("--drain", "ZONE", "it gets no new flows")
        .options("--undrain", "ZONE", "it gets new flows again")
        .operand("BALANCE", Operand.Kind.BALANCE)
        .example("polder balance update web --drain web1", "web1 ends what it has begun")
        .example("polder balance update web --undrain web1", "and is called again");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Balance.checkName(arguments.operand(0));
    BalanceUpdate update =
        new BalanceUpdate(
            Optional.of(BalanceCreate.listen(arguments)).filter(all -> !all.isEmpty()),
            Optional.of(BalanceCreate.to(arguments)).filter(all -> !all.isEmpty()),
            arguments.value("--affinity").map(BalanceCreate::affinity),
            zones(arguments, "--drain"),
            zones(arguments, "--undrain"));
    boolean none = update.listen().isEmpty() && update.to().isEmpty();
    if (none
        && update.affinity().isEmpty()
        && update.drain().isEmpty()
        && update.undrain().isEmpty()) {
      throw new UsageException(
          "say what is to change: --listen, --to, --affinity, --drain or --undrain");
    }
    Balance balance = caller.ask(host -> host.balances().update(name, update));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(BalanceJson.write(balance)));
    } else {
      caller.tell("updated balance " + balance.name());
    }
    return Failure.DONE;
  }

  private static List<ZoneRef> zones(Arguments arguments, String option) {
    return arguments.values(option).stream().map(ZoneRef::new).toList();
  }
}
