package polder.model;

import java.util.List;

/**
 * What is to be added to the firewall, all or none of it.
 *
 * @param rules new rules
 * @param remotes VMs that are elsewhere; one that is known is known anew
 */
public record FirewallPayload(List<FirewallRequest> rules, List<FirewallRemote> remotes) {
  private static final int MOST = 1024;

  /** Refuses more than one call should hold. */
  public FirewallPayload {
    rules = List.copyOf(rules);
    remotes = List.copyOf(remotes);
    if (rules.size() + remotes.size() > MOST) {
      throw new PolderException(
          ErrorKind.INVALID, "at most %d rules and remote VMs are taken at once".formatted(MOST));
    }
    if (rules.isEmpty() && remotes.isEmpty()) {
      throw new PolderException(ErrorKind.INVALID, "there is no rule and no remote VM in it");
    }
  }

  /** One rule. */
  public static FirewallPayload of(FirewallRequest rule) {
    return new FirewallPayload(List.of(rule), List.of());
  }
}
