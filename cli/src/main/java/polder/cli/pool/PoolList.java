package polder.cli.pool;

import java.util.List;
import java.util.Locale;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Json;
import polder.model.Pool;
import polder.model.json.PoolJson;

/** {@code polder pool list}. */
public final class PoolList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("pool list", "list the pools that zones lie in")
        .flag("-p --parsable", "colons between columns, no heading, sizes in bytes")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "names only")
        .example("polder pool list", "shows the room of each, and which are missing");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<Pool> pools = caller.ask(host -> host.pools().list());
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(pools.stream().map(PoolJson::write).toList()));
      return Failure.DONE;
    }
    if (arguments.has("--quiet")) {
      pools.forEach(pool -> caller.out().line(pool.name()));
      return Failure.DONE;
    }
    boolean parsable = arguments.has("--parsable");
    Table table =
        new Table(List.of("name", "driver", "kind", "size", "free", "zones", "state", "source"));
    for (Pool pool : pools) {
      table.row(
          pool.name(),
          pool.driver(),
          pool.kind().name().toLowerCase(Locale.ROOT),
          parsable ? String.valueOf(pool.size()) : Amount.bytes(pool.size()),
          parsable ? String.valueOf(pool.free()) : Amount.bytes(pool.free()),
          String.valueOf(pool.zones()),
          pool.problem().isPresent() ? "missing" : "online",
          pool.source());
    }
    if (parsable) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }
}
