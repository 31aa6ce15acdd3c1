package polder.api.fake;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Leases;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Networks;
import polder.model.Nic;
import polder.model.NicCounters;
import polder.model.PolderException;
import polder.model.Subnet;
import polder.model.Vxlan;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** The fake host's networks: who has which address; nothing is ever sent. */
final class FakeNetworks implements Networks {
  private static final int MTU = 1500;

  private final FakeEvents events;
  private final ReentrantLock changing = new ReentrantLock();
  private final Map<String, Network> kept = new ConcurrentSkipListMap<>();
  private Supplier<List<Zone>> zones = List::of;
  private final Leases leases = new Leases(new AtomicLong(1)::getAndIncrement);

  FakeNetworks(FakeEvents events) {
    this.events = events;
  }

  /** Whom it asks for the zones that are on it. */
  void ask(Supplier<List<Zone>> all) {
    zones = all;
  }

  /** Decides what a zone's nics leave open, and keeps it for the zone. */
  ZoneSpec take(ZoneSpec spec) {
    if (find(Network.DEFAULT).isEmpty()
        && spec.get(ZoneProperties.NICS).stream()
            .anyMatch(nic -> nic.network().equals(Optional.of(Network.DEFAULT)))) {
      create(NetworkRequest.of(Network.DEFAULT, Network.Kind.NAT));
    }
    return leases.take(spec, this::find);
  }

  /** A zone has what its spec says, and no more. */
  void keep(ZoneSpec spec) {
    leases.keep(spec);
  }

  void release(UUID zone) {
    leases.release(zone);
  }

  Leases leases() {
    return leases;
  }

  Optional<Network> find(String name) {
    return kept.values().stream()
        .filter(each -> each.name().equals(name) || each.uuid().toString().equals(name))
        .findFirst();
  }

  private Network seen(Network network) {
    return network.seen(leases.on(network.name()).size(), Optional.empty());
  }

  @Override
  public List<Network> list() {
    return kept.values().stream().map(this::seen).toList();
  }

  @Override
  public Network get(String name) {
    return seen(known(name));
  }

  private Network known(String name) {
    return find(Network.checkReference(name))
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "there is no network '%s'; make it with 'polder network create'"
                        .formatted(name)));
  }

  /** Of zones that run; nothing ever went through. */
  @Override
  public List<NicCounters> counters() {
    NicCounters.Direction none = new NicCounters.Direction(0, 0, 0);
    return zones.get().stream()
        .filter(zone -> zone.state() == ZoneState.RUNNING)
        .sorted(Comparator.comparing(Zone::name))
        .flatMap(
            zone ->
                zone.spec().get(ZoneProperties.NICS).stream()
                    .map(
                        nic ->
                            new NicCounters(
                                zone.uuid(),
                                zone.name(),
                                nic.name().orElseThrow(),
                                nic.network().orElseThrow(),
                                none,
                                none)))
        .toList();
  }

  @Override
  public Network create(NetworkRequest request) {
    if (request.parent().isPresent()) {
      throw new PolderException(
          ErrorKind.NOT_FOUND, "a host in memory has no interface " + request.parent().get());
    }
    List<Subnet> subnets =
        request.kind() == Network.Kind.NAT && request.subnets().isEmpty()
            ? List.of(new Subnet(Cidr.of("10.77.0.0/20"), Optional.empty(), Optional.empty()))
            : request.subnets();
    Network made =
        new Network(
            UUID.randomUUID(),
            request.name(),
            request.kind(),
            Optional.empty(),
            subnets.stream().map(each -> each.completed(request.kind())).toList(),
            request.mtu().orElse(MTU - request.vxlan().map(Vxlan::overhead).orElse(0)),
            NetworkDns.standard(request.kind()).with(request.dns()),
            request.vxlan(),
            request.name(),
            0,
            Optional.empty());
    if (kept.putIfAbsent(request.name(), made) != null) {
      throw new PolderException(
          ErrorKind.EXISTS, "there is a network '%s' already".formatted(request.name()));
    }
    tell("network.create", request.name());
    return made;
  }

  @Override
  public Network update(String name, NetworkUpdate update) {
    changing.lock();
    try {
      Network before = known(name);
      Network after = before.with(update);
      List<Fault> faults = before.faults(update);
      if (!faults.isEmpty()) {
        throw new PolderException("the update is refused", faults);
      }
      for (Nic nic : leases.on(before.name())) {
        for (Cidr each : nic.addresses()) {
          if (after.subnetOf(each.address()).isEmpty() && !after.subnets().isEmpty()) {
            throw new PolderException(
                "the update is refused",
                List.of(
                    new Fault("subnets", "%s is a nic's, and in none of them".formatted(each))));
          }
        }
      }
      kept.put(after.name(), after);
      tell("network.update", after.name());
      return seen(after);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public void delete(String name) {
    changing.lock();
    try {
      Network network = known(name);
      if (!leases.on(network.name()).isEmpty()) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "network '%s' is in use: delete the zones that are on it first"
                .formatted(network.name()));
      }
      if (!leases.claimed(network.name()).isEmpty()) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "network '%s' is in use: a balance listens on it; delete that, or update it"
                .formatted(network.name()));
      }
      kept.remove(network.name());
      tell("network.delete", network.name());
    } finally {
      changing.unlock();
    }
  }

  private void tell(String kind, String name) {
    events.add(kind, Optional.empty(), name, Map.of());
  }
}
