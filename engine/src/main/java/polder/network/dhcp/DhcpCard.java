package polder.network.dhcp;

import java.util.List;
import java.util.Optional;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.model.NicRules;

/**
 * What a card is told when it asks: nothing that is not in its zone's record.
 *
 * @param mac by which it is known on its network
 * @param addresses that it has there, of both families
 * @param mtu the largest packet, bytes
 * @param ways the routes that lead by it, the default ones too
 * @param servers who answers for names, of both families
 * @param search domains in which names are looked for, the first its own
 * @param hostname its zone's
 * @param guest whether a kernel of its own is behind it, which nobody gave the addresses yet
 */
public record DhcpCard(
    MacAddress mac,
    List<Cidr> addresses,
    int mtu,
    List<NicRules.Way> ways,
    List<IpAddress> servers,
    List<String> search,
    String hostname,
    boolean guest) {
  public DhcpCard {
    addresses = List.copyOf(addresses);
    ways = List.copyOf(ways);
    servers = List.copyOf(servers);
    search = List.copyOf(search);
  }

  /** Its addresses of one family. */
  List<Cidr> addresses(boolean six) {
    return addresses.stream().filter(each -> each.address().six() == six).toList();
  }

  /** The address that it is given: what it asks for if that is its own, else its first. */
  Optional<Cidr> four(Optional<IpAddress> asked) {
    List<Cidr> own = addresses(false);
    return asked
        .flatMap(ip -> own.stream().filter(each -> each.address().equals(ip)).findFirst())
        .or(() -> own.stream().findFirst());
  }

  /** Whether that address is its own. */
  boolean has(IpAddress address) {
    return addresses.stream().anyMatch(each -> each.address().equals(address));
  }

  /** Who answers for names, of one family. */
  List<IpAddress> servers(boolean six) {
    return servers.stream().filter(each -> each.six() == six).toList();
  }

  /** Its routes of one family. */
  List<NicRules.Way> ways(boolean six) {
    return ways.stream().filter(each -> each.destination().address().six() == six).toList();
  }
}
