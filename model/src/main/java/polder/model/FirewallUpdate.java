package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What is to change in a firewall rule; what is absent stays.
 *
 * @param sentence what it says
 * @param enabled whether it is in force
 * @param owner whose zones alone it speaks of
 * @param global true to have it speak of the zones of all owners
 * @param description what it is for
 * @param log whether the kernel's log is told of packets that it decides over
 */
public record FirewallUpdate(
    Optional<FirewallSentence> sentence,
    Optional<Boolean> enabled,
    Optional<UUID> owner,
    boolean global,
    Optional<String> description,
    Optional<Boolean> log) {
  /** Checks all that could be wrong; all faults at once. */
  public FirewallUpdate {
    List<Fault> faults = new ArrayList<>();
    FirewallRequest.checkLine("description", description, faults);
    sentence.ifPresent(each -> FirewallRequest.checkSentence(each, faults));
    if (global && owner.isPresent()) {
      faults.add(new Fault("global", "give owner_uuid or global, not both"));
    }
    if (!faults.isEmpty()) {
      throw new PolderException("the update is refused", faults);
    }
  }

  /** That a rule is in force from now on, or no longer. */
  public static FirewallUpdate enabled(boolean enabled) {
    return new FirewallUpdate(
        Optional.empty(),
        Optional.of(enabled),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty());
  }
}
