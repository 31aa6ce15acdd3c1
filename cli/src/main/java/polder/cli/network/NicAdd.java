package polder.cli.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.PublishedPort;
import polder.model.Zone;
import polder.model.ZoneRef;
import polder.model.ZoneState;

/** {@code polder nic add}. */
public final class NicAdd implements Command {
  @Override
  public Usage usage() {
    return Usage.of("nic add", "plug a zone into one more network")
        .text(
            "If the zone runs the card is there, with its addresses and routes, when the command ends."
                + " What it may send, and what the firewall lets pass, is decided before it is there."
                + " A vm's card is plugged while it is stopped.")
        .options("--ip", "ADDRESS/PREFIX", "its address, dhcp or addrconf; from the pool if absent")
        .option("--mac", "ADDRESS", "its hardware address; made up if absent")
        .option("--interface", "NAME", "what it is called inside; the first free of eth0, eth1 …")
        .option("--mtu", "BYTES", "the largest packet")
        .flag("--primary", "default routes lead by it from now on")
        .options("-p --publish", "[[ADDRESS:]PORT:]PORT[/udp]", "let the host pass its PORT on")
        .operand("ZONE", Operand.Kind.ZONE)
        .operand("NETWORK", Operand.Kind.NETWORK)
        .example("polder nic add web backend", "has web reach what is on backend")
        .example(
            "polder nic add web backend --ip 10.1.0.9/24 --interface net1",
            "with an address and a name of its own");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef zone = new ZoneRef(arguments.operand(0));
    Map<String, Object> nic = new LinkedHashMap<>();
    nic.put("nic_tag", Network.checkReference(arguments.operand(1)));
    if (!arguments.values("--ip").isEmpty()) {
      nic.put("ips", arguments.values("--ip"));
    }
    arguments.value("--mac").ifPresent(mac -> nic.put("mac", mac));
    arguments.value("--interface").ifPresent(name -> nic.put("interface", name));
    arguments.number("--mtu", 0, 1 << 16).ifPresent(mtu -> nic.put("mtu", mtu));
    if (arguments.has("--primary")) {
      nic.put("primary", true);
    }
    if (!arguments.values("--publish").isEmpty()) {
      nic.put("ports", arguments.values("--publish").stream().map(NicAdd::port).toList());
    }
    List<Nic> before = caller.ask(host -> Nics.of(host.zones().get(zone)));
    Nics.update(caller, zone, Map.of("add_nics", List.of(nic)));
    Zone after = caller.ask(host -> host.zones().get(zone));
    List<Nic> fresh = new ArrayList<>(Nics.of(after));
    fresh.removeIf(each -> before.stream().anyMatch(old -> old.mac().equals(each.mac())));
    if (arguments.has("--json")) {
      Nics.print(caller, fresh);
    } else {
      fresh.forEach(each -> tell(caller, after, each));
    }
    return Failure.DONE;
  }

  private static void tell(Caller caller, Zone zone, Nic nic) {
    caller.out().line(nic.mac().map(MacAddress::value).orElse(""));
    caller.tell(
        "%s has %s on %s%s%s"
            .formatted(
                zone.name(),
                nic.name().orElse(""),
                nic.network().orElse(""),
                Optional.of(String.join(", ", nic.ips().orElse(List.of())))
                    .filter(ips -> !ips.isEmpty())
                    .map(", with "::concat)
                    .orElse(""),
                zone.state() == ZoneState.RUNNING ? "" : ", when it is started"));
  }

  private static String port(String word) {
    try {
      return PublishedPort.of(word).toString();
    } catch (PolderException e) {
      throw new UsageException("-p: " + e.getMessage());
    }
  }
}
