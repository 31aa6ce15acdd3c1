package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import polder.model.Fault;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.Vxlan;

/** What this host knows against networks that reach other hosts. */
final class Overlays {
  private static final int LEAST_MTU = 576; // RFC 791
  private static final int LEAST_MTU_SIX = 1280; // RFC 8200

  private final HostNetworks networks;

  Overlays(HostNetworks networks) {
    this.networks = networks;
  }

  /** The MTU of a network for which nobody asked for one. */
  int mtu(int standard, Optional<Vxlan> vxlan) {
    return vxlan
        .map(
            each ->
                Math.min(
                    standard - each.overhead(), networks.switchboard().room(each).orElse(standard)))
        .orElse(standard);
  }

  /** What stands against a network, as it is to be; what other hosts do nobody here can know. */
  List<Fault> faults(Network network) {
    List<Fault> faults = new ArrayList<>();
    network.vxlan().ifPresent(each -> check(network, each, faults));
    return faults;
  }

  private void check(Network network, Vxlan vxlan, List<Fault> faults) {
    Set<IpAddress> own = networks.switchboard().hostAddresses();
    vxlan.remotes().stream()
        .filter(own::contains)
        .forEach(each -> faults.add(new Fault("vxlan_remotes", each + " is this host's own")));
    vxlan
        .local()
        .filter(each -> !own.contains(each))
        .ifPresent(
            each -> faults.add(new Fault("vxlan_local", "this host has no address " + each)));
    networks.list().stream()
        .filter(each -> !each.name().equals(network.name()))
        .filter(each -> each.vxlan().filter(other -> clash(other, vxlan)).isPresent())
        .forEach(
            each ->
                faults.add(
                    new Fault(
                        "vxlan",
                        "%d at port %d is network '%s'"
                            .formatted(vxlan.vni(), vxlan.port(), each.name()))));
    mtu(network, vxlan, faults);
  }

  private static boolean clash(Vxlan one, Vxlan other) {
    return one.vni() == other.vni() && one.port() == other.port();
  }

  private void mtu(Network network, Vxlan vxlan, List<Fault> faults) {
    boolean six = network.subnets().stream().anyMatch(each -> each.cidr().address().six());
    int least = six ? LEAST_MTU_SIX : LEAST_MTU;
    OptionalInt room = networks.switchboard().room(vxlan);
    if (room.isPresent() && network.mtu() > room.getAsInt()) {
      faults.add(
          new Fault(
              "mtu",
              "%d does not fit on the way to the other hosts, which leaves %d"
                  .formatted(network.mtu(), room.getAsInt())));
    } else if (network.mtu() < least) {
      faults.add(new Fault("mtu", "the way to the other hosts leaves less than " + least));
    }
  }
}
