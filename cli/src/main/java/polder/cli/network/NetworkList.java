package polder.cli.network;

import java.util.List;
import java.util.stream.Collectors;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.Json;
import polder.model.Network;
import polder.model.json.NetworkJson;

/** {@code polder network list}. */
public final class NetworkList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("network list", "list the networks that zones' nics are on")
        .flag("-p --parsable", "colons between columns, no heading")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "names only")
        .example("polder network list", "shows where each leads, and how many nics are on it");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<Network> networks = caller.ask(host -> host.networks().list());
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(networks.stream().map(NetworkJson::write).toList()));
      return Failure.DONE;
    }
    if (arguments.has("--quiet")) {
      networks.forEach(network -> caller.out().line(network.name()));
      return Failure.DONE;
    }
    Table table = new Table(List.of("name", "kind", "link", "mtu", "nics", "state", "subnets"));
    for (Network network : networks) {
      table.row(
          network.name(),
          network.kind().word(),
          network.link(),
          String.valueOf(network.mtu()),
          String.valueOf(network.nics()),
          network.problem().isPresent() ? "missing" : "online",
          network.subnets().stream()
              .map(subnet -> subnet.cidr().toString())
              .collect(Collectors.joining(",")));
    }
    if (arguments.has("--parsable")) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }
}
