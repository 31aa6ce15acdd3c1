package polder.cli.firewall;

import java.util.Map;
import java.util.UUID;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.Json;
import polder.model.json.FirewallJson;

/** {@code polder firewall forget}. */
public final class FirewallForget implements Command {
  @Override
  public Usage usage() {
    return Usage.of("firewall forget", "forget a VM elsewhere that firewall rules speak of")
        .operand("UUID", Operand.Kind.TEXT)
        .example(
            "polder firewall forget 5f3ae0a4-6b1b-4a8e-9f55-4b1a7c1b2d3e",
            "its addresses are nobody's to the firewall from now on");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    UUID remote = FirewallJson.readUuid(arguments.operand(0));
    caller.ask(
        host -> {
          host.firewall().deleteRemote(remote);
          return true;
        });
    if (arguments.has("--json")) {
      caller.out().line(Json.write(Map.of("remote", remote.toString(), "deleted", true)));
    } else {
      caller.tell("forgot remote VM " + remote);
    }
    return Failure.DONE;
  }
}
