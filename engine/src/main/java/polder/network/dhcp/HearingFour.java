package polder.network.dhcp;

import java.util.List;
import java.util.Optional;
import polder.linux.Bytes;
import polder.linux.LinkSocket;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.network.Loop;

/** Hears requests of DHCP for IPv4. */
final class HearingFour extends Hearing {
  /** RFC 2131, 4.1. */
  static final int SERVER = 67;

  private static final int CLIENT = 68;
  private static final IpAddress EVERYBODY = IpAddress.of("255.255.255.255");

  private final List<IpAddress> servers;

  /** Begins; {@code servers} are our addresses there. */
  HearingFour(Loop loop, LinkSocket socket, Cards cards, List<IpAddress> servers) {
    super(loop, socket, cards);
    this.servers = servers;
  }

  @Override
  Optional<byte[]> answer(byte[] packet, MacAddress from) {
    return Datagram.read(packet)
        .filter(each -> each.fromPort() == CLIENT && each.toPort() == SERVER)
        .filter(each -> each.to().equals(EVERYBODY) || servers.contains(each.to()))
        .flatMap(each -> DhcpRequest.read(each.data().toArray()))
        .filter(each -> MacAddress.find(each.mac().toArray()).equals(Optional.of(from)))
        .flatMap(request -> card(from).flatMap(card -> DhcpAnswers.of(request, card, servers)))
        .map(
            each ->
                new Datagram(each.server(), SERVER, each.to(), CLIENT, Bytes.of(each.message()))
                    .packet());
  }
}
