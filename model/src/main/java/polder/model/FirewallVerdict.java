package polder.model;

import java.util.Optional;
import java.util.UUID;

/**
 * The firewall's answer to a {@link FirewallProbe}. It speaks of what begins a flow; routes, other
 * firewalls and whether somebody listens are not asked.
 *
 * @param passes whether both sides let it pass
 * @param from the address that it would come from
 * @param to the address that it would go to
 * @param outbound who decides at the sender; empty for one that is no zone
 * @param inbound who decides at the receiver; empty for one that is no zone
 */
public record FirewallVerdict(
    boolean passes,
    IpAddress from,
    IpAddress to,
    Optional<Decision> outbound,
    Optional<Decision> inbound) {
  /**
   * What is decided at one end.
   *
   * @param zone the zone whose rules were asked
   * @param action whether it passes
   * @param rule the rule that decides; empty if none does
   * @param reason in words
   */
  public record Decision(
      String zone, FirewallSentence.Action action, Optional<UUID> rule, String reason) {}
}
