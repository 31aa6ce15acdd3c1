package polder.network.dhcp;

import java.util.Optional;
import polder.linux.Bytes;
import polder.linux.Errno;
import polder.linux.LinkSocket;
import polder.linux.SyscallException;
import polder.model.MacAddress;
import polder.network.Listener;
import polder.network.Loop;

/** Hears what cards on a network ask by one family, and answers each alone. */
abstract class Hearing extends Listener {
  private static final System.Logger LOG = System.getLogger("polder.network");
  private static final int LARGEST = 1500;
  private static final int MOST_AT_ONCE = 64; // before other sockets have their turn

  private final LinkSocket socket;
  private final Cards cards;

  /** Who is on the network. */
  interface Cards {
    /** The card of that address, if it is answered, and was not too often. */
    Optional<DhcpCard> find(MacAddress mac);
  }

  /**
   * Begins.
   *
   * @param socket this one's now
   */
  Hearing(Loop loop, LinkSocket socket, Cards cards) {
    super(loop, socket.fd(), socket::close);
    this.socket = socket;
    this.cards = cards;
  }

  @Override
  public void ready(int events) {
    for (int i = 0; i < MOST_AT_ONCE; i++) {
      Optional<LinkSocket.Packet> heard = receive();
      if (heard.isEmpty()) {
        return;
      }
      if (heard.get().whole()) {
        hear(heard.get());
      }
    }
  }

  /** What has come; a bridge that somebody switches off and on again is heard again. */
  private Optional<LinkSocket.Packet> receive() {
    try {
      return socket.receive(LARGEST);
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENETDOWN)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void hear(LinkSocket.Packet packet) {
    try {
      MacAddress.find(packet.from().toArray())
          .flatMap(mac -> answer(packet.data().toArray(), mac))
          .ifPresent(each -> send(each, packet.from()));
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a request is not answered", e);
    }
  }

  /** Sends a packet to a card; it may be lost, as any may be. */
  void send(byte[] packet, Bytes to) {
    try {
      socket.send(packet, to);
    } catch (SyscallException e) {
      LOG.log(System.Logger.Level.DEBUG, "an answer is lost", e);
    }
  }

  /** The card that asks, if it is one that is answered. */
  Optional<DhcpCard> card(MacAddress mac) {
    return cards.find(mac);
  }

  /** The packet that answers a packet, which came from that card; empty if there is none. */
  abstract Optional<byte[]> answer(byte[] packet, MacAddress from);
}
