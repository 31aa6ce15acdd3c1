package polder.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.InterfaceAddress;
import polder.linux.Link;
import polder.linux.NetworkSettings;
import polder.linux.NetworkStack;
import polder.linux.SyscallException;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.PolderException;
import polder.model.Vxlan;

/**
 * The host's side of networks: their bridges, and what leads out of them. A bridge comes about when
 * it is needed first, and is put right whenever it is. For one thread at a time.
 */
final class Bridges {
  private static final System.Logger LOG = System.getLogger("polder.network");
  private static final List<String> FORWARD = List.of("ipv4", "ip_forward");
  private static final List<String> FORWARD_SIX = List.of("ipv6", "conf", "all", "forwarding");

  private final LinkNames names;
  private final Supplier<List<Network>> networks;
  private final NetworkStack stack;
  private final NetworkSettings settings;
  private final Nft nft;
  private final Rulesets rulesets;
  private final Supplier<BalancePlan> balances;
  private final NetworkWatch watch;
  private final Fd host;
  private final Enclaves enclaves;
  private final Uplinks uplinks;
  private final Map<String, Raised> raised = new HashMap<>();
  private @Nullable String routed; // the rules that we made last

  /** What a network had when it was put right last. */
  private record Raised(Network network, Set<IpAddress> claims) {}

  Bridges(
      LinkNames names,
      Supplier<List<Network>> networks,
      Supplier<BalancePlan> balances,
      Fd host,
      NetworkStack stack,
      NetworkSettings settings,
      Nft nft,
      NetworkWatch watch) {
    this.names = names;
    this.networks = networks;
    this.balances = balances;
    this.stack = stack;
    this.settings = settings;
    this.nft = nft;
    this.host = host;
    this.watch = watch;
    this.enclaves = new Enclaves(names, stack);
    this.uplinks = new Uplinks(names, stack);
    this.rulesets = new Rulesets(names);
  }

