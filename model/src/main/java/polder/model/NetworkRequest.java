package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What network is to be made.
 *
 * @param name see {@link Network#checkName}
 * @param kind where it leads
 * @param parent the host's interface; for bridge and macvlan, which need it
 * @param subnets eight at most; a NAT network without any gets one that is free on this host
 * @param mtu 576 to 9000 bytes, 1280 at least for IPv6; 1500 if absent, or the parent's, or what a
 *     vxlan leaves of that
 * @param dns where it differs from {@link NetworkDns#standard}
 * @param vxlan by what it is one with networks of other hosts; of an etherstub, whose subnets then
 *     each have a pool
 */
public record NetworkRequest(
    String name,
    Network.Kind kind,
    Optional<String> parent,
    List<Subnet> subnets,
    Optional<Integer> mtu,
    NetworkDns.Change dns,
    Optional<Vxlan> vxlan) {
  private static final int MOST_SUBNETS = 8;
  private static final int LEAST_MTU = 576; // RFC 791
  private static final int LEAST_MTU_SIX = 1280; // RFC 8200
  private static final int MOST_MTU = 9000;

  /** Checks what must hold between them; all faults at once. */
  public NetworkRequest {
    subnets = List.copyOf(subnets);
    List<Fault> faults = new ArrayList<>();
    try {
      Network.checkName(name);
    } catch (PolderException e) {
      faults.add(new Fault("name", String.valueOf(e.getMessage())));
    }
    if (kind.hasParent() != parent.isPresent()) {
      faults.add(
          new Fault(
              "parent",
              kind.hasParent()
                  ? "is missing: the host's interface that the network is on"
                  : "a network of kind %s is on no interface of the host's"
                      .formatted(kind.word())));
    }
    if (parent.isPresent() && !parent.get().matches("[a-zA-Z0-9_.-]{1,15}")) {
      faults.add(
          new Fault("parent", "'%s' is no interface".formatted(Types.shorten(parent.get()))));
    }
    check(subnets, mtu, faults);
    dns.check(faults);
    faults.addAll(Vxlan.faults(vxlan, kind, subnets));
    if (faults.isEmpty()) { // an address of the host's stands in only where somebody named none
      List<Subnet> whole = subnets.stream().map(each -> each.completed(kind)).toList();
      faults.addAll(NetworkDns.standard(kind).with(dns).faults(kind, whole));
    }
    if (!faults.isEmpty()) {
      throw new PolderException("the network is refused", faults);
    }
  }

  /** One of this host alone. */
  public NetworkRequest(
      String name,
      Network.Kind kind,
      Optional<String> parent,
      List<Subnet> subnets,
      Optional<Integer> mtu,
      NetworkDns.Change dns) {
    this(name, kind, parent, subnets, mtu, dns, Optional.empty());
  }

  /** A network of {@code kind} that says nothing else. */
  public static NetworkRequest of(String name, Network.Kind kind) {
    return new NetworkRequest(
        name, kind, Optional.empty(), List.of(), Optional.empty(), NetworkDns.Change.NONE);
  }

  /** As this one, with a subnet more. */
  public NetworkRequest with(Subnet subnet) {
    List<Subnet> all = new ArrayList<>(subnets);
    all.add(subnet);
    return new NetworkRequest(name, kind, parent, all, mtu, dns, vxlan);
  }

  /** As this one, with other answers for names. */
  public NetworkRequest with(NetworkDns.Change names) {
    return new NetworkRequest(name, kind, parent, subnets, mtu, names, vxlan);
  }

  /** As this one, with a way to other hosts. */
  public NetworkRequest with(Vxlan carrier) {
    return new NetworkRequest(name, kind, parent, subnets, mtu, dns, Optional.of(carrier));
  }

  /** Adds what is wrong with a network's subnets and MTU. */
  static void check(List<Subnet> subnets, Optional<Integer> mtu, List<Fault> faults) {
    if (subnets.size() > MOST_SUBNETS) {
      faults.add(new Fault("subnets", "are more than " + MOST_SUBNETS));
    }
    for (int i = 0; i < subnets.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (subnets.get(i).cidr().overlaps(subnets.get(j).cidr())) {
          faults.add(
              new Fault(
                  "subnets",
                  "%s and %s overlap".formatted(subnets.get(j).cidr(), subnets.get(i).cidr())));
        }
      }
    }
    boolean six = subnets.stream().anyMatch(each -> each.cidr().address().six());
    int least = six ? LEAST_MTU_SIX : LEAST_MTU;
    if (mtu.isPresent() && (mtu.get() < least || mtu.get() > MOST_MTU)) {
      faults.add(
          new Fault("mtu", "%d is out of range: %d to %d".formatted(mtu.get(), least, MOST_MTU)));
    }
  }
}
