package polder.network;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.linux.InterfaceAddress;
import polder.linux.Link;
import polder.linux.NetworkStack;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.Subnet;

/** The host's own addresses in the networks that it has a part in. */
final class Gateways {
  private Gateways() {}

  /**
   * Gives a network's bridge the addresses that it should have, and no others.
   *
   * @param claims those that balances have on it
   */
  static void set(NetworkStack host, Link bridge, Network network, Set<IpAddress> claims) {
    Set<Cidr> wanted = of(network, claims);
    for (Cidr each : there(host, bridge)) {
      if (!wanted.contains(each)) {
        host.addresses().remove(bridge.index(), Inet.of(each.address()), each.prefix());
      }
    }
    List<Cidr> left = there(host, bridge); // some may have gone with the first of their subnet
    for (Cidr each : wanted) {
      if (!left.contains(each)) {
        host.addresses().add(bridge.index(), Inet.of(each.address()), each.prefix());
      }
    }
  }

  private static List<Cidr> there(NetworkStack host, Link bridge) {
    return host.addresses().list().stream()
        .filter(each -> each.link() == bridge.index())
        .map(Gateways::cidr)
        .filter(each -> !each.address().isLinkLocal())
        .toList();
  }

  /** Gateways bring the way into their subnets; where there is none, balances' addresses do. */
  private static Set<Cidr> of(Network network, Set<IpAddress> claims) {
    Set<Cidr> all = new LinkedHashSet<>();
    if (network.kind().hasHost()) {
      for (Subnet each : network.subnets()) {
        each.gateway().ifPresent(gateway -> all.add(new Cidr(gateway, each.cidr().prefix())));
      }
    }
    for (IpAddress each : claims) {
      Optional<Subnet> subnet = network.subnetOf(each);
      boolean gateway = subnet.flatMap(Subnet::gateway).equals(Optional.of(each));
      if (network.kind() == Network.Kind.ETHERSTUB) {
        all.add(new Cidr(each, subnet.map(own -> own.cidr().prefix()).orElse(each.bits())));
      } else if (!gateway) {
        all.add(new Cidr(each, each.bits()));
      }
    }
    return all;
  }

  private static Cidr cidr(InterfaceAddress each) {
    return new Cidr(IpAddress.of(each.address().getAddress()), each.prefix());
  }
}
