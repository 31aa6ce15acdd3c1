package polder.network.dhcp;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import polder.linux.Bytes;
import polder.linux.InetSocket;
import polder.linux.LinkSocket;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.network.Loop;

/**
 * Hears requests of DHCP for IPv6, and who looks for routers. Guests are told by whom their default
 * route leads again and again, or they would forget it.
 */
final class HearingSix extends Hearing {
  /** RFC 8415, 7.2. */
  static final int SERVER = 547;

  private static final IpAddress SERVERS = IpAddress.of("ff02::1:2");

  /** Whom clients call: servers, and routers. */
  static final List<Bytes> GROUPS =
      List.of(Bytes.of(SERVERS.bytes()), Bytes.of(IpAddress.of("ff02::2").bytes()));

  private static final int CLIENT = 546;
  private static final Duration PAUSE = Duration.ofMinutes(10);

  private final Optional<InetSocket> member;
  private final MacAddress own;
  private final IpAddress address;
  private final Supplier<List<DhcpCard>> guests;
  private long alarm;

  /**
   * Begins.
   *
   * @param member of the groups that are asked; this one's now
   * @param own our hardware address there
   * @param address our address on the link
   * @param guests the cards that are told of their router unasked
   */
  HearingSix(
      Loop loop,
      LinkSocket socket,
      Cards cards,
      Optional<InetSocket> member,
      MacAddress own,
      IpAddress address,
      Supplier<List<DhcpCard>> guests) {
    super(loop, socket, cards);
    this.member = member;
    this.own = own;
    this.address = address;
    this.guests = guests;
    this.alarm = loop.after(Duration.ZERO, this::advertise); // who serves waits for nothing more
  }

  private void advertise() {
    alarm = loop.after(PAUSE, this::advertise);
    for (DhcpCard each : guests.get()) {
      if (!each.addresses(true).isEmpty()) {
        send(RouterAdvert.of(each, own, address), Bytes.of(each.mac().bytes()));
      }
    }
  }

  @Override
  Optional<byte[]> answer(byte[] packet, MacAddress from) {
    if (RouterAdvert.isAsked(packet)) {
      return card(from)
          .filter(each -> !each.addresses(true).isEmpty())
          .map(each -> RouterAdvert.of(each, own, address));
    }
    return Datagram.read(packet)
        .filter(each -> each.fromPort() == CLIENT && each.toPort() == SERVER)
        .filter(each -> each.to().equals(SERVERS) && each.from().isLinkLocal())
        .flatMap(
            asked ->
                Dhcp6Request.read(asked.data().toArray())
                    .flatMap(
                        request ->
                            card(from).flatMap(card -> Dhcp6Reply.of(request, card, name(own))))
                    .map(
                        each ->
                            new Datagram(address, SERVER, asked.from(), CLIENT, Bytes.of(each))
                                .packet()));
  }

  /** By what we call ourselves: our hardware address, which stays ours. RFC 8415, 11.4. */
  static Bytes name(MacAddress own) {
    return Bytes.of(
        ByteBuffer.allocate(10).putShort((short) 3).putShort((short) 1).put(own.bytes()).array());
  }

  @Override
  public void end() {
    loop.cancel(alarm);
    member.ifPresent(InetSocket::close);
    super.end();
  }
}
