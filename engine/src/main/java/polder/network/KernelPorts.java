package polder.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.linux.Fd;
import polder.linux.ListeningSockets;
import polder.linux.NetworkSettings;
import polder.model.HostPorts;
import polder.model.IpAddress;
import polder.model.PolderException;
import polder.model.PublishedPort;
import polder.model.PublishedPort.Protocol;

/** What a network namespace says to the publication of ports in it. */
final class KernelPorts implements HostPorts {
  private static final List<String> SCTP =
      List.of("netfilter", "nf_conntrack_sctp_timeout_established");

  private final Fd host;

  KernelPorts(Fd host) {
    this.host = host;
  }

  @Override
  public boolean can(Protocol protocol) {
    return protocol != Protocol.SCTP || new NetworkSettings(host).get(SCTP).isPresent();
  }

  @Override
  public List<PublishedPort> listening() {
    List<PublishedPort> all = new ArrayList<>();
    for (ListeningSockets.Socket each : ListeningSockets.of(host)) {
      Protocol protocol = each.udp() ? Protocol.UDP : Protocol.TCP;
      Optional<IpAddress> address =
          Optional.of(IpAddress.of(each.address().getAddress()))
              .filter(_ -> !each.address().isAnyLocalAddress());
      try {
        all.add(new PublishedPort(address, Optional.of(each.port()), each.port(), 1, protocol));
      } catch (PolderException e) {
        // a group's address, or one that is never published
      }
    }
    return List.copyOf(all);
  }
}
