package polder.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Which zone has which hardware and IP addresses. Gives nics what their payload leaves open, and
 * refuses what another has.
 *
 * <p>Nothing of it is kept on a disk: what a zone was given stands in its spec from then on, and is
 * {@link #keep admitted} from there. For many threads at once.
 */
public final class Leases {
  private static final int MOST_TRIES = 1000;
  private static final int PORT_PART = 6; // of an address's text: all but its first two bytes
  private static final String POOL_SIX = "pool of IPv6"; // no payload says so

  private final ReentrantLock giving = new ReentrantLock();
  private final Map<UUID, List<Nic>> given = new HashMap<>();
  private final LongSupplier random;
  private Map<String, Set<IpAddress>> claimed = Map.of();

  /**
   * None yet.
   *
   * @param random where hardware addresses come from: 40 bits of each number
   */
  public Leases(LongSupplier random) {
    this.random = random;
  }

  /** Which networks there are. */
  @FunctionalInterface
  public interface Known {
    /** The network of that name or uuid. */
    Optional<Network> find(String name);
  }

  /**
   * The spec with all that its nics leave open decided: names, macs, networks by name, addresses.
   * They are the zone's beside what it had, until it is {@link #keep kept} or {@link #release
   * released}.
   *
   * @param spec has a uuid, and is checked
   * @throws PolderException INVALID with all that is wrong
   */
  public ZoneSpec take(ZoneSpec spec, Known networks) {
    return take(spec, networks, HostPorts.FREE);
  }

  /** As {@link #take(ZoneSpec, Known)}, on a host that has a say in what ports are published. */
  public ZoneSpec take(ZoneSpec spec, Known networks, HostPorts host) {
    if (spec.get(ZoneProperties.NICS).isEmpty()) {
      return spec;
    }
    giving.lock();
    try {
      Taking taking = new Taking(spec.uuid(), host);
      List<Nic> nics = new ArrayList<>();
      List<Nic> asked = spec.get(ZoneProperties.NICS);
      List<String> names = NicRules.names(asked);
      taking.reserve(asked, networks);
      for (int i = 0; i < asked.size(); i++) {
        taking.settle(asked.get(i), names.get(i), i, networks).ifPresent(nics::add);
      }
      if (!taking.faults.isEmpty()) {
        throw new PolderException("the payload is refused", taking.faults);
      }
      List<Nic> all = new ArrayList<>(given.getOrDefault(spec.uuid(), List.of()));
      all.addAll(nics);
      given.put(spec.uuid(), all);
      return spec.with(ZoneProperties.NICS, List.copyOf(nics));
    } finally {
      giving.unlock();
    }
  }

  /** What of the ports that {@code spec} publishes a program of the host's has taken since. */
  public static List<Fault> taken(ZoneSpec spec, HostPorts host) {
    return PortLeases.taken(spec, host);
  }

  /** From now on a zone has what its spec says, and no more. */
  public void keep(ZoneSpec spec) {
    giving.lock();
    try {
      List<Nic> nics = spec.get(ZoneProperties.NICS);
      if (nics.isEmpty()) {
        given.remove(spec.uuid());
      } else {
        given.put(spec.uuid(), nics);
      }
    } finally {
      giving.unlock();
    }
  }

  /** All that a zone had is free. */
  public void release(UUID zone) {
    giving.lock();
    try {
      given.remove(zone);
    } finally {
      giving.unlock();
    }
  }

  /** A copy, in which may be tried what would be given; nothing of it is anybody's. */
  public Leases copy() {
    giving.lock();
    try {
      Leases copy = new Leases(random);
      copy.given.putAll(given);
      copy.claimed = claimed;
      return copy;
    } finally {
      giving.unlock();
    }
  }

  /** The nics that are on a network. */
  public List<Nic> on(String network) {
    giving.lock();
    try {
      return given.values().stream()
          .flatMap(List::stream)
          .filter(nic -> nic.network().equals(Optional.of(network)))
          .toList();
    } finally {
      giving.unlock();
    }
  }

  /** The ports that all nics publish. */
  public List<PublishedPort> published() {
    giving.lock();
    try {
      return given.values().stream()
          .flatMap(List::stream)
          .flatMap(nic -> nic.ports().stream())
          .toList();
    } finally {
      giving.unlock();
    }
  }

  /** From now on no nic is given those addresses, by network: they are balances'. */
  public void claim(Map<String, Set<IpAddress>> addresses) {
    giving.lock();
    try {
      claimed = Map.copyOf(addresses);
    } finally {
      giving.unlock();
    }
  }

  /** The addresses on a network that are balances'. */
  public Set<IpAddress> claimed(String network) {
    giving.lock();
    try {
      return claimed.getOrDefault(network, Set.of());
    } finally {
      giving.unlock();
    }
  }

  /** What one zone is given; with the lock. */
  private final class Taking {
    private final UUID zone;
    private final PortLeases ports;
    private final List<Fault> faults = new ArrayList<>();
    private final Set<MacAddress> macs = new HashSet<>();
    private final Map<String, Set<IpAddress>> addresses = new HashMap<>();
    private final Map<String, Set<IpAddress>> named = new HashMap<>();

    Taking(UUID zone, HostPorts host) {
      this.zone = zone;
      this.ports = new PortLeases(host);
      claimed.forEach((network, all) -> taken(network).addAll(all));
      given.forEach(
          (other, nics) -> {
            if (!other.equals(zone)) {
              nics.forEach(this::count);
            }
          });
    }

    /** What some of the nics name is nothing that a pool may give to others of them. */
    void reserve(List<Nic> nics, Known networks) {
      for (Nic nic : nics) {
        nic.networkUuid()
            .map(UUID::toString)
            .or(nic::network)
            .flatMap(networks::find)
            .ifPresent(
                network ->
                    nic.addresses()
                        .forEach(
                            each ->
                                named
                                    .computeIfAbsent(network.name(), name -> new HashSet<>())
                                    .add(each.address())));
      }
    }

    private void count(Nic nic) {
      nic.mac().ifPresent(macs::add);
      ports.count(nic);
      nic.network()
          .ifPresent(
              network -> nic.addresses().forEach(each -> taken(network).add(each.address())));
    }

    private Set<IpAddress> taken(String network) {
      return addresses.computeIfAbsent(network, name -> new HashSet<>());
    }

    Optional<Nic> settle(Nic nic, String name, int index, Known networks) {
      String at = "nics[%d]".formatted(index);
      Optional<Network> found = network(nic, at, networks);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      Network network = found.get();
      taken(network.name()).addAll(network.resolvers());
      if (network.kind() == Network.Kind.MACVLAN && !nic.freedoms().all()) {
        fault(
            at,
            ("network '%s' shares an interface, where nothing can be watched: allow all four kinds"
                    + " of spoofing and traffic, or use a bridge")
                .formatted(network.name()));
      }
      if (network.kind() == Network.Kind.MACVLAN && !nic.bandwidth().isNone()) {
        fault(
            at + ".bandwidth",
            "network '%s' shares an interface, where no nic has an end that could wait"
                .formatted(network.name()));
      }
      if (nic.mtu().isPresent() && nic.mtu().get() > network.mtu()) {
        fault(
            at + ".mtu",
            "%d is more than the %d of network '%s'"
                .formatted(nic.mtu().get(), network.mtu(), network.name()));
      }
      MacAddress mac = mac(nic, at);
      List<Cidr> own = new ArrayList<>();
      for (String ask : nic.ips().orElseGet(() -> standard(network))) {
        address(ask, network, mac, at)
            .ifPresent(
                each -> {
                  taken(network.name()).add(each.address());
                  own.add(each);
                });
      }
      return Optional.of(
          nic.settled(name, mac, network.name(), own)
              .with(ports.settle(nic, network, own, at, faults)));
    }

    private Optional<Network> network(Nic nic, String at, Known networks) {
      Optional<UUID> uuid = nic.networkUuid();
      String wanted = uuid.map(UUID::toString).or(nic::network).orElseThrow();
      Optional<Network> found = networks.find(wanted);
      if (found.isEmpty()) {
        fault(
            at + (uuid.isPresent() ? ".network_uuid" : ".nic_tag"),
            "there is no network '%s'; make it with 'polder network create'".formatted(wanted));
      } else if (nic.network().filter(name -> !name.equals(found.get().name())).isPresent()) {
        fault(
            at + ".nic_tag",
            "network %s is called '%s'".formatted(found.get().uuid(), found.get().name()));
      }
      return found;
    }

    private MacAddress mac(Nic nic, String at) {
      if (nic.mac().isPresent()) {
        MacAddress mac = nic.mac().get();
        Optional<MacAddress> other = macs.stream().filter(each -> alike(each, mac)).findFirst();
        if (other.isPresent()) {
          fault(
              at + ".mac",
              (other.get().equals(mac)
                      ? "%s is another nic's"
                      : "%s is too near to another nic's: they differ in their first two bytes only")
                  .formatted(mac));
        }
        macs.add(mac);
        return mac;
      }
      for (int i = 0; i < MOST_TRIES; i++) {
        MacAddress made = MacAddress.local(random.getAsLong());
        if (macs.stream().noneMatch(each -> alike(each, made))) {
          macs.add(made);
          return made;
        }
      }
      throw new IllegalStateException("the source of hardware addresses repeats itself");
    }

    /** One address of each family that there is a pool of. */
    private List<String> standard(Network network) {
      List<String> asks = new ArrayList<>();
      for (boolean six : new boolean[] {false, true}) {
        network.subnets().stream()
            .filter(each -> each.cidr().address().six() == six && each.pool().isPresent())
            .findFirst()
            .ifPresent(each -> asks.add(six ? POOL_SIX : Nic.DHCP));
      }
      return asks;
    }

    private Optional<Cidr> address(String ask, Network network, MacAddress mac, String at) {
      return switch (ask) {
        case Nic.DHCP -> fromPool(network, false, at);
        case POOL_SIX -> fromPool(network, true, at);
        case Nic.ADDRCONF -> fromMac(network, mac, at);
        default -> given(Cidr.of(ask), network, at);
      };
    }

    private Optional<Cidr> fromPool(Network network, boolean six, String at) {
      List<Subnet> pools =
          network.subnets().stream()
              .filter(each -> each.cidr().address().six() == six && each.pool().isPresent())
              .toList();
      if (pools.isEmpty()) {
        fault(
            at + ".ips",
            "network '%s' has no pool of addresses; give ips, or update the network"
                .formatted(network.name()));
        return Optional.empty();
      }
      for (Subnet subnet : pools) {
        Optional<IpAddress> free = free(subnet, network.name());
        if (free.isPresent()) {
          return Optional.of(new Cidr(free.get(), subnet.cidr().prefix()));
        }
      }
      fault(
          at + ".ips",
          "no address is free in the pool of network '%s'; delete zones, or give it a larger one"
              .formatted(network.name()));
      return Optional.empty();
    }

    private Optional<IpAddress> free(Subnet subnet, String network) {
      Set<IpAddress> taken = taken(network);
      Set<IpAddress> kept = named.getOrDefault(network, Set.of());
      Subnet.Range pool = subnet.pool().orElseThrow();
      IpAddress last = pool.last();
      for (IpAddress each = pool.first(); each.compareTo(last) <= 0; each = each.plus(1)) {
        if (subnet.cidr().isHost(each)
            && !taken.contains(each)
            && !kept.contains(each)
            && !Optional.of(each).equals(subnet.gateway())) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }

    private Optional<Cidr> fromMac(Network network, MacAddress mac, String at) {
      Optional<Cidr> prefix =
          network.subnets().stream()
              .map(Subnet::cidr)
              .filter(each -> each.address().six() && each.prefix() == 64)
              .findFirst();
      if (prefix.isEmpty()) {
        fault(
            at + ".ips",
            "addrconf needs an IPv6 subnet of /64, and network '%s' has none"
                .formatted(network.name()));
        return Optional.empty();
      }
      IpAddress base = prefix.get().address();
      return given(new Cidr(new IpAddress(true, base.high(), mac.interfaceId()), 64), network, at);
    }

    private Optional<Cidr> given(Cidr cidr, Network network, String at) {
      IpAddress address = cidr.address();
      Optional<Subnet> subnet = network.subnetOf(address);
      if (subnet.isEmpty() && !network.subnets().isEmpty()) {
        fault(at + ".ips", "%s is in no subnet of network '%s'".formatted(address, network.name()));
      } else if (subnet.flatMap(Subnet::gateway).equals(Optional.of(address))) {
        fault(at + ".ips", "%s is the gateway of network '%s'".formatted(address, network.name()));
      } else if (subnet.filter(each -> !each.cidr().isHost(address)).isPresent()) {
        fault(at + ".ips", "%s is no host's address in %s".formatted(address, subnet.get().cidr()));
      } else if (claimed.getOrDefault(network.name(), Set.of()).contains(address)) {
        fault(at + ".ips", "%s is a balance's on network '%s'".formatted(address, network.name()));
      } else if (network.resolvers().contains(address)) {
        fault(
            at + ".ips", "%s answers for names on network '%s'".formatted(address, network.name()));
      } else if (taken(network.name()).contains(address)) {
        fault(
            at + ".ips",
            "%s is another nic's on network '%s'; zone %s cannot have it too"
                .formatted(address, network.name(), zone));
      } else {
        return Optional.of(cidr);
      }
      return Optional.empty();
    }

    private void fault(String path, String sentence) {
      faults.add(new Fault(path, sentence));
    }
  }

  /** Whether two nics could not be told apart by the names of their ports. */
  private static boolean alike(MacAddress one, MacAddress other) {
    String tail = one.value().substring(PORT_PART);
    return other.value().endsWith(tail);
  }
}
