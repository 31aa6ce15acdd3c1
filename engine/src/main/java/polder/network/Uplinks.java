package polder.network;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.Link;
import polder.linux.NetworkStack;
import polder.linux.NetworkThread;
import polder.linux.SyscallException;
import polder.linux.Vxlans;
import polder.model.ErrorKind;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.PolderException;
import polder.model.Vxlan;

/**
 * What makes switches one with those of other hosts: a vxlan link on each one's bridge. For one
 * thread at a time.
 */
final class Uplinks {
  /** How many hardware addresses are learnt from other hosts; of more, frames go to all. */
  static final int MOST_LEARNT = 4096;

  private final LinkNames names;
  private final NetworkStack stack;

  Uplinks(LinkNames names, NetworkStack stack) {
    this.names = names;
    this.stack = stack;
  }

  /**
   * Refuses a network whose link could not be made here.
   *
   * @throws PolderException EXISTS if its name is somebody else's; UNSUPPORTED if the kernel makes
   *     none
   */
  void verify(Network network) {
    if (network.vxlan().isEmpty() || find(network).isPresent()) {
      return;
    }
    try (Fd nowhere = NetworkThread.newNetwork();
        NetworkStack trial = NetworkStack.of(nowhere)) {
      trial
          .vxlans()
          .tryOut(
              names.uplink(network),
              names.uplinkAddress(network).value(),
              network.mtu(),
              carrier(network.vxlan().get()));
    } catch (SyscallException e) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "this kernel makes no interface of kind vxlan: load the module of that name, or use a"
              + " kernel with CONFIG_VXLAN: "
              + e.getMessage(),
          e);
    }
  }

  /** The largest packet that gets to the other hosts; empty if no way leads to them now. */
  OptionalInt room(Vxlan vxlan) {
    List<Link> links = stack.links().list();
    return vxlan.remotes().stream()
        .map(each -> stack.routes().linkTo(Inet.of(each)))
        .flatMapToInt(
            index ->
                links.stream()
                    .filter(each -> index.equals(OptionalInt.of(each.index())))
                    .mapToInt(Link::mtu))
        .map(mtu -> mtu - vxlan.overhead())
        .min();
  }

  /** Whether nothing has to be done for a network that is otherwise as it should be. */
  boolean isThere(Network network) {
    return network.vxlan().isEmpty() || find(network).filter(Link::up).isPresent();
  }

  /** Sees to it that a network reaches those hosts that it should, and no others. */
  void raise(Network network, int bridge) {
    if (network.vxlan().isEmpty()) {
      return;
    }
    Vxlan vxlan = network.vxlan().get();
    Optional<Link> there = find(network);
    if (there.filter(each -> each.master().equals(OptionalInt.of(bridge))).isEmpty()) {
      there.ifPresent(each -> stack.links().remove(each.index())); // of a bridge that is gone
      stack.links().learnAtMost(bridge, MOST_LEARNT);
      add(network, bridge, vxlan);
    }
    Link link = find(network).orElseThrow();
    stack.links().alias(link.index(), "polder network " + network.name());
    if (link.mtu() != network.mtu()) {
      stack.links().mtu(link.index(), network.mtu());
    }
    Set<InetAddress> peers = vxlan.remotes().stream().map(Inet::of).collect(Collectors.toSet());
    stack.vxlans().peers(link.index(), peers);
    stack.links().raise(link.index());
  }

  private void add(Network network, int bridge, Vxlan vxlan) {
    try {
      stack
          .vxlans()
          .add(
              names.uplink(network),
              names.uplinkAddress(network).value(),
              network.mtu(),
              bridge,
              carrier(vxlan));
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
      throw new PolderException(
          ErrorKind.EXISTS,
          "an interface of this host that is not Polder's has VXLAN number %d at port %d; make"
                  .formatted(vxlan.vni(), vxlan.port())
              + " network '%s' with another, on all hosts".formatted(network.name()),
          e);
    }
  }

  private static Vxlans.Carrier carrier(Vxlan vxlan) {
    IpAddress any = IpAddress.of(vxlan.six() ? "::" : "0.0.0.0");
    return new Vxlans.Carrier(
        vxlan.vni(), vxlan.port(), Inet.of(vxlan.local().orElse(any)), MOST_LEARNT);
  }

  /** Takes away what there is of a network's. */
  void lower(Network network) {
    if (network.vxlan().isPresent()) {
      find(network).ifPresent(each -> stack.links().remove(each.index()));
    }
  }

  private Optional<Link> find(Network network) {
    Optional<Link> there = stack.links().find(names.uplink(network));
    String own = names.uplinkAddress(network).value();
    if (there.isPresent()
        && !(there.get().kind().equals(Optional.of("vxlan"))
            && there.get().address().equals(Optional.of(own)))) {
      throw new PolderException(
          ErrorKind.EXISTS,
          "this host has an interface '%s' that is not Polder's, or was changed; remove it"
              .formatted(there.get().name()));
    }
    return there;
  }
}
