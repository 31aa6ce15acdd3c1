package polder.model;

import java.util.List;
import java.util.UUID;

/**
 * The host's firewall, in fwadm's language. Rules are in force for zones whose payload says {@code
 * firewall_enabled}: nothing gets in that no rule allows, and all gets out that no rule blocks. A
 * rule decides over what begins a flow; what belongs to one that was let through passes.
 */
public interface Firewall {
  /** All rules, by uuid. */
  List<FirewallRule> list();

  /**
   * One rule.
   *
   * @param rule its uuid, or the beginning of it
   * @throws PolderException NOT_FOUND, or INVALID if it could be several
   */
  FirewallRule get(String rule);

  /**
   * Adds rules, and VMs that are elsewhere: all, or none. A VM that is known is known anew.
   *
   * @param dryRun only say what would be
   * @throws PolderException EXISTS if there is a rule of that uuid
   */
  FirewallChange add(FirewallPayload payload, boolean dryRun);

  /**
   * Changes a rule.
   *
   * @param dryRun only say what would be
   */
  FirewallChange update(String rule, FirewallUpdate update, boolean dryRun);

  /** Takes a rule away. */
  void delete(String rule);

  /** The rules that decide over what a zone gets or sends, those that are disabled too. */
  List<FirewallRule> rules(ZoneRef zone);

  /** The zones that a rule decides over, those without a firewall too. */
  List<FirewallZone> zones(String rule);

  /**
   * Whether something would pass, and which rule decides.
   *
   * @throws PolderException NOT_FOUND if an end is nobody; INVALID if the two have no addresses of
   *     one family
   */
  FirewallVerdict test(FirewallProbe probe);

  /** All zones that have a firewall, and whether it is in force. */
  List<FirewallZone> status();

  /** What rules have decided over; only those that zones which run hold. */
  List<FirewallCount> stats();

  /** The VMs that are elsewhere, by uuid. */
  List<FirewallRemote> remotes();

  /**
   * Forgets a VM that is elsewhere.
   *
   * @throws PolderException NOT_FOUND
   */
  void deleteRemote(UUID remote);
}
