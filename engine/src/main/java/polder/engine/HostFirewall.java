package polder.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import polder.linux.NftTable;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.FirewallBook;
import polder.model.FirewallParty;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.network.LinkNames;
import polder.network.Wall;
import polder.network.WallPlan;

/**
 * The firewall of this machine: its rules, and their being in force.
 *
 * <p>What is in force follows from records alone, the rules' and the zones', whether those run or
 * not. So nothing has to be told that a zone stops, and nothing is lost with us; what has to be is
 * that records are looked at before a zone's cards are plugged, and after each change.
 *
 * <p>Its lock comes after a zone's.
 */
final class HostFirewall implements AutoCloseable {
  private final ReentrantLock changing = new ReentrantLock();
  private final FirewallStore store;
  private final Wall wall;
  private final LinkNames names;
  private final Supplier<List<ZoneSpec>> zones;
  private final Map<UUID, ZoneSpec> pending = new HashMap<>(); // in force, and not yet recorded
  private volatile FirewallBook book;

  /**
   * Reads what is recorded; makes nothing.
   *
   * @param wall what is in the kernel; it is closed by whoever opened it
   * @param zones the specs of all zones, whenever it asks
   */
  HostFirewall(HostPaths paths, Wall wall, LinkNames names, Supplier<List<ZoneSpec>> zones) {
    this.store = new FirewallStore(paths);
    this.wall = wall;
    this.names = names;
    this.zones = zones;
    this.book = store.scan();
  }

  FirewallBook book() {
    return book;
  }

  FirewallStore store() {
    return store;
  }

  /** Does something while no rule comes or goes. */
  <T> T locked(Supplier<T> work) {
    changing.lock();
    try {
      return work.get();
    } finally {
      changing.unlock();
    }
  }

  /** All zones, as rules speak of them. */
  List<FirewallParty> parties() {
    return specs().stream().map(FirewallParty::of).toList();
  }

  private List<ZoneSpec> specs() {
    Map<UUID, ZoneSpec> specs = new LinkedHashMap<>();
    zones.get().forEach(each -> specs.put(each.uuid(), each));
    changing.lock();
    try {
      specs.putAll(pending);
    } finally {
      changing.unlock();
    }
    return new ArrayList<>(specs.values());
  }

  /** Writes rules down: those of {@code after} are known from now on, and not yet in force. */
  void record(FirewallBook after) {
    store.change(book, after);
    book = after;
  }

  /** Takes back what was written down, as far as it was. */
  void recordAgain(FirewallBook before, FirewallBook after) {
    store.undo(FirewallStore.back(before, after));
    store.change(after, before); // what was taken away
    book = before;
  }

  /** Takes back a change that broke off with our death; the journal has {@code back}. */
  void recover(Map<String, Object> back) {
    store.undo(back);
    book = store.scan();
  }

  /**
   * Puts in force what is recorded.
   *
   * @throws PolderException if the kernel, or nft, refuses; what was in force still is
   */
  void follow() {
    changing.lock();
    try {
      List<ZoneSpec> specs = specs();
      if (specs.stream().noneMatch(HostFirewall::isGuarded) && wall.isBare()) {
        return;
      }
      Map<UUID, List<String>> ports = new HashMap<>();
      specs.forEach(each -> ports.put(each.uuid(), ports(each)));
      wall.follow(WallPlan.of(book, specs.stream().map(FirewallParty::of).toList(), ports));
    } catch (SyscallException e) {
      throw new PolderException(
          ErrorKind.HOST, "the firewall cannot be changed: " + e.getMessage(), e);
    } finally {
      changing.unlock();
    }
  }

  private List<String> ports(ZoneSpec spec) {
    return spec.get(ZoneProperties.NICS).stream()
        .flatMap(nic -> nic.mac().map(names::port).stream())
        .distinct()
        .toList();
  }

  /** Puts a zone's changed spec in force, which is about to be recorded. */
  void foresee(ZoneSpec spec) {
    changing.lock();
    try {
      Optional<ZoneSpec> before = Optional.ofNullable(pending.put(spec.uuid(), spec));
      try {
        follow();
      } catch (RuntimeException e) {
        before.ifPresentOrElse(
            each -> pending.put(spec.uuid(), each), () -> pending.remove(spec.uuid()));
        throw e;
      }
    } finally {
      changing.unlock();
    }
  }

  /** Cards are gone that no record speaks of: nothing is held for them any more. */
  void forget(List<String> ports) {
    changing.lock();
    try {
      wall.forget(ports);
      follow();
    } finally {
      changing.unlock();
    }
  }

  /** What was foreseen of a zone is recorded now, or is not to come. */
  void settle(UUID zone) {
    changing.lock();
    try {
      pending.remove(zone);
    } finally {
      changing.unlock();
    }
  }

  /** Whether a zone's spec asks for rules, and has cards that they could be about. */
  static boolean isGuarded(ZoneSpec spec) {
    return spec.get(ZoneProperties.FIREWALL_ENABLED) && HostNetworks.has(spec);
  }

  /** Whether what rules say, or of whom they speak, differs between two specs of a zone. */
  static boolean differs(ZoneSpec before, ZoneSpec after) {
    return !FirewallParty.of(before).equals(FirewallParty.of(after));
  }

  /** Whether the kernel has the rules as they were put in force. */
  boolean stands() {
    return locked(wall::stands);
  }

  /** Whether there is something of ours in the kernel, from us or from before us. */
  boolean isThere() {
    return locked(wall::isThere);
  }

  /** What rules have decided over. */
  Map<UUID, NftTable.Count> counts() {
    return locked(wall::counts);
  }

  @Override
  public void close() {
    store.close();
  }
}
