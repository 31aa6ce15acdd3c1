package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What firewall rule is to be added.
 *
 * @param uuid its identity; made up if absent
 * @param sentence what it says
 * @param enabled whether it is in force at once
 * @param owner whose zones alone it speaks of
 * @param description what it is for; 255 characters at most
 * @param createdBy who makes it; 255 characters at most
 * @param version when it was last changed, where it comes from elsewhere
 * @param log whether the kernel's log is told of packets that it decides over
 */
public record FirewallRequest(
    Optional<UUID> uuid,
    FirewallSentence sentence,
    boolean enabled,
    Optional<UUID> owner,
    Optional<String> description,
    Optional<String> createdBy,
    Optional<String> version,
    boolean log) {
  private static final int LONGEST = 255;

  /** Checks all that could be wrong; all faults at once. */
  public FirewallRequest {
    List<Fault> faults = new ArrayList<>();
    checkLine("description", description, faults);
    checkLine("created_by", createdBy, faults);
    if (version.isPresent() && !version.get().matches("[0-9]{1,12}\\.[0-9]{6}")) {
      faults.add(new Fault("version", "must be seconds and microseconds: 1700000000.000000"));
    }
    checkSentence(sentence, faults);
    if (!faults.isEmpty()) {
      throw new PolderException("the rule is refused", faults);
    }
  }

  /** A rule that says {@code sentence} and is in force. */
  public static FirewallRequest of(FirewallSentence sentence) {
    return new FirewallRequest(
        Optional.empty(),
        sentence,
        true,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  static void checkLine(String path, Optional<String> text, List<Fault> faults) {
    if (text.isPresent()
        && (text.get().length() > LONGEST
            || text.get().chars().anyMatch(Character::isISOControl))) {
      faults.add(new Fault(path, "must have no control characters, and 255 characters at most"));
    }
  }

  /** What was not read but put together is held to the grammar too. */
  static void checkSentence(FirewallSentence sentence, List<Fault> faults) {
    try {
      if (!FirewallSentence.of(sentence.toString()).equals(sentence)) {
        faults.add(new Fault("rule", "'%s' reads as another rule".formatted(sentence)));
      }
    } catch (PolderException e) {
      e.faults().forEach(each -> faults.add(new Fault("rule", each.message())));
    }
  }
}
