package polder.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Addresses and ports by which several zones are called, each flow one of them.
 *
 * @param name unique on its host
 * @param listen where it is called
 * @param to whom it leads to
 * @param affinity what keeps a caller at one member
 * @param drained zones that get no new flows
 * @param members the zones that it leads to now, and those that it would; seen, not recorded
 */
public record Balance(
    String name,
    List<BalanceListen> listen,
    List<BalanceTarget> to,
    Affinity affinity,
    List<UUID> drained,
    List<BalanceMember> members) {
  /** What a balance's name takes: it is a host's name, too. */
  static final Type<String> NAME_TYPE =
      Types.text(
          Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?"),
          "a-z, 0-9 and inner '-', a letter first, 63 at most",
          63);

  /** What keeps a caller at one member. */
  public enum Affinity {
    /** Nothing: each flow goes to the next. */
    NONE,
    /** The caller's address: all its flows go to one. */
    SOURCE;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Balance {
    listen = List.copyOf(listen);
    to = List.copyOf(to);
    drained = List.copyOf(drained);
    members = List.copyOf(members);
  }

  /** This one, as it is seen beside {@code zones}. */
  public Balance seen(List<BalanceZone> zones, Leases.Known networks) {
    return with(BalanceZone.members(this, zones, networks));
  }

  /** This one, with other members. */
  public Balance with(List<BalanceMember> others) {
    return new Balance(name, listen, to, affinity, drained, others);
  }

  /** Whether it listens on a network, for callers of that family. */
  boolean isOn(String network, boolean six) {
    return listen.stream()
        .anyMatch(
            each -> each.address().six() == six && each.network().equals(Optional.of(network)));
  }

  /**
   * Refuses what no balance is called.
   *
   * @throws PolderException INVALID
   */
  public static String checkName(String name) {
    if (!name.matches("[a-z]([a-z0-9-]{0,61}[a-z0-9])?")) {
      throw new PolderException(
          ErrorKind.INVALID,
          "balance name '%s': use a-z, 0-9 and inner '-', a letter first, 63 at most"
              .formatted(Types.shorten(name)));
    }
    return name;
  }
}
