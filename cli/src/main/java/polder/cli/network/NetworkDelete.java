package polder.cli.network;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Json;
import polder.model.Network;
import polder.model.PolderException;

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
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (String name : names) {
        try {
          host.networks().delete(name);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(Map.of("network", name, "deleted", true)));
          } else {
            caller.tell("deleted network " + name);
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
