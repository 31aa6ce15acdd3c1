package polder.network;

import java.util.List;
import java.util.Optional;
import polder.linux.InterfaceAddress;
import polder.linux.Link;
import polder.linux.NetworkStack;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Network;

/** The host's own addresses in the networks that it has a part in. */
final class Gateways {
  private Gateways() {}

  /** Gives a network's bridge the addresses that it should have, and no others. */
  static void set(NetworkStack host, Link bridge, Network network) {
    List<Cidr> wanted = network.kind().hasHost() ? of(network) : List.of();
    List<Cidr> there =
        host.addresses().list().stream()
            .filter(each -> each.link() == bridge.index())
            .map(Gateways::cidr)
            .filter(each -> !each.address().isLinkLocal())
            .toList();
    there.stream()
        .filter(each -> !wanted.contains(each))
        .forEach(
            each ->
                host.addresses().remove(bridge.index(), Inet.of(each.address()), each.prefix()));
    wanted.stream()
        .filter(each -> !there.contains(each))
        .forEach(
            each -> host.addresses().add(bridge.index(), Inet.of(each.address()), each.prefix()));
  }

  private static List<Cidr> of(Network network) {
    return network.subnets().stream()
        .map(each -> each.gateway().map(gateway -> new Cidr(gateway, each.cidr().prefix())))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Cidr cidr(InterfaceAddress each) {
    return new Cidr(IpAddress.of(each.address().getAddress()), each.prefix());
  }
}
