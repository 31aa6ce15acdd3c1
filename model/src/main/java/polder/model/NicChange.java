package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a zone's cards when its spec changes while it runs. Both specs' nics are settled.
 *
 * @param unplugged those that go, as they were; one that is to be on another network, or called
 *     otherwise, goes and comes
 * @param plugged those that come
 * @param changed those that stay, and have other addresses or may send something else, as they are
 *     to be
 */
public record NicChange(List<Nic> unplugged, List<Nic> plugged, List<Nic> changed) {
  public NicChange {
    unplugged = List.copyOf(unplugged);
    plugged = List.copyOf(plugged);
    changed = List.copyOf(changed);
  }

  /** A spec's nics without what may change of any card that is plugged: ports and speed. */
  public static List<Nic> plugged(ZoneSpec spec) {
    return spec.get(ZoneProperties.NICS).stream().map(Nic::plugged).toList();
  }

  /** What becomes of the cards of {@code before} so that they are those of {@code after}. */
  public static NicChange of(ZoneSpec before, ZoneSpec after) {
    return of(before.get(ZoneProperties.NICS), after.get(ZoneProperties.NICS));
  }

  static NicChange of(List<Nic> before, List<Nic> after) {
    List<Nic> unplugged = new ArrayList<>();
    List<Nic> plugged = new ArrayList<>();
    List<Nic> changed = new ArrayList<>();
    for (Nic was : before) {
      Optional<Nic> now = like(was, after);
      if (now.filter(nic -> isSamePlug(was, nic)).isEmpty()) {
        unplugged.add(was);
      }
    }
    for (Nic now : after) {
      Optional<Nic> was = like(now, before);
      if (was.filter(nic -> isSamePlug(nic, now)).isEmpty()) {
        plugged.add(now);
      } else if (!sends(was.get()).equals(sends(now))) {
        changed.add(now);
      }
    }
    return new NicChange(unplugged, plugged, changed);
  }

  private static Optional<Nic> like(Nic nic, List<Nic> others) {
    return others.stream().filter(other -> other.mac().equals(nic.mac())).findFirst();
  }

  private static boolean isSamePlug(Nic one, Nic other) {
    return one.network().equals(other.network())
        && one.name().equals(other.name())
        && one.mtu().equals(other.mtu());
  }

  private static List<Object> sends(Nic nic) {
    return List.of(nic.addresses(), nic.freedoms(), nic.allowedIps());
  }

  /** Whether no card comes, goes or changes. */
  public boolean isNone() {
    return unplugged.isEmpty() && plugged.isEmpty() && changed.isEmpty();
  }

  /**
   * What of it cannot be done while the zone runs.
   *
   * @param after the nics as they are to be, for their places in the payload
   */
  public List<Fault> faults(List<Nic> after, Leases.Known networks) {
    List<Fault> faults = new ArrayList<>();
    for (Nic nic : unplugged) {
      if (isShared(nic, networks)) {
        faults.add(new Fault("nics", refusal(nic, "unplugged")));
      }
    }
    for (Nic nic : plugged) {
      if (isShared(nic, networks)) {
        String at = "nics[%d].nic_tag".formatted(after.indexOf(nic));
        faults.add(new Fault(at, refusal(nic, "plugged")));
      }
    }
    return List.copyOf(faults);
  }

  private static boolean isShared(Nic nic, Leases.Known networks) {
    return nic.network()
        .flatMap(networks::find)
        .filter(network -> network.kind() == Network.Kind.MACVLAN)
        .isPresent();
  }

  /** Such a card has no end at the host by which it could be taken from whoever renamed it. */
  private static String refusal(Nic nic, String verb) {
    return "network '%s' is of kind macvlan, whose cards are not %s while a zone runs; stop it first"
        .formatted(nic.network().orElse(""), verb);
  }
}
