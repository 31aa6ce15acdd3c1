package polder.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What must hold between a payload's nics, and between its routes and them. */
public final class NicRules {
  private static final int MOST = 32;
  private static final Pattern BY_INDEX = Pattern.compile("nics\\[(0|[1-9][0-9]?)]");
  private static final Pattern BY_MAC = Pattern.compile("macs\\[([0-9a-fA-F:]{11,17})]");

  private NicRules() {}

  /**
   * Where a route leads.
   *
   * @param destination the network
   * @param gateway by whom; empty if it is on the link itself
   * @param nic the index of the nic that it leaves by
   */
  public record Way(Cidr destination, Optional<IpAddress> gateway, int nic) {}

  static void check(ZoneSpec spec, List<Fault> faults) {
    List<Nic> nics = spec.get(ZoneProperties.NICS);
    if (nics.size() > MOST) {
      faults.add(new Fault("nics", "are more than " + MOST));
    }
    Set<MacAddress> macs = new HashSet<>();
    Set<String> names = new HashSet<>();
    List<String> called = names(nics);
    Set<IpAddress> addresses = new HashSet<>();
    for (int i = 0; i < nics.size(); i++) {
      Nic nic = nics.get(i);
      String at = "nics[%d]".formatted(i);
      if (nic.mac().isPresent() && !macs.add(nic.mac().get())) {
        faults.add(new Fault(at + ".mac", "%s is given twice".formatted(nic.mac().get())));
      }
      String name = called.get(i);
      if (!names.add(name)) {
        faults.add(new Fault(at + ".interface", "'%s' is given twice".formatted(name)));
      }
      for (Cidr each : nic.addresses()) {
        if (!addresses.add(each.address())) {
          faults.add(new Fault(at + ".ips", "%s is given twice".formatted(each.address())));
        }
      }
      gateways(nic, at, faults);
      if (nic.model().isPresent() && spec.brand() != Brand.VM) {
        faults.add(new Fault(at + ".model", "only virtual machines choose it"));
      }
    }
    if (nics.stream().filter(Nic::primary).count() > 1) {
      faults.add(new Fault("nics", "have more than one 'primary'"));
    }
    PortLeases.check(nics, faults);
    if (spec.has(ZoneProperties.ROUTES)) {
      ways(spec, faults);
    }
  }

  /**
   * What each is called inside: as it says, or by the first usual name that is free from its own
   * on.
   */
  public static List<String> names(List<Nic> nics) {
    Set<String> taken = new HashSet<>();
    nics.forEach(nic -> nic.name().ifPresent(taken::add));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < nics.size(); i++) {
      Optional<String> own = nics.get(i).name();
      for (int number = i; own.isEmpty(); number++) {
        String usual = Nic.standardName(number);
        own = taken.add(usual) ? Optional.of(usual) : Optional.empty();
      }
      names.add(own.get());
    }
    return List.copyOf(names);
  }

  /** Each must be reached without another gateway, unless an address is yet to be given. */
  private static void gateways(Nic nic, String at, List<Fault> faults) {
    boolean open = nic.ips().isEmpty() || nic.asks(Nic.DHCP) || nic.asks(Nic.ADDRCONF);
    for (IpAddress each : nic.gateways()) {
      if (nic.addresses().stream().anyMatch(own -> own.address().equals(each))) {
        faults.add(new Fault(at + ".gateways", "'%s' is the nic's own address".formatted(each)));
      }
      if (!open && nic.addresses().stream().noneMatch(own -> own.contains(each))) {
        faults.add(
            new Fault(at + ".gateways", "'%s' is in no network of the nic's ips".formatted(each)));
      }
    }
    for (boolean six : new boolean[] {false, true}) {
      if (nic.gateways().stream().filter(each -> each.six() == six).count() > 1) {
        faults.add(new Fault(at + ".gateways", "there is one default route of each family"));
      }
    }
  }

  /** The index of the nic by which default routes lead; empty without nics. */
  public static OptionalInt primary(List<Nic> nics) {
    for (int i = 0; i < nics.size(); i++) {
      if (nics.get(i).primary()) {
        return OptionalInt.of(i);
      }
    }
    return nics.isEmpty() ? OptionalInt.empty() : OptionalInt.of(0);
  }

  /** The routes of a spec that was checked. */
  public static List<Way> ways(ZoneSpec spec) {
    return ways(spec, new ArrayList<>());
  }

  private static List<Way> ways(ZoneSpec spec, List<Fault> faults) {
    List<Nic> nics = spec.get(ZoneProperties.NICS);
    List<Way> ways = new ArrayList<>();
    Set<Cidr> before = new HashSet<>();
    for (Map.Entry<String, String> each : spec.get(ZoneProperties.ROUTES).entrySet()) {
      try {
        Cidr destination = Cidr.orAddress(each.getKey());
        if (!destination.equals(destination.network())) {
          throw invalid("has a host's bits; its network is " + destination.network());
        }
        if (!before.add(destination)) {
          throw invalid("is given twice");
        }
        ways.add(way(destination, each.getValue(), nics));
      } catch (PolderException e) {
        faults.add(
            new Fault("routes." + Types.shorten(each.getKey()), String.valueOf(e.getMessage())));
      }
    }
    return List.copyOf(ways);
  }

  private static Way way(Cidr destination, String value, List<Nic> nics) {
    Matcher index = BY_INDEX.matcher(value);
    if (index.matches()) {
      int nic = Integer.parseInt(index.group(1));
      if (nic >= nics.size()) {
        throw invalid("there is no %s".formatted(value));
      }
      return new Way(destination, Optional.empty(), nic);
    }
    Matcher mac = BY_MAC.matcher(value);
    if (mac.matches()) {
      Optional<MacAddress> wanted = Optional.of(MacAddress.of(mac.group(1)));
      for (int i = 0; i < nics.size(); i++) {
        if (nics.get(i).mac().equals(wanted)) {
          return new Way(destination, Optional.empty(), i);
        }
      }
      throw invalid("there is no nic of that mac");
    }
    IpAddress gateway = IpAddress.of(value);
    if (gateway.six() != destination.address().six()) {
      throw invalid("'%s' is of the other family".formatted(gateway));
    }
    for (int i = 0; i < nics.size(); i++) {
      if (nics.get(i).addresses().stream().anyMatch(own -> own.contains(gateway))) {
        return new Way(destination, Optional.of(gateway), i);
      }
    }
    boolean open = nics.stream().anyMatch(nic -> nic.ips().isEmpty() || nic.asks(Nic.DHCP));
    if (!open) {
      throw invalid("'%s' is in no network of the nics' ips".formatted(gateway));
    }
    return new Way(destination, Optional.of(gateway), primary(nics).orElse(0));
  }

  private static PolderException invalid(String sentence) {
    return new PolderException(ErrorKind.INVALID, sentence);
  }
}
