package polder.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A zone as a balance looks at it.
 *
 * @param spec what is recorded of it
 * @param state whether it could take new flows, whatever the balance
 */
public record BalanceZone(ZoneSpec spec, BalanceMember.State state) {
  /**
   * A zone, by its spec and what is seen of it.
   *
   * @param trusted whether it is well until its healthcheck says otherwise
   */
  public static BalanceZone of(ZoneSpec spec, ZoneStatus status, boolean trusted) {
    return new BalanceZone(spec, state(status, trusted));
  }

  private static BalanceMember.State state(ZoneStatus status, boolean trusted) {
    if (status.state() != ZoneState.RUNNING) {
      return BalanceMember.State.STOPPED;
    }
    if (status.paused()) {
      return BalanceMember.State.PAUSED;
    }
    return switch (status.health().orElse("healthy")) {
      case "unhealthy" -> BalanceMember.State.UNHEALTHY;
      case "starting" -> trusted ? BalanceMember.State.IN : BalanceMember.State.STARTING;
      default -> BalanceMember.State.IN;
    };
  }

  /** The members of {@code balance} among {@code zones}, by name. */
  static List<BalanceMember> members(
      Balance balance, List<BalanceZone> zones, Leases.Known networks) {
    List<BalanceMember> members = new ArrayList<>();
    for (BalanceZone zone : zones) {
      List<Integer> ports = new ArrayList<>();
      for (BalanceTarget target : balance.to()) { // the first that speaks of it decides
        if (target.whom().isMet(zone.spec()) && !ports.contains(target.port())) {
          ports.add(target.port());
          members.add(zone.member(balance, target, networks));
        }
      }
    }
    members.sort(Comparator.comparing(BalanceMember::name).thenComparingInt(BalanceMember::port));
    return List.copyOf(members);
  }

  private BalanceMember member(Balance balance, BalanceTarget target, Leases.Known networks) {
    List<IpAddress> addresses = new ArrayList<>();
    for (boolean six : new boolean[] {false, true}) {
      if (balance.listen().stream().anyMatch(each -> each.address().six() == six)) {
        address(balance, six, networks).ifPresent(addresses::add);
      }
    }
    UUID uuid = spec.uuid();
    BalanceMember.State now = state;
    if (now == BalanceMember.State.IN && addresses.isEmpty()) {
      now = BalanceMember.State.UNREACHABLE;
    } else if (now != BalanceMember.State.STOPPED && balance.drained().contains(uuid)) {
      now = BalanceMember.State.DRAINED;
    }
    return new BalanceMember(uuid, spec.name(), addresses, target.port(), target.weight(), now);
  }

  /** On a network that the balance itself is on, else on one that the host leads to. */
  private Optional<IpAddress> address(Balance balance, boolean six, Leases.Known networks) {
    Optional<IpAddress> second = Optional.empty();
    for (Nic nic : spec.get(ZoneProperties.NICS)) {
      Optional<Network> network = nic.network().flatMap(networks::find);
      Optional<IpAddress> own =
          nic.addresses().stream().map(Cidr::address).filter(each -> each.six() == six).findFirst();
      if (network.isEmpty() || own.isEmpty()) {
        continue;
      }
      if (balance.isOn(network.get().name(), six)) {
        return own;
      }
      boolean led =
          switch (network.get().kind()) {
            case NAT, INTERNAL, BRIDGE -> true;
            case ETHERSTUB, MACVLAN -> false;
          };
      if (led && second.isEmpty()) {
        second = own;
      }
    }
    return second;
  }
}