  /** As {@link Switchboard#verify}. */
  void verify(Network network) {
    if (network.kind().hasParent()) {
      parent(network);
      return;
    }
    Optional<Link> there = stack.links().find(network.link());
    if (there.isPresent()) {
      demandOurs(network, there.get());
    }
    uplinks.verify(network);
    boolean six = network.subnets().stream().anyMatch(each -> each.cidr().address().six());
    if (network.kind() == Network.Kind.NAT && six && !forwardsSix()) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "this host does not forward IPv6, and would no longer listen to its router if Polder"
              + " made it: set net.ipv6.conf.all.forwarding=1, and accept_ra=2 where it needs"
              + " its router, first");
    }
  }

  /** As {@link Switchboard#room}. */
  OptionalInt room(Vxlan vxlan) {
    return uplinks.room(vxlan);
  }

  /** Whether the host passes IPv6 on. */
  boolean forwardsSix() {
    return settings.get(FORWARD_SIX).equals(Optional.of("1"));
  }

  /** As {@link Switchboard#hostNetworks}. */
  List<Cidr> hostNetworks() {
    List<Cidr> found = new ArrayList<>();
    stack
        .addresses()
        .list()
        .forEach(
            each ->
                found.add(
                    new Cidr(IpAddress.of(each.address().getAddress()), each.prefix()).network()));
    stack.routes().list().stream()
        .filter(each -> each.prefix() > 0)
        .forEach(
            each ->
                found.add(
                    new Cidr(IpAddress.of(each.destination().getAddress()), each.prefix())
                        .network()));
    return List.copyOf(found);
  }

  /** As {@link Switchboard#hostAddresses}. */
  Set<IpAddress> hostAddresses() {
    Set<Integer> ours = new HashSet<>();
    for (Network each : networks.get()) {
      if (!each.kind().hasParent()) {
        stack.links().find(each.link()).ifPresent(link -> ours.add(link.index()));
      }
    }
    Set<IpAddress> found = new HashSet<>();
    for (InterfaceAddress each : stack.addresses().list()) {
      if (!ours.contains(each.link())) {
        found.add(IpAddress.of(each.address().getAddress()));
      }
    }
    return Set.copyOf(found);
  }

  /** As {@link Switchboard#problem}. */
  Optional<String> problem(Network network) {
    if (!network.kind().hasParent()) {
      return Optional.empty(); // it is made when it is needed
    }
    try {
      parent(network);
      return Optional.empty();
    } catch (PolderException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** The interface that a network is on. */
  private Link parent(Network network) {
    Optional<Link> found = stack.links().find(network.link());
    if (found.isEmpty()) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "this host has no interface '%s' for network '%s'"
              .formatted(network.link(), network.name()));
    }
    boolean bridge = found.get().kind().equals(Optional.of("bridge"));
    if (network.kind() == Network.Kind.BRIDGE && !bridge) {
      throw new PolderException(
          ErrorKind.INVALID,
          "interface '%s' is no bridge: make one with it as a port, or a network of kind macvlan"
              .formatted(network.link()));
    }
    return found.get();
  }

  private void demandOurs(Network network, Link link) {
    boolean ours =
        link.kind().equals(Optional.of("bridge"))
            && link.address().equals(Optional.of(names.bridgeAddress(network).value()));
    if (!ours) {
      throw new PolderException(
          ErrorKind.EXISTS,
          "this host has an interface '%s' that is not Polder's; call the network otherwise"
              .formatted(link.name()));
    }
  }

  /** Takes a link away, if it is still there. */
  void remove(Link link) {
    try {
      stack.links().remove(link.index());
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENODEV)) {
        throw e;
      }
    }
  }

  /** Sees to it that a network is there as it should be; answers its interface. */
  int raise(Network network) {
    if (network.kind().hasParent()) {
      return parent(network).index();
    }
    Optional<Link> there = stack.links().find(network.link());
    Raised wanted = new Raised(network, balances.get().claims(network));
    if (there.isPresent()
        && there.get().up()
        && wanted.equals(raised.get(network.name()))
        && uplinks.isThere(network)) {
      tell(network, there.get()); // where nobody could answer for names, somebody may by now
      return there.get().index();
    }
    if (there.isEmpty()) {
      stack.links().addBridge(network.link(), names.bridgeAddress(network).value(), network.mtu());
    } else {
      demandOurs(network, there.get());
    }
    Link link = stack.links().find(network.link()).orElseThrow();
    stack.links().alias(link.index(), "polder network " + network.name());
    if (link.mtu() != network.mtu()) {
      stack.links().mtu(link.index(), network.mtu());
    }
    keepQuiet(network);
    stack.links().raise(link.index());
    Gateways.set(stack, link, network, wanted.claims());
    route(network);
    uplinks.raise(network, link.index()); // when the rules stand that it is held to
    tell(network, link);
    raised.put(network.name(), wanted);
    return link.index();
  }

  /** As {@link Switchboard#find}. */
  void find(Network network) {
    if (network.vxlan().isPresent()) {
      reach(network);
    } else if (!network.kind().hasParent()) {
      stack.links().find(network.link()).filter(Link::up).ifPresent(link -> tell(network, link));
    }
  }

  /** We may have died before other hosts were told apart as the record has it. */
  private void reach(Network network) {
    try {
      refresh(network);
    } catch (PolderException | SyscallException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "network '%s' may not reach the hosts that it should: %s"
              .formatted(network.name(), e.getMessage()));
    }
  }

  private void tell(Network network, Link link) {
    if (network.kind().hasHost()) {
      watch.raised(network, new NetworkWatch.Place(host, Optional.of(link.name()), link.index()));
    } else {
      enclaves.raise(network, link, watch);
    }
  }

  /**
   * No zone tells the host by what router it goes, or what addresses it has; nor does the host ask
   * zones whether they have the bridge's own, for a second in which it could find none of them.
   */
  private void keepQuiet(Network network) {
    boolean six =
        (network.kind().hasHost()
                && network.subnets().stream().anyMatch(each -> each.cidr().address().six()))
            || balances.get().claims(network).stream().anyMatch(IpAddress::six);
    Map<List<String>, String> quiet = new LinkedHashMap<>();
    quiet.put(List.of("ipv6", "conf", network.link(), "accept_ra"), "0");
    quiet.put(List.of("ipv6", "conf", network.link(), "autoconf"), "0");
    quiet.put(List.of("ipv6", "conf", network.link(), "accept_dad"), "0");
    quiet.put(List.of("ipv6", "conf", network.link(), "disable_ipv6"), six ? "0" : "1");
    settings.set(quiet);
  }

  /** Sees to it that the rules stand that lead out of a network. */
  void route(Network network) {
    if (Rulesets.speaksOf(network) || !balances.get().isNone()) {
      rules();
    }
    if (network.kind() == Network.Kind.NAT) {
      forward();
    }
  }

  /** Sees to it that the rules stand by which balances lead to their members. */
  void balance() {
    rules();
    forward();
  }

  /** Takes away what balances needed, where none is left. */
  void endBalance() {
    if (routed != null && balances.get().isNone()) {
      rules();
    }
  }

  private void rules() {
    String wanted = rulesets.routed(networks.get(), balances.get());
    if (!wanted.equals(routed)) {
      nft.apply(wanted);
      routed = wanted;
    }
  }

  private void forward() {
    if (!settings.get(FORWARD).equals(Optional.of("1"))) {
      settings.set(Map.of(FORWARD, "1"));
    }
  }

  /** The rules are gone, or may be. */
  void forgetRules() {
    routed = null;
  }

  /** As {@link Switchboard#refresh}. */
  void refresh(Network network) {
    if (!network.kind().hasParent() && stack.links().find(network.link()).isPresent()) {
      var _ = raise(network);
    }
  }

  /** Lets go of what ends with us. */
  void close() {
    enclaves.close();
  }

  /** As {@link Switchboard#lower}. */
  void lower(Network network) {
    if (network.kind().hasParent()) {
      return;
    }
    raised.remove(network.name());
    enclaves.lower(network, watch);
    uplinks.lower(network);
    Optional<Link> there = stack.links().find(network.link());
    if (there.isPresent()) {
      demandOurs(network, there.get());
      remove(there.get());
      if (Rulesets.speaksOf(network)) {
        List<Network> others =
            networks.get().stream().filter(each -> !each.name().equals(network.name())).toList();
        routed = rulesets.routed(others, balances.get());
        nft.apply(routed);
      }
    }
  }
}
