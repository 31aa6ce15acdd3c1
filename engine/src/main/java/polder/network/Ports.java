package polder.network;

import java.util.Optional;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.Link;
import polder.linux.Links;
import polder.linux.NetworkStack;
import polder.linux.SyscallException;
import polder.model.Network;

/** The host's ends of cards. For one thread at a time. */
final class Ports {
  private final NetworkStack stack;
  private final Bridges bridges;
  private final Balancing balancing;

  Ports(NetworkStack stack, Bridges bridges, Balancing balancing) {
    this.stack = stack;
    this.bridges = bridges;
    this.balancing = balancing;
  }

  /** Makes a card, which is down inside; its network is there then. */
  void join(Vnic vnic, Fd inside) {
    int link = bridges.raise(vnic.network());
    balancing.plugged(vnic.port());
    Links.Peer peer = new Links.Peer(vnic.name(), vnic.mac().value(), inside);
    if (vnic.network().kind() == Network.Kind.MACVLAN) {
      stack.links().addMacvlan(link, vnic.mtu(), peer);
      return;
    }
    try {
      stack.links().addPort(vnic.port(), link, vnic.mtu(), peer);
    } catch (SyscallException e) {
      Optional<Link> stale =
          e.errno().equals(Errno.EEXIST) ? stack.links().find(vnic.port()) : Optional.empty();
      if (stale.isEmpty()) {
        throw e;
      }
      bridges.remove(stale.get()); // of its last run: the kernel takes its time with namespaces
      stack.links().addPort(vnic.port(), link, vnic.mtu(), peer);
    }
    hold(vnic);
  }

  /** The bridge knows where the card is; some frames it would learn from come by no rule. */
  private void hold(Vnic vnic) {
    Link port = stack.links().find(vnic.port()).orElseThrow();
    stack.links().hold(port.index(), vnic.mac().value());
    if (!vnic.freedoms().mac()) {
      stack.links().learnNothing(port.index());
    }
  }

  /** The other freedom of a card that is there: whether its bridge learns from what it sends. */
  void refresh(Vnic vnic) {
    Optional<Link> port = stack.links().find(vnic.port());
    port.ifPresent(link -> stack.links().learn(link.index(), vnic.freedoms().mac()));
  }

  boolean has(Vnic vnic) {
    return stack.links().find(vnic.port()).isPresent();
  }

  /** Takes a card away, whatever its zone calls it by now. */
  void remove(Vnic vnic) {
    stack.links().find(vnic.port()).ifPresent(bridges::remove);
  }
}
