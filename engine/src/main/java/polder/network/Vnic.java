package polder.network;

import java.util.List;
import polder.model.Bandwidth;
import polder.model.Cidr;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.Nic;
import polder.model.PublishedPort;

/**
 * A network card as it is plugged: all decided.
 *
 * @param network what it is on
 * @param port the host's end of it
 * @param name what it is called inside
 * @param mac its hardware address
 * @param mtu the largest packet, bytes
 * @param addresses its own
 * @param freedoms what it may do beside
 * @param allowed whose addresses it may use beside its own
 * @param ports the host's by which its own are reached, each decided
 * @param bandwidth how fast it may be
 */
public record Vnic(
    Network network,
    String port,
    String name,
    MacAddress mac,
    int mtu,
    List<Cidr> addresses,
    Nic.Freedoms freedoms,
    List<Cidr> allowed,
    List<PublishedPort> ports,
    Bandwidth bandwidth) {
  public Vnic {
    addresses = List.copyOf(addresses);
    allowed = List.copyOf(allowed);
    ports = List.copyOf(ports);
  }

  /** Whether it speaks IPv6 at all; else it has not even a link-local address. */
  boolean six() {
    return addresses.stream().anyMatch(each -> each.address().six())
        || allowed.stream().anyMatch(each -> each.address().six());
  }
}
