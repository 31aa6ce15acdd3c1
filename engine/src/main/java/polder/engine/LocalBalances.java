package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.BalancePlaces;
import polder.model.BalanceRequest;
import polder.model.BalanceUpdate;
import polder.model.Balances;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneRef;

/** The balances of this machine, and what happens to them told. */
final class LocalBalances implements Balances {
  private final Hall hall;
  private final HostBalances balances;

  LocalBalances(Hall hall) {
    this.hall = hall;
    this.balances = hall.balances();
  }

  @Override
  public List<Balance> list() {
    return balances.seen();
  }

  @Override
  public Balance get(String name) {
    return seen(known(name).name());
  }

  private Balance known(String name) {
    return balances
        .find(Balance.checkName(name))
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "there is no balance '%s'; make it with 'polder balance create'"
                        .formatted(name)));
  }

  private Balance seen(String name) {
    return balances.seen().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public Balance create(BalanceRequest request) {
    String what = "create balance '%s'".formatted(request.name());
    try {
      hall.disk().demandRoom(what);
      return hall.networks().locked(() -> make(request));
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  private Balance make(BalanceRequest request) {
    String name = request.name();
    if (balances.find(name).isPresent() || balances.store().damaged().containsKey(name)) {
      throw new PolderException(
          ErrorKind.EXISTS, "there is a balance '%s' already".formatted(name));
    }
    Balance balance =
        new Balance(
            name,
            places(request.listen(), name),
            request.to(),
            request.affinity(),
            List.of(),
            List.of());
    try (Undo undo = new Undo()) {
      undo.add(balances::follow);
      undo.add(() -> balances.remove(name));
      hall.executor()
          .once(
              "balance-create",
              "write the record of balance " + name,
              () -> hall.disk().spend(() -> balances.put(balance)));
      hall.executor().once("balance-create", "bring balances up to date", balances::follow);
      undo.forget();
    }
    tell("balance.create", name);
    return seen(name);
  }

  private List<BalanceListen> places(List<BalanceListen> asked, String name) {
    List<Balance> others =
        balances.list().stream().filter(each -> !each.name().equals(name)).toList();
    return BalancePlaces.settle(
        asked,
        others,
        new BalancePlaces.Ground(
            hall.networks().list(),
            hall.networks().leases(),
            hall.networks().switchboard().hostAddresses(),
            hall.networks().switchboard().ports(),
            hall.networks().switchboard().forwardsSix()));
  }

  @Override
  public Balance update(String name, BalanceUpdate update) {
    String what = "update balance '%s'".formatted(name);
    try {
      hall.disk().demandWritable(what);
      return hall.networks().locked(() -> change(known(name), update));
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  private Balance change(Balance before, BalanceUpdate update) {
    List<UUID> drained = new ArrayList<>(before.drained());
    drained.removeIf(each -> hall.table().find(each).isEmpty()); // deleted since
    for (ZoneRef each : update.undrain()) {
      drained.remove(hall.table().get(each).uuid());
    }
    for (ZoneRef each : update.drain()) {
      UUID zone = hall.table().get(each).uuid();
      if (!drained.contains(zone)) {
        drained.add(zone);
      }
    }
    Balance after =
        new Balance(
            before.name(),
            update.listen().map(asked -> places(asked, before.name())).orElse(before.listen()),
            update.to().orElse(before.to()),
            update.affinity().orElse(before.affinity()),
            drained,
            List.of());
    try (Undo undo = new Undo()) {
      undo.add(balances::follow);
      undo.add(() -> balances.put(before));
      hall.executor()
          .once(
              "balance-update",
              "write the changed record of balance " + after.name(),
              () -> hall.disk().spend(() -> balances.put(after)));
      hall.executor().once("balance-update", "bring balances up to date", balances::follow);
      undo.forget();
    }
    tell("balance.update", after.name());
    return seen(after.name());
  }

  @Override
  public void delete(String name) {
    String what = "delete balance '%s'".formatted(name);
    try {
      hall.disk().demandWritable(what);
      hall.networks()
          .locked(
              () -> {
                remove(known(name));
                return true;
              });
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  private void remove(Balance balance) {
    try (Undo undo = new Undo()) {
      undo.add(balances::follow);
      undo.add(() -> balances.put(balance));
      hall.executor()
          .once(
              "balance-delete",
              "remove the record of balance " + balance.name(),
              () -> balances.remove(balance.name()));
      hall.executor().once("balance-delete", "bring balances up to date", balances::follow);
      undo.forget();
    }
    tell("balance.delete", balance.name());
  }

  /** What is wrong with balances, each by its name. */
  Map<String, String> problems() {
    return new TreeMap<>(balances.store().damaged());
  }

  private void tell(String kind, String balance) {
    hall.events().add(kind, Optional.empty(), balance, Map.of());
  }
}
