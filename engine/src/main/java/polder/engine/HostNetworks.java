package polder.engine;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import polder.brand.Lan;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.model.Balance;
import polder.model.BalancePlaces;
import polder.model.Brand;
import polder.model.Fault;
import polder.model.HostPorts;
import polder.model.Leases;
import polder.model.Network;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.network.LinkNames;
import polder.network.NetworkWatch;
import polder.network.Switchboard;
import polder.network.Vnic;
import polder.network.Wiring;
import polder.network.dhcp.AddressServer;
import polder.network.dhcp.CardBook;
import polder.network.dns.NameBook;
import polder.network.dns.NameServer;

/**
 * The networks of this machine, who has which address in them, and the cards that are plugged.
 *
 * <p>A lease is in the record of the zone that has it, so it comes and goes with that; what is held
 * here is what all records say together.
 */
final class HostNetworks implements AutoCloseable {
  private static final Path RESOLVERS = Path.of("/etc/resolv.conf");

  private final ReentrantLock changing = new ReentrantLock();
  private final Map<String, Network> all = new ConcurrentSkipListMap<>();
  private final NetworkStore store;
  private final Switchboard switchboard;
  private final Leases leases;
  private final NameServer names;
  private final AddressServer addresses;
  private volatile @Nullable HostNames known; // once all zones are
  private volatile List<Balance> balances = List.of();

  private HostNetworks(NetworkStore store, HostPaths paths, Launcher launcher, Fd host) {
    this.store = store;
    store.scan().forEach(each -> all.put(each.name(), each));
    SecureRandom random = new SecureRandom();
    this.leases = new Leases(random::nextLong);
    this.names = new NameServer(host, this::book, RESOLVERS);
    this.addresses = new AddressServer(host, this::cards);
    this.switchboard =
        Switchboard.open(
            launcher,
            LinkNames.of(paths.cgroups(), paths.equals(HostPaths.system())),
            () -> List.copyOf(all.values()),
            host,
            serving());
  }

  private NetworkWatch serving() {
    return new NetworkWatch() {
      @Override
      public void raised(Network network, Place place) {
        names.serve(network, place);
        addresses.serve(network, place);
      }

      @Override
      public void failed(Network network, String why) {
        names.fail(network.name(), why);
      }

      @Override
      public void lowered(Network network) {
        names.leave(network.name());
        addresses.leave(network.name());
      }
    };
  }

