package polder.api.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.BalancePlaces;
import polder.model.BalanceRequest;
import polder.model.BalanceUpdate;
import polder.model.BalanceZone;
import polder.model.Balances;
import polder.model.ErrorKind;
import polder.model.HostPorts;
import polder.model.PolderException;
import polder.model.ZoneRef;

/** The fake host's balances: who would be called; nothing is ever sent. */
final class FakeBalances implements Balances {
  private final FakeEvents events;
  private final FakeZones zones;
  private final FakeNetworks networks;
  private final ReentrantLock changing = new ReentrantLock();
  private final Map<String, Balance> kept = new ConcurrentSkipListMap<>();

  FakeBalances(FakeEvents events, FakeZones zones, FakeNetworks networks) {
    this.events = events;
    this.zones = zones;
    this.networks = networks;
  }

  @Override
  public List<Balance> list() {
    return kept.values().stream().map(this::seen).toList();
  }

  private Balance seen(Balance balance) {
    List<BalanceZone> around =
        zones.list().stream()
            .map(zone -> BalanceZone.of(zone.spec(), zone.status(), false))
            .toList();
    return balance.seen(around, networks::find);
  }

  @Override
  public Balance get(String name) {
    return seen(known(name));
  }

  private Balance known(String name) {
    Balance balance = kept.get(Balance.checkName(name));
    if (balance == null) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "there is no balance '%s'; make it with 'polder balance create'".formatted(name));
    }
    return balance;
  }

  @Override
  public Balance create(BalanceRequest request) {
    changing.lock();
    try {
      if (kept.containsKey(request.name())) {
        throw new PolderException(
            ErrorKind.EXISTS, "there is a balance '%s' already".formatted(request.name()));
      }
      Balance made =
          new Balance(
              request.name(),
              places(request.listen(), request.name()),
              request.to(),
              request.affinity(),
              List.of(),
              List.of());
      keep(made, "balance.create");
      return seen(made);
    } finally {
      changing.unlock();
    }
  }

  private List<BalanceListen> places(List<BalanceListen> asked, String name) {
    List<Balance> others =
        kept.values().stream().filter(each -> !each.name().equals(name)).toList();
    return BalancePlaces.settle(
        asked,
        others,
        new BalancePlaces.Ground(
            networks.list(), networks.leases(), Set.of(), HostPorts.FREE, true));
  }

  private void keep(Balance balance, String event) {
    kept.put(balance.name(), balance);
    networks.leases().claim(BalancePlaces.claims(kept.values()));
    events.add(event, Optional.empty(), balance.name(), Map.of());
  }

  @Override
  public Balance update(String name, BalanceUpdate update) {
    changing.lock();
    try {
      Balance before = known(name);
      List<UUID> drained = new ArrayList<>(before.drained());
      drained.removeIf(each -> zones.list().stream().noneMatch(zone -> zone.uuid().equals(each)));
      for (ZoneRef each : update.undrain()) {
        drained.remove(zones.get(each).uuid());
      }
      for (ZoneRef each : update.drain()) {
        UUID zone = zones.get(each).uuid();
        if (!drained.contains(zone)) {
          drained.add(zone);
        }
      }
      Balance after =
          new Balance(
              before.name(),
              update.listen().map(asked -> places(asked, name)).orElse(before.listen()),
              update.to().orElse(before.to()),
              update.affinity().orElse(before.affinity()),
              drained,
              List.of());
      keep(after, "balance.update");
      return seen(after);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public void delete(String name) {
    changing.lock();
    try {
      Balance balance = known(name);
      kept.remove(balance.name());
      networks.leases().claim(BalancePlaces.claims(kept.values()));
      events.add("balance.delete", Optional.empty(), balance.name(), Map.of());
    } finally {
      changing.unlock();
    }
  }
}
