package polder.engine;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import polder.model.HostPorts;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.PublishedPort;

/**
 * What a host says to published ports, but for those at which we answer for names ourselves: only a
 * network's own zones reach those, and they go before what is published.
 *
 * @param ports what it says
 * @param networks all that there are
 */
record OthersPorts(HostPorts ports, List<Network> networks) implements HostPorts {
  private static final int NAMES = 53;

  @Override
  public boolean can(PublishedPort.Protocol protocol) {
    return ports.can(protocol);
  }

  @Override
  public List<PublishedPort> listening() {
    Set<Optional<IpAddress>> own =
        networks.stream()
            .flatMap(each -> each.resolvers().stream())
            .map(Optional::of)
            .collect(Collectors.toSet());
    return ports.listening().stream()
        .filter(each -> each.zonePort() != NAMES || !own.contains(each.address()))
        .toList();
  }
}
