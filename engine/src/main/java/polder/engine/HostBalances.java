package polder.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import polder.linux.SyscallException;
import polder.model.Balance;
import polder.model.BalancePlaces;
import polder.model.BalanceZone;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneState;
import polder.model.ZoneStatus;

/**
 * The balances of this machine, and their being in force.
 *
 * <p>Which members get new flows follows from records and from what is seen of zones, so it is
 * looked at again whenever either changes, and nothing of it is kept. Until {@link #begin} it is
 * left alone: what our predecessor put in force holds until all zones are known.
 *
 * <p>Its lock comes after a zone's and after the networks'.
 */
final class HostBalances implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final ReentrantLock changing = new ReentrantLock();
  private final Map<String, Balance> all = new ConcurrentSkipListMap<>();
  private final Set<UUID> trusted = ConcurrentHashMap.newKeySet();
  private final BalanceStore store;
  private final HostNetworks networks;
  private final Supplier<List<LocalZone>> zones;
  private List<Balance> inForce = List.of();
  private volatile boolean begun;

  /**
   * Reads what is recorded; puts nothing in force.
   *
   * @param zones all zones, whenever it asks
   */
  HostBalances(HostPaths paths, HostNetworks networks, Supplier<List<LocalZone>> zones) {
    this.store = new BalanceStore(paths);
    this.networks = networks;
    this.zones = zones;
    store.scan().forEach(each -> all.put(each.name(), each));
    claim();
  }

  /** All, as they are recorded. */
  List<Balance> list() {
    return List.copyOf(all.values());
  }

  /** All, with their members. */
  List<Balance> seen() {
    List<BalanceZone> around = around();
    return all.values().stream().map(each -> each.seen(around, networks::find)).toList();
  }

  Optional<Balance> find(String name) {
    return Optional.ofNullable(all.get(name));
  }

  BalanceStore store() {
    return store;
  }

  /** Writes a balance down, and knows it; {@link #follow} puts it in force. */
  void put(Balance balance) {
    store.put(balance);
    all.put(balance.name(), balance);
    claim();
  }

  void remove(String name) {
    store.remove(name);
    all.remove(name);
    claim();
  }

  private void claim() {
    networks.leases().claim(BalancePlaces.claims(all.values()));
    networks.beside(list());
  }

  private List<BalanceZone> around() {
    return zones.get().stream().filter(LocalZone::isMade).map(this::around).toList();
  }

  /** One that is being stopped, or that never quite started, is none that runs. */
  private BalanceZone around(LocalZone zone) {
    ZoneStatus status = zone.status();
    boolean asked = status.health().equals(Optional.of(Health.STARTING));
    if (!asked || status.state() != ZoneState.RUNNING) {
      trusted.remove(zone.uuid());
    }
    return BalanceZone.of(zone.record().spec(), status, trusted.contains(zone.uuid()));
  }

  /**
   * Puts all in force, for the first time since we started. Zones that run were well when our
   * predecessor ended, as far as anybody knows: they are, until they say otherwise.
   */
  void begin() {
    for (LocalZone zone : zones.get()) {
      if (zone.status().state() == ZoneState.RUNNING) {
        trusted.add(zone.uuid());
      }
    }
    begun = true;
    changing.lock();
    try {
      put(seen());
    } finally {
      changing.unlock();
    }
  }

  /**
   * Puts in force what is recorded and seen.
   *
   * @throws PolderException if the kernel, or nft, refuses; what was in force still is
   */
  void follow() {
    changing.lock();
    try {
      List<Balance> wanted = seen();
      if (begun && !wanted.equals(inForce)) {
        put(wanted);
      }
    } finally {
      changing.unlock();
    }
  }

  private void put(List<Balance> wanted) {
    try {
      networks.switchboard().balance(wanted);
      inForce = wanted;
    } catch (SyscallException e) {
      throw new PolderException(
          ErrorKind.HOST, "the balances cannot be changed: " + e.getMessage(), e);
    }
  }

  /** Something of a zone has changed; what is in force must not keep it from doing so. */
  void noted() {
    if (!begun || all.isEmpty()) {
      return;
    }
    try {
      follow();
    } catch (PolderException e) {
      LOG.log(System.Logger.Level.ERROR, e.getMessage());
    } catch (IllegalStateException e) {
      if (begun) { // else the host was closed meanwhile
        throw e;
      }
    }
  }

  @Override
  public void close() {
    begun = false;
    store.close();
  }
}
