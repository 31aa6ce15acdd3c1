package polder.network.dhcp;

import static polder.network.dhcp.DhcpRequest.ACK;
import static polder.network.dhcp.DhcpRequest.DISCOVER;
import static polder.network.dhcp.DhcpRequest.INFORM;
import static polder.network.dhcp.DhcpRequest.NAK;
import static polder.network.dhcp.DhcpRequest.OFFER;
import static polder.network.dhcp.DhcpRequest.REQUEST;

import java.util.List;
import java.util.Optional;
import polder.model.Cidr;
import polder.model.IpAddress;

/** What a card is answered by DHCP for IPv4; RFC 2131, 4.3. Looks at nothing but its arguments. */
final class DhcpAnswers {
  /** For how long an address is given, seconds: a guest keeps it while the daemon is away. */
  static final int TIME = 24 * 60 * 60;

  private DhcpAnswers() {}

  /**
   * The answer; empty if there is none.
   *
   * @param card from which the request came
   * @param servers our addresses on its network; the first that is in the client's subnet answers
   */
  static Optional<DhcpReply> of(DhcpRequest request, DhcpCard card, List<IpAddress> servers) {
    Optional<Cidr> given = card.four(request.asked());
    if (given.isEmpty() || servers.isEmpty()) {
      return Optional.empty();
    }
    IpAddress ours =
        servers.stream().filter(given.get()::contains).findFirst().orElse(servers.getFirst());
    return switch (request.type()) {
      case DISCOVER -> Optional.of(new DhcpReply(OFFER, ours, given, request, card));
      case REQUEST -> requested(request, card, servers, ours);
      case INFORM ->
          request
              .own()
              .filter(card::has)
              .map(_ -> new DhcpReply(ACK, ours, Optional.empty(), request, card));
      default -> Optional.empty(); // given back or declined: the address is the card's all the same
    };
  }

  /** Whoever asks for what is not his is told so, at once: an address of another network, say. */
  private static Optional<DhcpReply> requested(
      DhcpRequest request, DhcpCard card, List<IpAddress> servers, IpAddress ours) {
    if (request.server().isPresent() && !servers.contains(request.server().get())) {
      return Optional.empty(); // he takes another's offer
    }
    Optional<IpAddress> wanted = request.asked().or(request::own);
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    Optional<Cidr> own =
        card.addresses(false).stream()
            .filter(each -> each.address().equals(wanted.get()))
            .findFirst();
    boolean other = request.own().filter(each -> !each.equals(wanted.get())).isPresent();
    return Optional.of(
        own.isPresent() && !other
            ? new DhcpReply(ACK, ours, own, request, card)
            : new DhcpReply(NAK, ours, Optional.empty(), request, card));
  }
}
