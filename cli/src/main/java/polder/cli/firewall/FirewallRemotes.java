package polder.cli.firewall;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Table;
import polder.model.FirewallRemote;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.json.FirewallJson;

/** {@code polder firewall remotes}. */
public final class FirewallRemotes implements Command {
  @Override
  public Usage usage() {
    return Told.table(
            Usage.of("firewall remotes", "list the VMs elsewhere that firewall rules speak of"))
        .text(
            "They are made known by 'polder firewall add -f FILE': {\"remoteVMs\": [{\"uuid\": UUID,"
                + " \"ips\": [ADDRESS], \"tags\": {}}]}.")
        .example("polder firewall remotes", "shows their addresses and tags");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<FirewallRemote> remotes = caller.ask(host -> host.firewall().remotes());
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(remotes.stream().map(FirewallJson::write).toList()));
      return Failure.DONE;
    }
    Table table = new Table(List.of("uuid", "owner", "ips", "tags"));
    for (FirewallRemote each : remotes) {
      table.row(
          each.uuid().toString(),
          each.owner().map(UUID::toString).orElse("-"),
          each.ips().stream().map(IpAddress::toString).collect(Collectors.joining(",")),
          Json.write(each.tags()));
    }
    Told.print(caller, arguments, table);
    return Failure.DONE;
  }
}
