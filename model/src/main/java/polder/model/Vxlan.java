package polder.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * By what a switch of this host is one with those of other hosts: frames in UDP, RFC 7348. Who can
 * send to this host from a remote's address is in the network: nothing in a packet proves who sent
 * it.
 *
 * @param vni the network's number, 1 to 16,777,215; the same on all its hosts
 * @param remotes the other hosts, 1 to 64, all IPv4 or all IPv6
 * @param local from which of its addresses this host sends, and at which it listens; any if absent
 * @param port the UDP port, 1 to 65,535; the same on all its hosts
 */
public record Vxlan(int vni, List<IpAddress> remotes, Optional<IpAddress> local, int port) {
  /** The largest number of a network. */
  public static final int LAST_VNI = 0xffffff;

  /** The UDP port if nobody says another: IANA's. */
  public static final int PORT = 4789;

  private static final int MOST_REMOTES = 64;
  private static final int LAST_PORT = 0xffff;
  private static final int OVERHEAD_FOUR = 50; // Ethernet 14, IPv4 20, UDP 8, VXLAN 8
  private static final int OVERHEAD_SIX = 70; // IPv6 40

  public Vxlan {
    remotes = List.copyOf(remotes);
  }

  /** As this one, with other remotes. */
  public Vxlan with(List<IpAddress> others) {
    return new Vxlan(vni, others, local, port);
  }

  /** Whether its packets are IPv6. */
  public boolean six() {
    return !remotes.isEmpty() && remotes.getFirst().six();
  }

  /** How many bytes a packet of a zone's grows by on its way. */
  public int overhead() {
    return six() ? OVERHEAD_SIX : OVERHEAD_FOUR;
  }

  /** What is wrong with it, by the names that its properties have in JSON. */
  private List<Fault> faults() {
    List<Fault> faults = new ArrayList<>();
    if (vni < 1 || vni > LAST_VNI) {
      faults.add(new Fault("vxlan", "%d is out of range: 1 to %d".formatted(vni, LAST_VNI)));
    }
    if (port < 1 || port > LAST_PORT) {
      faults.add(new Fault("vxlan_port", "%d is out of range: 1 to 65535".formatted(port)));
    }
    if (remotes.isEmpty() || remotes.size() > MOST_REMOTES) {
      faults.add(
          new Fault("vxlan_remotes", "are %d: 1 to %d".formatted(remotes.size(), MOST_REMOTES)));
    }
    if (new HashSet<>(remotes).size() < remotes.size()) {
      faults.add(new Fault("vxlan_remotes", "name a host twice"));
    }
    for (IpAddress each : remotes) {
      check("vxlan_remotes", each, faults);
    }
    local.ifPresent(each -> check("vxlan_local", each, faults));
    if (local.filter(remotes::contains).isPresent()) {
      faults.add(new Fault("vxlan_remotes", "%s is this host's own".formatted(local.get())));
    }
    return faults;
  }

  private void check(String name, IpAddress address, List<Fault> faults) {
    if (!address.isUnicast() || address.isLinkLocal()) {
      faults.add(
          new Fault(name, "%s is no address by which hosts reach each other".formatted(address)));
    } else if (address.six() != six()) {
      faults.add(new Fault(name, "%s: all are IPv4, or all IPv6".formatted(address)));
    }
  }

  /**
   * What is wrong with one on a network; nothing if there is none.
   *
   * @param kind where the network leads
   * @param subnets what was asked for, before anything is filled in
   */
  static List<Fault> faults(Optional<Vxlan> vxlan, Network.Kind kind, List<Subnet> subnets) {
    return vxlan.map(each -> each.faults(kind, subnets)).orElse(List.of());
  }

  private List<Fault> faults(Network.Kind kind, List<Subnet> subnets) {
    List<Fault> faults = faults();
    if (kind != Network.Kind.ETHERSTUB) {
      faults.add(
          new Fault(
              "vxlan",
              "only an etherstub is one with other hosts'; of a network of kind %s each host has"
                      .formatted(kind.word())
                  + " its own way out"));
    }
    for (Subnet each : subnets) {
      if (each.pool().isEmpty()) {
        faults.add(
            new Fault(
                "subnets",
                "%s needs a pool: the addresses that this host gives, none of which another does"
                    .formatted(each.cidr())));
      }
      if (remotes.stream().anyMatch(each.cidr()::contains)) {
        faults.add(
            new Fault(
                "vxlan_remotes", "are outside of the network itself, %s".formatted(each.cidr())));
      }
    }
    return faults;
  }
}
