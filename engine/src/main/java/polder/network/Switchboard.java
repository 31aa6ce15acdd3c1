package polder.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.linux.Link;
import polder.linux.LinkStatistics;
import polder.linux.NetworkSettings;
import polder.linux.NetworkStack;
import polder.linux.NftElements;
import polder.linux.NftTable;
import polder.linux.SyscallException;
import polder.model.Balance;
import polder.model.Cidr;
import polder.model.HostPorts;
import polder.model.IpAddress;
import polder.model.Leases;
import polder.model.Network;
import polder.model.PolderException;
import polder.model.Vxlan;

/** Plugs zones' cards into networks. For many threads at once. */
public final class Switchboard implements AutoCloseable {
  private final ReentrantLock working = new ReentrantLock();
  private final LinkNames names;
  private final Fd host;
  private final NetworkStack stack;
  private final NetworkSettings settings;
  private final NftElements elements;
  private final Publications publications;
  private final Balancing balancing;
  private final Shaping shaping;
  private final Nft nft;
  private final Rulesets rulesets;
  private final Wall wall;
  private final Supplier<List<Network>> networks;
  private final Map<UUID, Wiring> plugged = new HashMap<>();
  private final Bridges bridges;
  private final Ports ports;
  private final LiveCards live;
  private final NftTable cards;
  private final NftTable ways;
  private final FlushWatch flushes;
  private volatile Runnable restored = () -> {};
  private boolean watched; // we have made the bridges' rules ourselves

  private Switchboard(
      Launcher launcher,
      LinkNames names,
      Supplier<List<Network>> networks,
      Fd host,
      NetworkWatch watch) {
    this.names = names;
    this.host = host;
    this.stack = NetworkStack.of(host);
    this.settings = new NetworkSettings(host);
    this.elements = NftElements.of(host, NftElements.BRIDGE, names.table());
    this.shaping = new Shaping(stack, names);
    this.publications = new Publications(host, names);
    this.balancing = new Balancing(host, names);
    this.networks = networks;
    this.nft = new Nft(launcher, host);
    this.rulesets = new Rulesets(names);
    this.bridges =
        new Bridges(names, networks, balancing::wanted, host, stack, settings, nft, watch);
    this.ports = new Ports(stack, bridges, balancing);
    this.live = new LiveCards(working, plugged, ports, elements, shaping, this);
    this.cards = NftTable.of(host, NftElements.BRIDGE, names.table());
    this.ways = NftTable.of(host, NftElements.INET, names.table());
    this.flushes = new FlushWatch(host, names.table(), this::restoreLost);
    this.wall = Wall.open(launcher, names, host);
  }

  /**
   * Opens one; nothing is made or changed.
   *
   * @param networks all that there are, whenever it asks
   * @param host the namespace in which the host's ends are; it is closed with this
   * @param watch is told where networks are
   */
  public static Switchboard open(
      Launcher launcher,
      LinkNames names,
      Supplier<List<Network>> networks,
      Fd host,
      NetworkWatch watch) {
    return new Switchboard(launcher, names, networks, host, watch);
  }

  /** The firewall's table; it is closed with this. */
  public Wall wall() {
    return wall;
  }

  /** Changes cards of zones that run. */
  public LiveCards live() {
    return live;
  }

  /** What its links are called. */
  public LinkNames names() {
    return names;
  }

  /** The networks that the host itself has addresses or routes in, but the default ones. */
  public List<Cidr> hostNetworks() {
    return locked(() -> bridges.hostNetworks());
  }

  /**
   * Refuses a network that could not be raised here.
   *
   * @throws PolderException NOT_FOUND if there is no such parent; EXISTS if its bridge's name is
   *     somebody else's; UNSUPPORTED if the host does not forward what it would have to
   */
  public void verify(Network network) {
    locked(() -> bridges.verify(network));
  }

  /** The largest packet that gets to other hosts; empty if no way leads to them now. */
  public OptionalInt room(Vxlan vxlan) {
    return locked(() -> bridges.room(vxlan));
  }

  /** Why nothing can be plugged into a network now; empty if all is well. */
  public Optional<String> problem(Network network) {
    return locked(() -> bridges.problem(network));
  }

