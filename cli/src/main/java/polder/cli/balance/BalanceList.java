package polder.cli.balance;

import java.util.List;
import java.util.stream.Collectors;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Balance;
import polder.model.BalanceMember;
import polder.model.Json;
import polder.model.json.BalanceJson;

/** {@code polder balance list}. */
public final class BalanceList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("balance list", "list the addresses by which several zones are called")
        .flag("-p --parsable", "colons between columns, no heading")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "names only")
        .example("polder balance list", "shows how many zones of each get new flows");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<Balance> balances = caller.ask(host -> host.balances().list());
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(balances.stream().map(BalanceJson::write).toList()));
      return Failure.DONE;
    }
    if (arguments.has("--quiet")) {
      balances.forEach(balance -> caller.out().line(balance.name()));
      return Failure.DONE;
    }
    Table table = new Table(List.of("name", "zones", "affinity", "listen", "to"));
    for (Balance balance : balances) {
      table.row(
          balance.name(),
          "%d/%d"
              .formatted(
                  balance.members().stream().filter(BalanceMember::isIn).count(),
                  balance.members().size()),
          balance.affinity().word(),
          balance.listen().stream().map(Object::toString).collect(Collectors.joining(",")),
          balance.to().stream().map(Object::toString).collect(Collectors.joining(" ")));
    }
    if (arguments.has("--parsable")) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }
}
