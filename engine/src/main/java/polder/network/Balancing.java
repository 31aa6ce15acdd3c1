package polder.network;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.Links;
import polder.linux.NftElements;
import polder.linux.NftElements.Element;
import polder.linux.SyscallException;

/**
 * The balances that are in force, as elements of the sets and maps of both tables. A change is
 * those elements that differ, in one transaction for each table. For one thread at a time.
 */
final class Balancing implements AutoCloseable {
  private static final List<String> WAYS =
      List.of(
          "slots4",
          "slots6",
          "balanced4",
          "balanced6",
          "inside4",
          "inside6",
          "outside4",
          "outside6",
          "members4",
          "members6");
  private static final List<String> DOORS = List.of("doors4", "doors6", "called");

  private static final Set<Errno> NOTHING = Set.of(Errno.ENOENT, Errno.EINVAL, Errno.EOPNOTSUPP);

  private final NftElements ways;
  private final NftElements doors;
  private final Set<String> reflecting = new HashSet<>(); // ports that send back what they brought
  private BalancePlan wanted = BalancePlan.NONE;
  private @Nullable BalancePlan inForce; // null: whatever, as after our death

  Balancing(Fd host, LinkNames names) {
    this.ways = NftElements.of(host, NftElements.INET, names.table());
    this.doors = NftElements.of(host, NftElements.BRIDGE, names.table());
  }

  /** What is to be in force. */
  BalancePlan wanted() {
    return wanted;
  }

  /** From now on that is to be in force; {@link #follow} brings it about. */
  void wanted(BalancePlan plan) {
    wanted = plan;
  }

  /** The kernel may have anything, or nothing. */
  void forget() {
    inForce = null;
  }

  /**
   * Brings about what is to be in force; the tables are there if it is something.
   *
   * @throws SyscallException ENOENT if they are not
   */
  void follow() {
    BalancePlan there = inForce;
    if (there == null || !replaced(there)) {
      inForce = null;
      put(ways, WAYS, wanted.ways());
      put(doors, DOORS, wanted.doors());
    }
    inForce = wanted;
  }

  /** A member reaches itself by a balance, also where bridges ask the host's IP rules. */
  void reflect(Links links, Wiring wiring) {
    for (Vnic each : wiring.vnics()) {
      boolean member =
          each.addresses().stream().anyMatch(own -> wanted.reached().contains(own.address()));
      if (member && reflecting.add(each.port())) {
        links.find(each.port()).ifPresent(link -> links.reflect(link.index()));
      }
    }
  }

  /** A port is about to be made, or made anew. */
  void plugged(String port) {
    reflecting.remove(port);
  }

  /** Changes what differs; whether the kernel had what we thought. */
  private boolean replaced(BalancePlan there) {
    try {
      replace(ways, there.ways(), wanted.ways());
      replace(doors, there.doors(), wanted.doors());
      return true;
    } catch (SyscallException e) {
      return false; // somebody else had a hand in it: all of it anew
    }
  }

  private static void replace(NftElements elements, Set<Element> has, Set<Element> wanted) {
    elements.replace(without(has, wanted), without(wanted, has));
  }

  /** Those of one set beside each other, so that they fit into few messages. */
  private static List<Element> without(Set<Element> all, Set<Element> others) {
    Set<Element> left = new HashSet<>(all);
    left.removeAll(others);
    return sorted(left);
  }

  private static List<Element> sorted(Set<Element> all) {
    return all.stream().sorted((a, b) -> a.set().compareTo(b.set())).toList();
  }

  /** Where there is no table there is nothing to clear, and nothing that could be asked. */
  private static void put(NftElements elements, List<String> sets, Set<Element> wanted) {
    try {
      elements.exchange(sets, sorted(wanted));
    } catch (SyscallException e) {
      if (!NOTHING.contains(e.errno()) || !wanted.isEmpty()) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    ways.close();
    doors.close();
  }
}
