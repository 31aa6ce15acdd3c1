package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to change in a balance, at once; what is absent stays.
 *
 * @param listen all places where it is called from now on
 * @param to all whom it leads to from now on
 * @param affinity what keeps a caller at one member
 * @param drain zones that get no new flows from now on
 * @param undrain zones that get new flows again
 */
public record BalanceUpdate(
    Optional<List<BalanceListen>> listen,
    Optional<List<BalanceTarget>> to,
    Optional<Balance.Affinity> affinity,
    List<ZoneRef> drain,
    List<ZoneRef> undrain) {
  /** Checks what must hold between them; all faults at once. */
  public BalanceUpdate {
    listen = listen.map(List::copyOf);
    to = to.map(List::copyOf);
    drain = List.copyOf(drain);
    undrain = List.copyOf(undrain);
    List<Fault> faults = new ArrayList<>();
    listen.ifPresent(all -> BalanceRequest.checkListen(all, faults));
    to.ifPresent(all -> BalanceRequest.checkTargets(all, faults));
    for (ZoneRef each : drain) {
      if (undrain.contains(each)) {
        faults.add(new Fault("drain", "'%s' is in undrain, too".formatted(each.text())));
      }
    }
    if (!faults.isEmpty()) {
      throw new PolderException("the update is refused", faults);
    }
  }

  /** Zones that get no new flows from now on, and nothing else. */
  public static BalanceUpdate drain(ZoneRef... zones) {
    return new BalanceUpdate(
        Optional.empty(), Optional.empty(), Optional.empty(), List.of(zones), List.of());
  }

  /** Zones that get new flows again, and nothing else. */
  public static BalanceUpdate undrain(ZoneRef... zones) {
    return new BalanceUpdate(
        Optional.empty(), Optional.empty(), Optional.empty(), List.of(), List.of(zones));
  }
}
