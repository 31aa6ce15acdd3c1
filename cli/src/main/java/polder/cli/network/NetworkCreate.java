package polder.cli.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Subnet;
import polder.model.json.NetworkJson;

/** {@code polder network create}. */
public final class NetworkCreate implements Command {
  @Override
  public Usage usage() {
    return VxlanOptions.add(
            NamesOptions.add(
                Usage.of("network create", "make a network for zones' nics to be on")
                    .text(
                        "Kinds: nat leads outside by the host's addresses and is the one if none is given;"
                            + " internal leads to the host only; etherstub is a switch that the host has no"
                            + " part in, and may be one with those of other hosts (--vxlan); bridge and macvlan lead where an interface of the host's does, which"
                            + " --parent names. A zone is on it whose payload says \"nics\": [{\"nic_tag\":"
                            + " NAME}].")
                    .option("-k --kind", "KIND", "nat, internal, etherstub, bridge or macvlan")
                    .option(
                        "--parent", "INTERFACE", "the host's bridge, or its interface for macvlan")
                    .options("-s --subnet", "CIDR", "addresses that nics on it have, IPv4 or IPv6")
                    .options(
                        "-g --gateway", "ADDRESS", "where the default route of its subnet leads")
                    .options("--pool", "FIRST-LAST", "which of its subnet nics are given")
                    .option("--mtu", "BYTES", "the largest packet; 1500 if absent, 1450 by VXLAN")))
        .operand("NAME", Operand.Kind.TEXT)
        .example("polder network create backend -k etherstub -s 10.1.0.0/24", "a private switch")
        .example("polder network create out -s 10.2.0.0/24", "zones on it reach the outside")
        .example(
            "polder network create db -k etherstub -s 10.3.0.0/24 --dns-address 10.3.0.53",
            "a private switch, on which zones find each other by name")
        .example(
            "polder network create lan -k bridge --parent br0 -s 192.168.1.0/24"
                + " -g 192.168.1.1 --pool 192.168.1.200-192.168.1.220",
            "zones on the office's network")
        .example(
            "polder network create grid --vxlan 42 --remote 192.0.2.2 -s 10.4.0.0/24"
                + " --pool 10.4.0.10-10.4.0.99",
            "one switch with the host 192.0.2.2, which gives other addresses of it");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    NetworkRequest request =
        new NetworkRequest(
            arguments.operand(0),
            kind(arguments.value("--kind").orElse(arguments.has("--vxlan") ? "etherstub" : "nat")),
            arguments.value("--parent"),
            subnets(arguments),
            arguments.number("--mtu", 0, 1 << 16).map(Long::intValue),
            NamesOptions.of(arguments),
            VxlanOptions.of(arguments));
    Network network = caller.ask(host -> host.networks().create(request));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(NetworkJson.write(network)));
    } else {
      caller.tell("created network " + network.name() + told(network));
    }
    return Failure.DONE;
  }

  private static String told(Network network) {
    List<String> subnets = network.subnets().stream().map(s -> s.cidr().toString()).toList();
    return subnets.isEmpty() ? "" : " with " + String.join(" and ", subnets);
  }

  private static Network.Kind kind(String word) {
    for (Network.Kind each : Network.Kind.values()) {
      if (each.word().equals(word.toLowerCase(Locale.ROOT))) {
        return each;
      }
    }
    throw new UsageException(
        "'%s' is no kind of network: use nat, internal, etherstub, bridge or macvlan"
            .formatted(word));
  }

  /** Each gateway and pool belongs to the subnet that it lies in. */
  static List<Subnet> subnets(Arguments arguments) {
    List<Cidr> cidrs = arguments.values("--subnet").stream().map(Cidr::of).toList();
    List<IpAddress> gateways =
        new ArrayList<>(arguments.values("--gateway").stream().map(IpAddress::of).toList());
    List<Subnet.Range> pools =
        new ArrayList<>(arguments.values("--pool").stream().map(Subnet.Range::of).toList());
    List<Subnet> subnets = new ArrayList<>();
    for (Cidr cidr : cidrs) {
      Optional<IpAddress> gateway = gateways.stream().filter(cidr::contains).findFirst();
      Optional<Subnet.Range> pool =
          pools.stream().filter(each -> cidr.contains(each.first())).findFirst();
      gateway.ifPresent(gateways::remove);
      pool.ifPresent(pools::remove);
      subnets.add(new Subnet(cidr, gateway, pool));
    }
    if (!gateways.isEmpty() || !pools.isEmpty()) {
      throw new UsageException(
          "%s is in no --subnet, or there is one already"
              .formatted(gateways.isEmpty() ? pools.getFirst() : gateways.getFirst()));
    }
    return subnets;
  }
}