  /**
   * Plugs a zone's cards, which have their addresses and routes when this returns.
   *
   * @param zone whose they are; it has none yet
   * @param inside the zone's network namespace, which stays the caller's
   * @return a guest's ends of its cards, in their order, now the caller's; none if it is no guest
   * @throws PolderException what keeps it from being done; then {@link #unplug} takes away what is
   *     left, and the cards end with the namespace
   */
  public List<Fd> plug(UUID zone, Wiring wiring, Fd inside) {
    working.lock();
    try (NetworkStack within = NetworkStack.of(inside)) {
      plugged.put(zone, wiring);
      watch(wiring);
      for (Vnic each : wiring.vnics()) {
        ports.join(each, inside);
        if (!each.bandwidth().isNone()) {
          shaping.set(each); // it is down inside
        }
      }
      publish(wiring);
      NetworkSettings own = new NetworkSettings(inside);
      if (wiring.guest()) {
        return GuestCards.connect(within, own, inside, wiring);
      }
      Inside.configure(within, own, wiring);
      return List.of();
    } finally {
      working.unlock();
    }
  }

  /** Sees to it that the rules stand, and know the ports, before there is a port. */
  void watch(Wiring wiring) {
    if (!watched) {
      nft.apply(rulesets.bridge());
      watched = true;
    }
    try {
      elements.add(elementsOf(wiring));
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) {
        throw e;
      }
      nft.apply(rulesets.bridge()); // somebody flushed everything: of others' ports too
      for (Wiring each : plugged.values()) {
        elements.add(elementsOf(each));
      }
      balanceAnew();
    }
  }

  /** Has {@code next} done too, whenever somebody took the tables away and they were put back. */
  public void afterRestore(Runnable next) {
    restored = next;
  }

  /**
   * Puts back what is gone; the kernel may only have had more news than it keeps for us, as of a
   * thousand ports.
   *
   * @return whether something was gone
   */
  private boolean restoreLost() {
    working.lock();
    try {
      boolean lost = isLost();
      if (lost) {
        restore();
      }
      return lost;
    } finally {
      working.unlock();
      restored.run();
    }
  }

  private boolean isLost() {
    boolean routes =
        plugged.values().stream()
            .flatMap(each -> each.vnics().stream())
            .anyMatch(each -> Rulesets.speaksOf(each.network()));
    boolean leads = routes || !balancing.wanted().isNone();
    return (!plugged.isEmpty() && cards.chains().isEmpty()) || (leads && ways.chains().isEmpty());
  }

  /** Puts all tables back, with what is known of zones that run; what is there stays. */
  public void restore() {
    working.lock();
    try {
      watched = false;
      bridges.forgetRules();
      if (!plugged.isEmpty()) {
        nft.apply(rulesets.bridge());
        watched = true;
        plugged.values().forEach(each -> elements.add(elementsOf(each)));
        plugged.values().stream()
            .flatMap(each -> each.vnics().stream())
            .map(Vnic::network)
            .filter(Rulesets::speaksOf)
            .findFirst()
            .ifPresent(bridges::route);
        plugged.values().forEach(publications::open);
      }
      balanceAnew();
    } finally {
      working.unlock();
    }
  }

  /**
   * Has callers of balances led to those members that get new flows now; other flows go on.
   *
   * @param balances all, with their members
   */
  public void balance(List<Balance> balances) {
    working.lock();
    try {
      BalancePlan before = balancing.wanted();
      Leases.Known known =
          name -> networks.get().stream().filter(each -> each.name().equals(name)).findFirst();
      balancing.wanted(BalancePlan.of(balances, known, names));
      balance();
      bridges.endBalance();
      plugged.values().forEach(each -> balancing.reflect(stack.links(), each));
      for (Network each : networks.get()) {
        if (!before.claims(each).equals(balancing.wanted().claims(each))) {
          bridges.refresh(each);
        }
      }
    } finally {
      working.unlock();
    }
  }

  private void balance() {
    if (!balancing.wanted().isNone()) {
      bridges.balance();
      if (!watched && !balancing.wanted().doors().isEmpty()) {
        nft.apply(rulesets.bridge());
        watched = true;
      }
    }
    try {
      balancing.follow();
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) {
        throw e;
      }
      bridges.forgetRules(); // somebody flushed everything
      bridges.balance();
      nft.apply(rulesets.bridge());
      balancing.follow();
    }
  }

  /** A zone's new card lets it reach itself by balances that lead to it. */
  void reflect(Wiring wiring) {
    balancing.reflect(stack.links(), wiring);
  }

  /** The kernel may have nothing of balances any more. */
  private void balanceAnew() {
    balancing.forget();
    balance();
  }

  /** Whether the host passes IPv6 on. */
  public boolean forwardsSix() {
    return locked(() -> bridges.forwardsSix());
  }

  /** Its own addresses, but for those on bridges that are networks. */
  public Set<IpAddress> hostAddresses() {
    return locked(() -> bridges.hostAddresses());
  }

  /** Lets those in who call what a zone publishes; its networks are there. */
  void publish(Wiring wiring) {
    List<Vnic> open = wiring.vnics().stream().filter(each -> !each.ports().isEmpty()).toList();
    if (open.isEmpty()) {
      return;
    }
    if (!publications.open(wiring)) {
      bridges.forgetRules(); // somebody flushed everything: others' ports too
      bridges.route(open.getFirst().network());
      plugged.values().forEach(publications::open);
      balanceAnew();
    }
    for (Vnic each : open) {
      localRoute(each.network(), true);
      Optional<Link> port = stack.links().find(each.port()); // gone, if the zone is just ending
      port.ifPresent(link -> stack.links().reflect(link.index()));
    }
  }

  /** Whether the host's own programs, which call from 127.0.0.1, are let into a network. */
  private void localRoute(Network network, boolean on) {
    settings.set(Map.of(List.of("ipv4", "conf", network.link(), "route_localnet"), on ? "1" : "0"));
  }

  private <T> T locked(Supplier<T> work) {
    working.lock();
    try {
      return work.get();
    } finally {
      working.unlock();
    }
  }

  private void locked(Runnable work) {
    working.lock();
    try {
      work.run();
    } finally {
      working.unlock();
    }
  }

  private List<NftElements.Element> elementsOf(Wiring wiring) {
    return wiring.vnics().stream().flatMap(each -> PortRules.of(each, names).stream()).toList();
  }

  /** Notes what a zone that runs is plugged into, after our own restart. */
  public void admit(UUID zone, Wiring wiring) {
    var _ = locked(() -> plugged.put(zone, wiring));
  }

  /** Whether a zone is known to have cards. */
  public boolean isPlugged(UUID zone) {
    return locked(() -> plugged.containsKey(zone));
  }

  /** Takes back what a zone's cards may send. The cards themselves end with its namespace. */
  public void unplug(UUID zone) {
    working.lock();
    try {
      Wiring wiring = plugged.remove(zone);
      if (wiring != null) {
        elements.remove(elementsOf(wiring));
        unpublish(wiring);
        wiring.vnics().stream()
            .filter(each -> each.bandwidth().out().isPresent())
            .forEach(shaping::clear);
      }
    } finally {
      working.unlock();
    }
  }

  /**
   * Changes what may change of cards that are plugged: what they publish, and how fast they are.
   */
  public void change(UUID zone, Wiring wiring) {
    working.lock();
    try {
      Wiring before = wiring.vnics().isEmpty() ? plugged.remove(zone) : plugged.put(zone, wiring);
      if (before != null) {
        unpublish(before);
      }
      publish(wiring);
      wiring.vnics().forEach(shaping::set);
    } finally {
      working.unlock();
    }
  }

  /**
   * Brings what may change of cards that are plugged to what is known of it: we may have died in
   * the middle of such a change.
   *
   * @param whole whether all that runs is known; else what is not known keeps what it has
   */
  public void settle(boolean whole) {
    working.lock();
    try {
      if (whole) {
        publications.clear();
      }
      plugged.values().forEach(this::publish);
      plugged.values().forEach(each -> each.vnics().forEach(shaping::set));
    } finally {
      working.unlock();
    }
  }

  void unpublish(Wiring wiring) {
    publications.close(wiring);
    for (Vnic each : wiring.vnics()) {
      if (!each.ports().isEmpty()
          && !Publications.isUsed(plugged.values(), each.network().name())) {
        localRoute(each.network(), false);
      }
    }
  }

  /** What the host says to the publication of ports. */
  public HostPorts ports() {
    return new KernelPorts(host);
  }

  /** What went through each of the zones' ports, by its name, as the host sees it. */
  public Map<String, LinkStatistics> traffic() {
    return locked(() -> stack.links().statistics(names.ports()));
  }

  /** Tells where those networks are that are there already, as after our own restart. */
  public void find() {
    locked(() -> networks.get().forEach(bridges::find));
  }

  /** Brings a network that was changed up to date, if it is there. */
  public void refresh(Network network) {
    locked(() -> bridges.refresh(network));
  }

  /**
   * Takes away what is there of a network that no zone is on, and with the last one our tables; an
   * interface of others' stays.
   */
  public void lower(Network network) {
    locked(
        () -> {
          bridges.lower(network);
          boolean others =
              networks.get().stream().anyMatch(each -> !each.name().equals(network.name()));
          boolean tables = !cards.chains().isEmpty() || !ways.chains().isEmpty();
          if (tables && !others && plugged.isEmpty() && balancing.wanted().isNone()) {
            nft.apply(rulesets.none(wall.name())); // whoever needs them next makes them anew
            watched = false;
            bridges.forgetRules();
            balancing.forget();
          }
        });
  }

  @Override
  public void close() {
    flushes.close();
    bridges.close();
    cards.close();
    ways.close();
    wall.close();
    elements.close();
    publications.close();
    balancing.close();
    stack.close();
    host.close();
  }
}
