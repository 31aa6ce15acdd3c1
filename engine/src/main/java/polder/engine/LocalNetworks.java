package polder.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import polder.linux.LinkStatistics;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Networks;
import polder.model.Nic;
import polder.model.NicCounters;
import polder.model.PolderException;
import polder.model.Subnet;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** The networks of this machine, and what happens to them told. */
final class LocalNetworks implements Networks {
  private static final int STANDARD_MTU = 1500;
  private static final int FIRST_TEN = 77; // 10.77.0.0/20 is the first that is tried
  private static final int LAST_TEN = 127;
  private static final int STANDARD_PREFIX = 20;

  private final Hall hall;
  private final HostNetworks networks;
  private final Overlays overlays;

  LocalNetworks(Hall hall) {
    this.hall = hall;
    this.networks = hall.networks();
    this.overlays = new Overlays(networks);
  }

  @Override
  public List<Network> list() {
    return networks.list().stream().map(this::seen).toList();
  }

  @Override
  public Network get(String name) {
    return seen(known(name));
  }

  private Network known(String name) {
    return networks
        .find(Network.checkReference(name))
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "there is no network '%s'; make it with 'polder network create'"
                        .formatted(name)));
  }

  /** With what is not recorded of it. */
  private Network seen(Network network) {
    return network.seen(
        networks.leases().on(network.name()).size(), networks.switchboard().problem(network));
  }

  @Override
  public List<NicCounters> counters() {
    Map<String, LinkStatistics> traffic = networks.switchboard().traffic();
    List<NicCounters> counters = new ArrayList<>();
    for (LocalZone zone : hall.table().list()) {
      if (zone.life().isPresent()) {
        ZoneSpec spec = zone.record().spec();
        for (Nic nic : spec.get(ZoneProperties.NICS)) {
          String port = networks.switchboard().names().port(nic.mac().orElseThrow());
          Optional.ofNullable(traffic.get(port))
              .ifPresent(seen -> counters.add(counters(spec, nic, seen)));
        }
      }
    }
    counters.sort(Comparator.comparing(NicCounters::alias).thenComparing(NicCounters::nic));
    return List.copyOf(counters);
  }

  /** What the host's end sent is what the zone received. */
  private static NicCounters counters(ZoneSpec spec, Nic nic, LinkStatistics seen) {
    return new NicCounters(
        spec.uuid(),
        spec.name(),
        nic.name().orElseThrow(),
        nic.network().orElseThrow(),
        new NicCounters.Direction(seen.packetsOut(), seen.bytesOut(), seen.droppedOut()),
        new NicCounters.Direction(seen.packetsIn(), seen.bytesIn(), seen.droppedIn()));
  }

  @Override
  public Network create(NetworkRequest request) {
    String what = "create network '%s'".formatted(request.name());
    try {
      hall.disk().demandRoom(what);
      return networks.locked(() -> make(request));
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  /**
   * Decides what the nics of {@code spec} leave open, for a zone whose uuid nobody else has. If one
   * is the first on the default network, that is made.
   */
  ZoneSpec take(ZoneSpec spec) {
    if (networks.lacksDefault(spec)) {
      networks.locked(() -> networks.find(Network.DEFAULT).orElseGet(() -> make(standard())));
    }
    return networks.take(spec);
  }

  /** As {@link #take}, but nothing is made or given. */
  ZoneSpec foresee(ZoneSpec spec) {
    return networks.locked(
        () -> {
          Optional<Network> made =
              networks.lacksDefault(spec) ? Optional.of(settle(standard())) : Optional.empty();
          return networks
              .leases()
              .copy()
              .take(
                  spec,
                  name ->
                      networks.find(name).or(() -> made.filter(each -> each.name().equals(name))),
                  networks.ports());
        });
  }

  private static NetworkRequest standard() {
    return NetworkRequest.of(Network.DEFAULT, Network.Kind.NAT);
  }

  private Network make(NetworkRequest request) {
    Network network = settle(request);
    if (networks.find(network.name()).isPresent()
        || networks.store().damaged().containsKey(network.name())) {
      throw new PolderException(
          ErrorKind.EXISTS, "there is a network '%s' already".formatted(network.name()));
    }
    networks.switchboard().verify(network);
    try (Undo undo = new Undo()) {
      undo.add(() -> networks.remove(network.name()));
      hall.executor()
          .once(
              "network-create",
              "write the record of network " + network.name(),
              () -> hall.disk().spend(() -> networks.put(network)));
      undo.forget();
    }
    tell("network.create", network.name(), Map.of("kind", network.kind().word()));
    return seen(network);
  }

  /** The network that would be recorded; nothing of it is there yet. */
  Network settle(NetworkRequest request) {
    Network.Kind kind = request.kind();
    List<Subnet> subnets = request.subnets();
    if (kind == Network.Kind.NAT && subnets.isEmpty()) {
      subnets = List.of(new Subnet(free(), Optional.empty(), Optional.empty()));
    }
    if (kind.hasHost()) {
      demandFree(subnets);
    }
    Network network =
        new Network(
            UUID.randomUUID(),
            request.name(),
            kind,
            request.parent(),
            subnets.stream().map(each -> each.completed(kind)).toList(),
            request.mtu().orElseGet(() -> overlays.mtu(STANDARD_MTU, request.vxlan())),
            NetworkDns.standard(kind).with(request.dns()),
            request.vxlan(),
            request.parent().orElseGet(() -> networks.switchboard().names().bridge(request.name())),
            0,
            Optional.empty());
    List<Fault> faults = overlays.faults(network);
    if (!faults.isEmpty()) {
      throw new PolderException("the network is refused", faults);
    }
    return network;
  }

  /** The networks that the host would be in, beside this one. */
  private List<Cidr> taken() {
    List<Cidr> taken = new ArrayList<>(networks.switchboard().hostNetworks());
    networks.list().stream()
        .filter(each -> each.kind().hasHost() || !networks.leases().claimed(each.name()).isEmpty())
        .forEach(each -> each.subnets().forEach(subnet -> taken.add(subnet.cidr())));
    return taken;
  }

  private Cidr free() {
    List<Cidr> taken = taken();
    for (int second = FIRST_TEN; second <= LAST_TEN; second++) {
      for (int third = 0; third < 256; third += 1 << (24 - STANDARD_PREFIX)) {
        Cidr candidate =
            new Cidr(IpAddress.of("10.%d.%d.0".formatted(second, third)), STANDARD_PREFIX);
        if (taken.stream().noneMatch(candidate::overlaps)) {
          return candidate;
        }
      }
    }
    throw new PolderException(
        ErrorKind.NO_ROOM,
        "no network from 10.%d.0.0 to 10.%d.255.255 is free on this host; give a subnet"
            .formatted(FIRST_TEN, LAST_TEN));
  }

  private void demandFree(List<Subnet> subnets) {
    List<Cidr> taken = taken();
    List<Fault> faults = new ArrayList<>();
    for (Subnet subnet : subnets) {
      taken.stream()
          .filter(subnet.cidr()::overlaps)
          .findFirst()
          .ifPresent(
              other ->
                  faults.add(
                      new Fault(
                          "subnets",
                          "%s overlaps with %s, which this host is in already"
                              .formatted(subnet.cidr(), other))));
    }
    if (!faults.isEmpty()) {
      throw new PolderException("the network is refused", faults);
    }
  }

  @Override
  public Network update(String name, NetworkUpdate update) {
    String what = "update network '%s'".formatted(name);
    try {
      hall.disk().demandWritable(what);
      return networks.locked(() -> change(known(name), update));
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  private Network change(Network before, NetworkUpdate update) {
    Network after = before.with(update);
    List<Fault> faults = before.faults(update);
    if (update.remotes().isPresent() || update.mtu().isPresent()) {
      faults.addAll(overlays.faults(after));
    }
    demandLeases(after, faults);
    if (before.kind().hasHost()) {
      demandFree(
          after.subnets().stream()
              .filter(
                  each -> before.subnets().stream().noneMatch(b -> b.cidr().equals(each.cidr())))
              .toList());
    }
    networks.switchboard().verify(after);
    hall.executor()
        .once(
            "network-update",
            "write the changed record of network " + after.name(),
            () -> hall.disk().spend(() -> networks.put(after)));
    hall.executor()
        .once(
            "network-update",
            "bring network %s up to date".formatted(after.name()),
            () -> networks.switchboard().refresh(after));
    tell("network.update", after.name(), Map.of());
    return seen(after);
  }

  /** What nics were given stays theirs. */
  private void demandLeases(Network after, List<Fault> faults) {
    if (after.kind() == Network.Kind.NAT && after.subnets().isEmpty()) {
      faults.add(new Fault("subnets", "a NAT network needs one"));
    }
    for (Nic nic : networks.leases().on(after.name())) {
      for (Cidr each : nic.addresses()) {
        Optional<Subnet> subnet = after.subnetOf(each.address());
        if (subnet.isEmpty() && !after.subnets().isEmpty()) {
          faults.add(new Fault("subnets", "%s is a nic's, and in none of them".formatted(each)));
        } else if (subnet.flatMap(Subnet::gateway).equals(Optional.of(each.address()))) {
          faults.add(new Fault("subnets", "%s is a nic's, and no gateway".formatted(each)));
        } else if (after.resolvers().contains(each.address())) {
          faults.add(new Fault("dns_address", "%s is a nic's".formatted(each)));
        }
      }
      if (nic.mtu().filter(mtu -> mtu > after.mtu()).isPresent()) {
        faults.add(new Fault("mtu", "a nic on it has %d".formatted(nic.mtu().get())));
      }
    }
    for (IpAddress each : networks.leases().claimed(after.name())) {
      if (after.subnetOf(each).isEmpty()) {
        faults.add(new Fault("subnets", "%s is a balance's, and in none of them".formatted(each)));
      } else if (after.dns().address().equals(Optional.of(each))) {
        faults.add(new Fault("dns_address", "%s is a balance's".formatted(each)));
      }
    }
    if (!faults.isEmpty()) {
      throw new PolderException("the update is refused", faults);
    }
  }

  @Override
  public void delete(String name) {
    String what = "delete network '%s'".formatted(name);
    try {
      hall.disk().demandWritable(what);
      networks.locked(
          () -> {
            remove(known(name));
            return true;
          });
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  private void remove(Network network) {
    long nics = networks.leases().on(network.name()).size();
    if (nics > 0) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "network '%s' is in use: %d nics of zones are on it; delete those zones, or update them"
              .formatted(network.name(), nics));
    }
    if (!networks.leases().claimed(network.name()).isEmpty()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "network '%s' is in use: a balance listens on it; delete that, or update it"
              .formatted(network.name()));
    }
    hall.executor()
        .once(
            "network-delete",
            "take down network " + network.name(),
            () -> networks.switchboard().lower(network));
    hall.executor()
        .once(
            "network-delete",
            "remove the record of network " + network.name(),
            () -> networks.remove(network.name()));
    tell("network.delete", network.name(), Map.of());
  }

  /** What is wrong with networks, each by its name. */
  Map<String, String> problems() {
    Map<String, String> problems = new TreeMap<>(networks.store().damaged());
    networks
        .list()
        .forEach(
            each ->
                networks
                    .switchboard()
                    .problem(each)
                    .ifPresent(why -> problems.put(each.name(), why)));
    return problems;
  }

  private void tell(String kind, String network, Map<String, Object> details) {
    hall.events().add(kind, Optional.empty(), network, details);
  }
}
