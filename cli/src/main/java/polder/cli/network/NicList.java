package polder.cli.network;

import java.util.List;
import java.util.OptionalInt;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.MacAddress;
import polder.model.Nic;
import polder.model.NicRules;
import polder.model.ZoneRef;

/** {@code polder nic list}. */
public final class NicList implements Command {
  @Override
  public Usage usage() {
    return Usage.of("nic list", "list a zone's network cards")
        .flag("-p --parsable", "colons between columns, no heading")
        .flag("-H --no-heading", "no heading")
        .flag("-q --quiet", "hardware addresses only")
        .operand("ZONE", Operand.Kind.ZONE)
        .example("polder nic list web", "shows on which networks it has which addresses");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef zone = new ZoneRef(arguments.operand(0));
    List<Nic> nics = caller.ask(host -> Nics.of(host.zones().get(zone)));
    if (arguments.has("--json")) {
      Nics.print(caller, nics);
      return Failure.DONE;
    }
    if (arguments.has("--quiet")) {
      nics.forEach(nic -> caller.out().line(nic.mac().map(MacAddress::value).orElse("")));
      return Failure.DONE;
    }
    Table table = new Table(List.of("interface", "mac", "network", "primary", "ips", "ports"));
    OptionalInt primary = NicRules.primary(nics);
    for (int i = 0; i < nics.size(); i++) {
      Nic nic = nics.get(i);
      table.row(
          nic.name().orElse("-"),
          nic.mac().map(MacAddress::value).orElse("-"),
          nic.network().orElse("-"),
          primary.orElse(-1) == i ? "yes" : "no",
          Nics.joined(nic.ips().orElse(List.of())),
          Nics.joined(nic.ports()));
    }
    if (arguments.has("--parsable")) {
      table.printParsable(caller.out());
    } else {
      table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
    }
    return Failure.DONE;
  }
}
