package polder.network.dhcp;

import static polder.network.dhcp.Dhcp6Request.ADVERTISE;
import static polder.network.dhcp.Dhcp6Request.CONFIRM;
import static polder.network.dhcp.Dhcp6Request.DECLINE;
import static polder.network.dhcp.Dhcp6Request.INFORM;
import static polder.network.dhcp.Dhcp6Request.REBIND;
import static polder.network.dhcp.Dhcp6Request.RELEASE;
import static polder.network.dhcp.Dhcp6Request.RENEW;
import static polder.network.dhcp.Dhcp6Request.REPLY;
import static polder.network.dhcp.Dhcp6Request.REQUEST;
import static polder.network.dhcp.Dhcp6Request.SOLICIT;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.linux.Bytes;
import polder.model.Cidr;
import polder.model.IpAddress;

/** What a card is answered by DHCP for IPv6; RFC 8415, 18.3. Looks at nothing but its arguments. */
final class Dhcp6Reply {
  private static final int TIME = DhcpAnswers.TIME;
  private static final int SUCCESS = 0; // RFC 8415, 21.13
  private static final int NO_ADDRESSES = 2;
  private static final int NOT_HERE = 4;

  private final ByteBuffer out = ByteBuffer.allocate(4096); // far more than all that is told
  private final DhcpCard card;

  private Dhcp6Reply(DhcpCard card) {
    this.card = card;
  }

  /**
   * The answer; empty if there is none.
   *
   * @param card from which the request came
   * @param server by what we call ourselves
   */
  static Optional<byte[]> of(Dhcp6Request request, DhcpCard card, Bytes server) {
    return isOurs(request, server)
        ? new Dhcp6Reply(card).answer(request, server)
        : Optional.empty();
  }

  /** RFC 8415, 16: who says whom he means where he must, and only there. */
  private static boolean isOurs(Dhcp6Request request, Bytes server) {
    boolean named = request.server().equals(Optional.of(server));
    boolean open = request.server().isEmpty();
    boolean known = request.client().isPresent();
    return switch (request.type()) {
      case SOLICIT, CONFIRM, REBIND -> known && open;
      case REQUEST, RENEW, RELEASE, DECLINE -> known && named;
      case INFORM -> (open || named) && request.wishes().isEmpty();
      default -> false;
    };
  }

  private Optional<byte[]> answer(Dhcp6Request request, Bytes server) {
    boolean offer = request.type() == SOLICIT && !request.rapid();
    out.putInt((offer ? ADVERTISE : REPLY) << 24 | request.id());
    request.client().ifPresent(each -> option(Dhcp6Request.CLIENT, each.toArray()));
    option(Dhcp6Request.SERVER, server.toArray());
    switch (request.type()) {
      case CONFIRM -> {
        List<IpAddress> has = request.wishes().stream().flatMap(w -> w.has().stream()).toList();
        if (has.isEmpty()) {
          return Optional.empty();
        }
        status(has.stream().allMatch(card::has) ? SUCCESS : NOT_HERE);
        return whole();
      }
      case RELEASE, DECLINE -> {
        status(SUCCESS); // the address is the card's all the same
        return whole();
      }
      case SOLICIT -> {
        if (offer) {
          option(Dhcp6Request.PREFERENCE, (byte) 255); // nobody else is waited for
        } else {
          option(Dhcp6Request.RAPID);
        }
      }
      default -> {}
    }
    boolean had = request.type() == RENEW || request.type() == REBIND;
    associations(request.wishes(), had);
    more();
    return whole();
  }

  /** All addresses are in the first; of what it had beside it is told that it is no more. */
  private void associations(List<Dhcp6Request.Wish> wishes, boolean had) {
    for (int i = 0; i < wishes.size(); i++) {
      Dhcp6Request.Wish wish = wishes.get(i);
      List<Cidr> own = i == 0 ? card.addresses(true) : List.of();
      int start = open(Dhcp6Request.ASSOCIATION);
      out.putInt(wish.id()).putInt(TIME / 2).putInt(TIME / 5 * 4);
      own.forEach(each -> address(each.address(), TIME));
      wish.has().stream()
          .distinct()
          .filter(each -> had && own.stream().noneMatch(a -> a.address().equals(each)))
          .forEach(each -> address(each, 0));
      if (own.isEmpty()) {
        status(NO_ADDRESSES);
      }
      close(start);
    }
  }

  private void address(IpAddress address, int time) {
    int start = open(Dhcp6Request.ADDRESS);
    out.put(address.bytes()).putInt(time).putInt(time);
    close(start);
  }

  private void more() {
    List<byte[]> servers = new ArrayList<>();
    card.servers(true).forEach(each -> servers.add(each.bytes()));
    if (!servers.isEmpty()) {
      int start = open(Dhcp6Request.NAMES);
      servers.forEach(out::put);
      close(start);
    }
    byte[] search = DhcpReply.names(card.search());
    if (search.length > 0 && search.length <= 512) {
      option(Dhcp6Request.SEARCH, search);
    }
  }

  private void status(int code) {
    int start = open(Dhcp6Request.STATUS);
    String said =
        switch (code) {
          case SUCCESS -> "";
          case NO_ADDRESSES -> "this card has no more addresses";
          default -> "this card has other addresses";
        };
    out.putShort((short) code).put(said.getBytes(StandardCharsets.US_ASCII));
    close(start);
  }

  private void option(int number, byte... value) {
    int start = open(number);
    out.put(value);
    close(start);
  }

  private int open(int number) {
    out.putShort((short) number).putShort((short) 0);
    return out.position();
  }

  private void close(int start) {
    out.putShort(start - Short.BYTES, (short) (out.position() - start));
  }

  private Optional<byte[]> whole() {
    byte[] message = new byte[out.position()];
    out.flip().get(message);
    return Optional.of(message);
  }
}
