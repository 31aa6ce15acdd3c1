package polder.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides where balances are called, and refuses what is another's. */
public final class BalancePlaces {
  private BalancePlaces() {}

  /**
   * What a host says to where balances listen.
   *
   * @param networks all of its networks
   * @param leases who has which address
   * @param addresses its own, on interfaces that are not Polder's
   * @param ports what its programs listen at
   * @param six whether it passes IPv6 on
   */
  public record Ground(
      List<Network> networks,
      Leases leases,
      Set<IpAddress> addresses,
      HostPorts ports,
      boolean six) {
    public Ground {
      networks = List.copyOf(networks);
      addresses = Set.copyOf(addresses);
    }
  }

  /**
   * The places, each with the network that it is on.
   *
   * @param others what other balances have
   * @throws PolderException INVALID with all that is wrong
   */
  public static List<BalanceListen> settle(
      List<BalanceListen> asked, Collection<Balance> others, Ground ground) {
    List<Fault> faults = new ArrayList<>();
    List<BalanceListen> settled = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      int before = faults.size();
      String path = "listen[%d]".formatted(i);
      List<String> sentences = new ArrayList<>();
      Optional<BalanceListen> place = place(asked.get(i), ground, sentences);
      place.ifPresent(each -> refuse(each, others, ground, sentences));
      sentences.forEach(each -> faults.add(new Fault(path, each)));
      if (faults.size() == before) {
        if (settled.contains(place.orElseThrow())) {
          faults.add(new Fault(path, "'%s' is given twice".formatted(place.get())));
        }
        settled.add(place.get());
      }
    }
    if (!faults.isEmpty()) {
      throw new PolderException("the balance is refused", faults);
    }
    return List.copyOf(settled);
  }

  private static Optional<BalanceListen> place(
      BalanceListen listen, Ground ground, List<String> faults) {
    List<Network> around =
        ground.networks().stream()
            .filter(each -> !each.kind().hasParent())
            .filter(each -> each.subnetOf(listen.address()).isPresent())
            .toList();
    if (listen.network().isPresent()) {
      String name = listen.network().get();
      if (around.stream().noneMatch(each -> each.name().equals(name))) {
        faults.add(
            "%s is in no subnet of a network '%s' of kind nat, internal or etherstub"
                .formatted(listen.address(), name));
        return Optional.empty();
      }
      return Optional.of(listen);
    }
    if (around.size() > 1) {
      faults.add(
          "%s could be on several networks: say %s@%s or %s@%s"
              .formatted(
                  listen.address(), listen, around.get(0).name(), listen, around.get(1).name()));
      return Optional.empty();
    }
    if (around.isEmpty() && !ground.addresses().contains(listen.address())) {
      faults.add(
          ("%s is no address of the host's, and in no subnet of a network of kind nat, internal or"
                  + " etherstub")
              .formatted(listen.address()));
      return Optional.empty();
    }
    return Optional.of(around.isEmpty() ? listen : listen.on(around.getFirst().name()));
  }

  private static void refuse(
      BalanceListen listen, Collection<Balance> others, Ground ground, List<String> faults) {
    if (listen.address().six() && !ground.six()) {
      faults.add(
          "this host passes no IPv6 on: set net.ipv6.conf.all.forwarding=1, and accept_ra=2 where"
              + " it needs its router, first");
    }
    others.stream()
        .filter(other -> other.listen().stream().anyMatch(listen::meets))
        .findFirst()
        .ifPresent(other -> faults.add("'%s' is balance '%s'".formatted(listen, other.name())));
    if (listen.network().isPresent()) {
      refuseOn(listen, listen.network().get(), ground, faults);
      return;
    }
    PublishedPort taken = listen.taken();
    if (ground.leases().published().stream().anyMatch(taken::meets)) {
      faults.add("'%s' is published by a zone already".formatted(listen));
    }
    ground.ports().listening().stream()
        .filter(taken::meets)
        .findFirst()
        .ifPresent(each -> faults.add("a program of the host's listens at " + each.source()));
  }

  private static void refuseOn(
      BalanceListen listen, String name, Ground ground, List<String> faults) {
    boolean leased =
        ground.leases().on(name).stream()
            .flatMap(nic -> nic.addresses().stream())
            .anyMatch(each -> each.address().equals(listen.address()));
    if (leased) {
      faults.add("%s is a nic's on network '%s'".formatted(listen.address(), name));
    }
    Network network =
        ground.networks().stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow();
    Subnet subnet = network.subnetOf(listen.address()).orElseThrow();
    if (!subnet.cidr().isHost(listen.address())) {
      faults.add("%s is no host's address in %s".formatted(listen.address(), subnet.cidr()));
    }
    if (network.kind() == Network.Kind.ETHERSTUB) {
      if (network.resolvers().contains(listen.address())) {
        faults.add("%s answers for names on network '%s'".formatted(listen.address(), name));
      }
      refuseOpened(subnet.cidr(), network, ground, faults);
    }
  }

  /** The host gets a part in that subnet; it can have a part in one of those only. */
  private static void refuseOpened(
      Cidr subnet, Network network, Ground ground, List<String> faults) {
    if (ground.addresses().stream().anyMatch(subnet::contains)) {
      faults.add("the host is in %s already, by an interface of its own".formatted(subnet));
    }
    for (Network other : ground.networks()) {
      boolean part = other.kind().hasHost() || !ground.leases().claimed(other.name()).isEmpty();
      if (part
          && !other.name().equals(network.name())
          && other.subnets().stream().anyMatch(each -> each.cidr().overlaps(subnet))) {
        faults.add("the host is in %s already, by network '%s'".formatted(subnet, other.name()));
      }
    }
  }

  /** Which addresses on which networks are balances', by network. */
  public static Map<String, Set<IpAddress>> claims(Collection<Balance> balances) {
    Map<String, Set<IpAddress>> claims = new HashMap<>();
    for (Balance balance : balances) {
      for (BalanceListen each : balance.listen()) {
        each.network()
            .ifPresent(
                name -> claims.computeIfAbsent(name, any -> new HashSet<>()).add(each.address()));
      }
    }
    return Map.copyOf(claims);
  }

  /** What a host says to published ports, where balances listen on its addresses, too. */
  public static HostPorts beside(HostPorts ports, Collection<Balance> balances) {
    List<PublishedPort> taken =
        balances.stream()
            .flatMap(each -> each.listen().stream())
            .filter(each -> each.network().isEmpty())
            .map(BalanceListen::taken)
            .toList();
    return new HostPorts() {
      @Override
      public boolean can(PublishedPort.Protocol protocol) {
        return ports.can(protocol);
      }

      @Override
      public List<PublishedPort> listening() {
        List<PublishedPort> all = new ArrayList<>(ports.listening());
        all.addAll(taken);
        return List.copyOf(all);
      }
    };
  }
}
