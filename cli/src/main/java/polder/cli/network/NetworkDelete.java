package polder.cli.network;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Each;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Network;

/** {@code polder network delete}. */
public final class NetworkDelete implements Command {
  @Override
  public Usage usage() {
    return Usage.of("network delete", "take networks away")
        .text("One that a zone has a nic on is refused.")
        .operands("NETWORK", Operand.Kind.NETWORK, 1, Integer.MAX_VALUE)
        .example("polder network delete backend", "its bridge goes with it");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<String> names = arguments.operands().stream().map(Network::checkReference).toList();
    return Each.delete(
        caller, arguments, "network", names, (host, name) -> host.networks().delete(name));
  }
}
