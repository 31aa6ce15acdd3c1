package polder.model;

import java.util.List;

/**
 * What became of firewall rules that were added or changed.
 *
 * @param rules as they are now
 * @param warnings what the caller should know, a sentence each
 */
public record FirewallChange(List<FirewallRule> rules, List<String> warnings) {
  public FirewallChange {
    rules = List.copyOf(rules);
    warnings = List.copyOf(warnings);
  }
}
