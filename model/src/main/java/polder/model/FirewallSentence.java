package polder.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a firewall rule says, in fwadm's language:
 *
 * <pre>FROM (tag web OR ip 10.1.2.3) TO tag role = db ALLOW tcp PORT 5432 PRIORITY 10</pre>
 *
 * <p>Its text is one of many that mean the same: {@link #toString} writes the same for all of them.
 *
 * @param from whose packets
 * @param to to whom
 * @param action whether they pass
 * @param protocol which of them
 * @param priority 0 to 100; the higher is asked first
 */
public record FirewallSentence(
    List<FirewallTarget> from,
    List<FirewallTarget> to,
    Action action,
    FirewallProtocol protocol,
    int priority) {
  static final int MOST_PARTS = 24; // of a side, and of ports or types: version 4 of the grammar
  static final int MOST_PRIORITY = 100;
  private static final int LONGEST = 16_384;

  /** A rule's text, as JSON has it. */
  public static final Type<FirewallSentence> TYPE = new SentenceType();

  /** What becomes of a packet. */
  public enum Action {
    ALLOW,
    BLOCK
  }

  /** Puts both sides in order, so that what means the same is equal. */
  public FirewallSentence {
    from = ordered(from);
    to = ordered(to);
  }

  private static List<FirewallTarget> ordered(List<FirewallTarget> targets) {
    return targets.stream().distinct().sorted(Comparator.comparing(FirewallTarget::text)).toList();
  }

  /**
   * Reads a rule.
   *
   * @throws PolderException INVALID with all that is wrong, each with its place
   */
  public static FirewallSentence of(String text) {
    List<Fault> faults = new ArrayList<>();
    FirewallSentence read = read(text, "", faults);
    if (read == null || !faults.isEmpty()) {
      throw new PolderException("the rule is refused", faults);
    }
    return read;
  }

  private static @Nullable FirewallSentence read(String text, String path, List<Fault> faults) {
    if (text.length() > LONGEST) {
      faults.add(new Fault(path, "is over %d characters".formatted(LONGEST)));
      return null;
    }
    List<String> wrong = new ArrayList<>();
    FirewallSentence read = new FirewallParser(text, wrong).sentence();
    wrong.forEach(each -> faults.add(new Fault(path, each)));
    return wrong.isEmpty() ? read : null;
  }

  /** What must hold between its parts, beside what the grammar asks. */
  List<String> check() {
    List<String> faults = new ArrayList<>();
    List<FirewallTarget> all = new ArrayList<>(from);
    all.addAll(to);
    if (all.stream().noneMatch(FirewallTarget::isInstance)) {
      faults.add("touches no zone: one side has to name a tag, a vm or all vms");
    }
    if (protocol instanceof FirewallProtocol.Icmp(boolean six, List<FirewallProtocol.IcmpType> _)) {
      for (FirewallTarget each : all) {
        boolean other =
            switch (each) {
              case FirewallTarget.Address(IpAddress address) -> address.six() != six;
              case FirewallTarget.Net(Cidr cidr) -> cidr.address().six() != six;
              case FirewallTarget.Any _,
                  FirewallTarget.AllVms _,
                  FirewallTarget.Tag _,
                  FirewallTarget.Vm _ ->
                  false;
            };
        if (other) {
          faults.add(
              "'%s' is %s, and %s is not; use %s"
                  .formatted(
                      each.text(),
                      six ? "IPv4" : "IPv6",
                      six ? "icmp6" : "icmp",
                      six ? "icmp" : "icmp6"));
        }
      }
    }
    return faults;
  }

  @Override
  public String toString() {
    return "FROM %s TO %s %s %s%s"
        .formatted(
            side(from),
            side(to),
            action,
            protocol.text(),
            priority == 0 ? "" : " PRIORITY " + priority);
  }

  private static String side(List<FirewallTarget> targets) {
    return targets.size() == 1
        ? targets.getFirst().text()
        : targets.stream().map(FirewallTarget::text).collect(Collectors.joining(" OR ", "(", ")"));
  }

  private static final class SentenceType implements Type<FirewallSentence> {
    @Override
    public @Nullable FirewallSentence read(@Nullable Object json, String path, List<Fault> faults) {
      if (json instanceof String text) {
        return FirewallSentence.read(text, path, faults);
      }
      faults.add(new Fault(path, "must be a string, not " + Json.kind(json)));
      return null;
    }

    @Override
    public Object write(FirewallSentence value) {
      return value.toString();
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "string", "maxLength", (long) LONGEST);
    }

    @Override
    public String word() {
      return "firewall rule";
    }
  }
}
