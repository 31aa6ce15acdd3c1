package polder.cli.balance;

import java.util.List;
import java.util.Locale;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.BalanceRequest;
import polder.model.BalanceTarget;
import polder.model.Json;
import polder.model.json.BalanceJson;

/** {@code polder balance create}. */
public final class BalanceCreate implements Command {
  @Override
  public Usage usage() {
    return Usage.of("balance create", "have several zones called by one address")
        .text(
            "Each flow goes to one of the zones that run and are well, as their healthchecks say;"
                + " who is given by tag comes and goes with its tag, its starts and its stops. The"
                + " address is one of the host's, or one on a network of kind nat, internal or"
                + " etherstub, which nobody else has from then on; @NETWORK says which, if there"
                + " could be several.")
        .options("-l --listen", "ADDRESS:PORT[/udp][@NETWORK]", "where it is called")
        .options("-t --to", "TARGET", "tag:NAME[=VALUE]:PORT or zone:NAME:PORT; ,weight=1 to 100")
        .option("--affinity", "KIND", "none, or source: a caller stays at one zone")
        .operand("NAME", Operand.Kind.TEXT)
        .example(
            "polder balance create web --listen 10.0.0.10:80 --to tag:role=web:8080",
            "all zones with the tag role=web, in turn")
        .example(
            "polder balance create dns -l 10.0.0.10:53/udp -t zone:old:53 -t zone:new:53,weight=3",
            "three of four questions go to the zone new");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    if (arguments.values("--listen").isEmpty() || arguments.values("--to").isEmpty()) {
      throw new UsageException("say where it is called, --listen, and whom it leads to, --to");
    }
    BalanceRequest request =
        new BalanceRequest(
            arguments.operand(0),
            listen(arguments),
            to(arguments),
            affinity(arguments.value("--affinity").orElse("none")));
    Balance balance = caller.ask(host -> host.balances().create(request));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(BalanceJson.write(balance)));
    } else {
      long in = balance.members().stream().filter(each -> each.isIn()).count();
      caller.tell(
          "created balance %s with %d of %d zones"
              .formatted(balance.name(), in, balance.members().size()));
    }
    return Failure.DONE;
  }

  static List<BalanceListen> listen(Arguments arguments) {
    return arguments.values("--listen").stream().map(BalanceListen::of).toList();
  }

  static List<BalanceTarget> to(Arguments arguments) {
    return arguments.values("--to").stream().map(BalanceTarget::of).toList();
  }

  static Balance.Affinity affinity(String word) {
    for (Balance.Affinity each : Balance.Affinity.values()) {
      if (each.word().equals(word.toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    throw new UsageException("'%s' is no affinity: use none or source".formatted(word));
  }
}