  /**
   * Reads what is recorded; makes nothing.
   *
   * @param host the network namespace that is the host's; it is closed with this
   */
  static HostNetworks open(HostPaths paths, Launcher launcher, Fd host) {
    NetworkStore store = new NetworkStore(paths);
    try {
      return new HostNetworks(store, paths, launcher, host);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  List<Network> list() {
    return List.copyOf(all.values());
  }

  /** The one of that name or uuid. */
  Optional<Network> find(String name) {
    return all.values().stream()
        .filter(each -> each.name().equals(name) || each.uuid().toString().equals(name))
        .findFirst();
  }

  NetworkStore store() {
    return store;
  }

  Switchboard switchboard() {
    return switchboard;
  }

  Leases leases() {
    return leases;
  }

  /** Does something while no network comes, goes or is given to anybody else. */
  <T> T locked(Supplier<T> work) {
    changing.lock();
    try {
      return work.get();
    } finally {
      changing.unlock();
    }
  }

  /** Writes a network down, and knows it. */
  void put(Network network) {
    store.put(network);
    all.put(network.name(), network);
    noted();
  }

  void remove(String name) {
    store.remove(name);
    all.remove(name);
    noted();
  }

  /** Decides what the nics of {@code spec} leave open: {@link Leases#take}. */
  ZoneSpec take(ZoneSpec spec) {
    return locked(() -> leases.take(spec, this::find, ports()));
  }

  /** What programs of the host's, and balances, have of its ports. */
  HostPorts ports() {
    return BalancePlaces.beside(new OthersPorts(switchboard.ports(), list()), balances);
  }

  /** From now on these balances are there. */
  void beside(List<Balance> others) {
    balances = List.copyOf(others);
    noted();
  }

  /** The balances that are recorded. */
  List<Balance> balances() {
    return balances;
  }

  private void noted() {
    HostNames all = known;
    if (all != null) {
      all.noted();
    }
  }

  private NameBook book() {
    HostNames all = known;
    return all == null ? NameBook.NONE : all.book();
  }

  private CardBook cards() {
    HostNames all = known;
    return all == null ? CardBook.NONE : all.cards();
  }

  /** From now on names and cards are answered by what {@code all} knows. */
  void answer(HostNames all) {
    known = all;
    switchboard.find();
  }

  /** Why networks are not answered on for names, by their names. */
  Map<String, String> unanswered() {
    return names.problems();
  }

  /** Why cards on networks are not told their addresses, by the networks' names. */
  Map<String, String> untold() {
    return addresses.problems();
  }

  /** Whether a nic of {@code spec} asks for the default network, which is not there yet. */
  boolean lacksDefault(ZoneSpec spec) {
    return find(Network.DEFAULT).isEmpty()
        && spec.get(ZoneProperties.NICS).stream()
            .anyMatch(nic -> nic.network().equals(Optional.of(Network.DEFAULT)));
  }

  /** Whether zones made by {@code spec} have cards at all. */
  static boolean has(ZoneSpec spec) {
    return !spec.get(ZoneProperties.NICS).isEmpty();
  }

  /**
   * Refuses to start a zone whose ports a program of the host's has taken.
   *
   * @throws PolderException INVALID with all of them
   */
  void demandPorts(ZoneSpec spec) {
    List<Fault> faults = Leases.taken(spec, ports());
    if (!faults.isEmpty()) {
      throw new PolderException("ports that it publishes are taken", faults);
    }
  }

  /** What of a zone no firewall could watch. */
  List<Fault> verifyGuarded(ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    for (Nic nic : spec.get(ZoneProperties.NICS)) {
      Optional<Network> network =
          nic.network().or(() -> nic.networkUuid().map(UUID::toString)).flatMap(this::find);
      if (spec.get(ZoneProperties.FIREWALL_ENABLED)
          && network.filter(each -> each.kind() == Network.Kind.MACVLAN).isPresent()) {
        faults.add(
            new Fault(
                "firewall_enabled",
                "network '%s' is of kind macvlan, whose frames come by no hook of the host's"
                    .formatted(network.get().name())));
      }
    }
    return faults;
  }

  /**
   * Plugs a zone's cards into its namespace, whose first process waits.
   *
   * @return a guest's ends of them, now the caller's
   */
  List<Fd> plug(ZoneSpec spec, Fd inside) {
    return switchboard.plug(spec.uuid(), wiring(spec), inside);
  }

  /** Knows again what a zone that runs is plugged into. */
  void admit(ZoneSpec spec) {
    if (has(spec)) {
      try {
        switchboard.admit(spec.uuid(), wiring(spec));
      } catch (PolderException e) {
        // its network is gone from the records; its cards pass what they passed
      }
    }
  }

  /** Changes what may change of a zone's cards while it runs. */
  void change(ZoneSpec spec) {
    switchboard.change(spec.uuid(), wiring(spec));
  }

  /** Whether a zone has cards, or had some when it last ran. */
  boolean isPlugged(UUID zone) {
    return switchboard.isPlugged(zone);
  }

  void unplug(UUID zone) {
    switchboard.unplug(zone);
  }

  /** What a zone is told of its networks; of its cards only if it has a kernel of its own. */
  Lan lan(ZoneSpec spec) {
    if (!has(spec)) {
      return Lan.NONE;
    }
    Lan.Names told = ZoneResolvers.of(spec, this::find);
    if (spec.brand() != Brand.VM) {
      return new Lan(List.of(), List.of(), told);
    }
    Wiring wiring = wiring(spec);
    return new Lan(wiring.vnics().stream().map(Vnic::mtu).toList(), wiring.ways(), told);
  }

  /** What a zone of that spec is plugged into, or would be. */
  Wiring wiring(ZoneSpec spec) {
    return Wiring.of(spec, this::find, switchboard.names());
  }

  @Override
  public void close() {
    names.close();
    addresses.close();
    switchboard.close();
    store.close();
  }
}
