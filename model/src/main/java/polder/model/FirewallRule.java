package polder.model;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import polder.model.FirewallSentence.Action;

/**
 * A rule of the host's firewall.
 *
 * @param uuid its identity
 * @param sentence what it says
 * @param enabled whether it is in force
 * @param owner whose zones alone it speaks of; those of all owners if absent
 * @param description what it is for
 * @param createdBy who made it
 * @param version when it was last changed: seconds and microseconds since 1970
 * @param log whether the kernel's log is told of packets that it decides over
 */
public record FirewallRule(
    UUID uuid,
    FirewallSentence sentence,
    boolean enabled,
    Optional<UUID> owner,
    Optional<String> description,
    Optional<String> createdBy,
    String version,
    boolean log) {
  /** Which way packets go, as a zone sees it. */
  public enum Direction {
    INBOUND,
    OUTBOUND
  }

  /** The order in which rules are asked: the higher priority; then allow in, and block out. */
  static Comparator<FirewallRule> order(Direction direction) {
    Action first = direction == Direction.INBOUND ? Action.ALLOW : Action.BLOCK;
    return Comparator.comparingInt((FirewallRule rule) -> -rule.sentence().priority())
        .thenComparing(rule -> rule.sentence().action() != first)
        .thenComparing(rule -> rule.uuid().toString());
  }

  /**
   * Refuses what means no rule.
   *
   * @throws PolderException INVALID unless it is a uuid, or four characters or more of its
   *     beginning
   */
  public static String checkReference(String text) {
    if (!text.matches("[0-9a-f-]{4,36}")) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' names no firewall rule: use its uuid, or the beginning of it, 4 characters"
              .formatted(Types.shorten(text)));
    }
    return text;
  }

  /** Whom packets come from or go to, for who holds the rule. */
  public List<FirewallTarget> others(Direction direction) {
    return direction == Direction.INBOUND ? sentence.from() : sentence.to();
  }

  private List<FirewallTarget> own(Direction direction) {
    return direction == Direction.INBOUND ? sentence.to() : sentence.from();
  }

  /** Whether it decides over what {@code zone} gets or sends, if both are in force. */
  public boolean isHeldBy(FirewallParty zone, Direction direction) {
    return own(direction).stream().anyMatch(each -> names(each, zone));
  }

  /** Whether it decides over something of {@code zone}'s. */
  public boolean isHeldBy(FirewallParty zone) {
    return isHeldBy(zone, Direction.INBOUND) || isHeldBy(zone, Direction.OUTBOUND);
  }

  /** Whether {@code target}, as this rule means it, is {@code party} by what that is. */
  public boolean names(FirewallTarget target, FirewallParty party) {
    if (owner.isPresent() && !owner.get().toString().equalsIgnoreCase(party.owner())) {
      return false;
    }
    return switch (target) {
      case FirewallTarget.AllVms _ -> true;
      case FirewallTarget.Vm(UUID of) -> of.equals(party.uuid());
      case FirewallTarget.Tag(String name, Optional<String> value) ->
          value.map(v -> v.equals(party.tags().get(name))).orElse(party.tags().containsKey(name));
      case FirewallTarget.Any _, FirewallTarget.Address _, FirewallTarget.Net _ -> false;
    };
  }

  /** Whether {@code address} is among {@code targets}, as this rule means them. */
  boolean speaksOf(List<FirewallTarget> targets, IpAddress address, List<FirewallParty> parties) {
    return targets.stream()
        .anyMatch(
            each ->
                switch (each) {
                  case FirewallTarget.Any _ -> true;
                  case FirewallTarget.Address(IpAddress of) -> of.equals(address);
                  case FirewallTarget.Net(Cidr net) -> net.contains(address);
                  case FirewallTarget.AllVms _, FirewallTarget.Tag _, FirewallTarget.Vm _ ->
                      parties.stream()
                          .anyMatch(
                              party -> party.addresses().contains(address) && names(each, party));
                });
  }
}
