package polder.engine;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import polder.model.HostPorts;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.PublishedPort;

/**
 * What a host says to published ports, but for those at which we answer ourselves, for names and
 * addresses: only a network's own zones reach those, and they go before what is published.
 *
 * @param ports what it says
 * @param networks all that there are
 */
record OthersPorts(HostPorts ports, List<Network> networks) implements HostPorts {
  private static final int NAMES = 53;
  private static final int ADDRESSES = 67;

  @Override
  public boolean can(PublishedPort.Protocol protocol) {
    return ports.can(protocol);
  }

  @Override
  public List<PublishedPort> listening() {
    Set<Optional<IpAddress>> names = own(each -> each.resolvers().stream());
    Set<Optional<IpAddress>> gateways =
        own(each -> each.subnets().stream().flatMap(subnet -> subnet.gateway().stream()));
    return ports.listening().stream()
        .filter(each -> each.zonePort() != NAMES || !names.contains(each.address()))
        .filter(each -> each.zonePort() != ADDRESSES || !gateways.contains(each.address()))
        .toList();
  }

  private Set<Optional<IpAddress>> own(Function<Network, Stream<IpAddress>> addresses) {
    return networks.stream()
        .filter(each -> !each.kind().hasParent())
        .flatMap(addresses)
        .map(Optional::of)
        .collect(Collectors.toSet());
  }
}
