package polder.cli.network;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.Network;
import polder.model.json.NetworkJson;

/** {@code polder network get}. */
public final class NetworkGet implements Command {
  @Override
  public Usage usage() {
    return Usage.of("network get", "show a network as JSON")
        .operand("NETWORK", Operand.Kind.NETWORK)
        .example("polder network get polder0", "shows its subnets and pools");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Network.checkReference(arguments.operand(0));
    Network network = caller.ask(host -> host.networks().get(name));
    caller.out().line(Json.pretty(NetworkJson.write(network)));
    return Failure.DONE;
  }
}
