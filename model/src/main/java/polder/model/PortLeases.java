package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which ports of the host's are published, and by whom: of each port one, and no program's. */
final class PortLeases {
  private static final int MOST = 1024; // of a zone
  private static final int FIRST_FREE = 49_152; // RFC 6335: nobody's own
  private static final int LAST = 65_535;

  private final HostPorts host;
  private final List<PublishedPort> taken = new ArrayList<>();
  private @Nullable List<PublishedPort> listening;

  PortLeases(HostPorts host) {
    this.host = host;
  }

  /** Notes what another zone has. */
  void count(Nic nic) {
    taken.addAll(nic.ports());
  }

  /** The ports of a nic, each at one of the host's; what cannot be is a fault. */
  List<PublishedPort> settle(
      Nic nic, Network network, List<Cidr> addresses, String at, List<Fault> faults) {
    List<PublishedPort> settled = new ArrayList<>();
    for (int i = 0; i < nic.ports().size(); i++) {
      PublishedPort port = nic.ports().get(i);
      String path = "%s.ports[%d]".formatted(at, i);
      Optional<String> refusal = refusal(port, network, addresses);
      if (refusal.isPresent()) {
        faults.add(new Fault(path, refusal.get()));
        continue;
      }
      Optional<PublishedPort> free = port.hostPort().isPresent() ? Optional.of(port) : free(port);
      if (free.isEmpty()) {
        faults.add(new Fault(path, "no port of the host's is free for it"));
        continue;
      }
      taken.add(free.get());
      settled.add(free.get());
    }
    return List.copyOf(settled);
  }

  private Optional<String> refusal(PublishedPort port, Network network, List<Cidr> addresses) {
    if (network.kind() != Network.Kind.NAT) {
      return Optional.of(
          "network '%s' is of kind %s: ports are published of nics on NAT networks"
              .formatted(network.name(), network.kind().word()));
    }
    if (addresses.stream().noneMatch(each -> port.serves(each.address().six()))) {
      return Optional.of("the nic has no address of that family");
    }
    if (!host.can(port.protocol())) {
      return Optional.of("this host's kernel passes no %s on".formatted(port.protocol().word()));
    }
    if (taken.stream().anyMatch(port::meets)) {
      return Optional.of("'%s' is published already".formatted(port));
    }
    return listens(port);
  }

  private Optional<String> listens(PublishedPort port) {
    return listening().stream()
        .filter(port::meets)
        .findFirst()
        .map(each -> "a program or a balance of the host's listens at " + each.source());
  }

  /** What of a zone's ports a program of the host's has taken meanwhile. */
  static List<Fault> taken(ZoneSpec spec, HostPorts host) {
    List<Fault> faults = new ArrayList<>();
    PortLeases now = new PortLeases(host);
    List<Nic> nics = spec.get(ZoneProperties.NICS);
    for (int i = 0; i < nics.size(); i++) {
      List<PublishedPort> ports = nics.get(i).ports();
      for (int j = 0; j < ports.size(); j++) {
        String path = "nics[%d].ports[%d]".formatted(i, j);
        now.listens(ports.get(j)).ifPresent(why -> faults.add(new Fault(path, why)));
      }
    }
    return List.copyOf(faults);
  }

  private Optional<PublishedPort> free(PublishedPort port) {
    for (int first = FIRST_FREE; first + port.count() - 1 <= LAST; first++) {
      PublishedPort candidate = port.at(first);
      if (taken.stream().noneMatch(candidate::meets)
          && listening().stream().noneMatch(candidate::meets)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private List<PublishedPort> listening() {
    List<PublishedPort> known = listening;
    if (known == null) {
      known = host.listening();
      listening = known;
    }
    return known;
  }

  /** Adds what is wrong with a payload's ports whatever the host. */
  static void check(List<Nic> nics, List<Fault> faults) {
    List<PublishedPort> before = new ArrayList<>();
    int count = 0;
    for (int i = 0; i < nics.size(); i++) {
      List<PublishedPort> ports = nics.get(i).ports();
      for (int j = 0; j < ports.size(); j++) {
        PublishedPort port = ports.get(j);
        if (before.stream().anyMatch(port::meets)) {
          faults.add(
              new Fault(
                  "nics[%d].ports[%d]".formatted(i, j), "'%s' is given twice".formatted(port)));
        }
        before.add(port);
        count += port.count();
      }
    }
    if (count > MOST) {
      faults.add(new Fault("nics", "publish %d ports; %d at most".formatted(count, MOST)));
    }
  }
}
