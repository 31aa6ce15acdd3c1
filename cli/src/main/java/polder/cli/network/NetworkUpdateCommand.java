package polder.cli.network;

import java.util.List;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkUpdate;
import polder.model.Subnet;
import polder.model.json.NetworkJson;

/** {@code polder network update}. */
public final class NetworkUpdateCommand implements Command {
  @Override
  public Usage usage() {
    return NamesOptions.add(
            Usage.of("network update", "change a network's subnets, MTU or names")
                .text(
                    "Zones that run have it at their next start, but for what is answered for names"
                        + " and which other hosts it reaches, which is so at once. Addresses that nics have stay theirs.")
                .options("-s --subnet", "CIDR", "all subnets that it has from now on")
                .options("-g --gateway", "ADDRESS", "where the default route of its subnet leads")
                .options("--pool", "FIRST-LAST", "which of its subnet nics are given")
                .option("--mtu", "BYTES", "the largest packet")
                .options(
                    "--remote",
                    "ADDRESS[,ADDRESS]",
                    "all other hosts of one with --vxlan from now on"))
        .operand("NETWORK", Operand.Kind.NETWORK)
        .example("polder network update backend -s 10.1.0.0/16", "makes room for more zones")
        .example("polder network update polder0 --dns-forward 192.0.2.53", "asks another server");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String name = Network.checkReference(arguments.operand(0));
    List<Subnet> subnets = NetworkCreate.subnets(arguments);
    Optional<Integer> mtu = arguments.number("--mtu", 0, 1 << 16).map(Long::intValue);
    NetworkDns.Change dns = NamesOptions.of(arguments);
    List<IpAddress> remotes = VxlanOptions.remotes(arguments);
    if (subnets.isEmpty() && mtu.isEmpty() && dns.isNone() && remotes.isEmpty()) {
      throw new UsageException("say what is to change: --subnet, --mtu, --remote or --dns");
    }
    NetworkUpdate update =
        new NetworkUpdate(
            Optional.of(subnets).filter(all -> !all.isEmpty()),
            mtu,
            dns,
            Optional.of(remotes).filter(all -> !all.isEmpty()));
    Network network = caller.ask(host -> host.networks().update(name, update));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(NetworkJson.write(network)));
    } else {
      caller.tell("updated network " + network.name());
    }
    return Failure.DONE;
  }
}
