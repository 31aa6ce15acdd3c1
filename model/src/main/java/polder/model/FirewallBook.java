package polder.model;

import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import polder.model.FirewallRule.Direction;
import polder.model.FirewallSentence.Action;
import polder.model.FirewallVerdict.Decision;

/**
 * All rules of a firewall, and what they mean. Immutable; looks at nothing but itself and its
 * arguments.
 */
public final class FirewallBook {
  /** A book without rules. */
  public static final FirewallBook EMPTY = new FirewallBook(new TreeMap<>(), new TreeMap<>());

  private final NavigableMap<String, FirewallRule> rules; // by the uuid's text
  private final NavigableMap<String, FirewallRemote> remotes;

  private FirewallBook(
      NavigableMap<String, FirewallRule> rules, NavigableMap<String, FirewallRemote> remotes) {
    this.rules = rules;
    this.remotes = remotes;
  }

  /** All rules, by uuid. */
  public List<FirewallRule> rules() {
    return List.copyOf(rules.values());
  }

  /** All VMs that are elsewhere, by uuid. */
  public List<FirewallRemote> remotes() {
    return List.copyOf(remotes.values());
  }

  /** With that rule, in the place of the one that had its uuid. */
  public FirewallBook with(FirewallRule rule) {
    TreeMap<String, FirewallRule> copy = new TreeMap<>(rules);
    copy.put(rule.uuid().toString(), rule);
    return new FirewallBook(copy, remotes);
  }

  /** Without that rule. */
  public FirewallBook without(UUID rule) {
    TreeMap<String, FirewallRule> copy = new TreeMap<>(rules);
    copy.remove(rule.toString());
    return new FirewallBook(copy, remotes);
  }

  /** With that VM, in the place of the one that had its uuid. */
  public FirewallBook with(FirewallRemote remote) {
    TreeMap<String, FirewallRemote> copy = new TreeMap<>(remotes);
    copy.put(remote.uuid().toString(), remote);
    return new FirewallBook(rules, copy);
  }

  /** Without that VM. */
  public FirewallBook withoutRemote(UUID remote) {
    TreeMap<String, FirewallRemote> copy = new TreeMap<>(remotes);
    copy.remove(remote.toString());
    return new FirewallBook(rules, copy);
  }

  /** The VM of that uuid that is elsewhere. */
  public Optional<FirewallRemote> remote(String uuid) {
    return Optional.ofNullable(remotes.get(uuid));
  }

  /**
   * The rule that {@code reference} means.
   *
   * @throws PolderException NOT_FOUND, or INVALID if it could be several
   */
  public FirewallRule get(String reference) {
    Optional<FirewallRule> whole =
        Optional.ofNullable(rules.get(FirewallRule.checkReference(reference)));
    if (whole.isPresent()) {
      return whole.get();
    }
    Map<String, FirewallRule> begin = rules.subMap(reference, reference + '\uffff');
    if (begin.size() > 1) {
      throw new PolderException(
          ErrorKind.INVALID,
          "'%s' is the beginning of %d rules' uuids; write more of it"
              .formatted(Types.shorten(reference), begin.size()));
    }
    return begin.values().stream()
        .findFirst()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "there is no firewall rule '%s'".formatted(Types.shorten(reference))));
  }

  /**
   * The rules that {@code requests} would become.
   *
   * @throws PolderException EXISTS if there is one of a uuid, or two would have it
   */
  public List<FirewallRule> make(List<FirewallRequest> requests, Instant now) {
    List<FirewallRule> made = new ArrayList<>();
    for (FirewallRequest each : requests) {
      UUID uuid = each.uuid().orElseGet(UUID::randomUUID);
      if (rules.containsKey(uuid.toString())
          || made.stream().anyMatch(other -> other.uuid().equals(uuid))) {
        throw new PolderException(
            ErrorKind.EXISTS, "there is a firewall rule %s already".formatted(uuid));
      }
      made.add(
          new FirewallRule(
              uuid,
              each.sentence(),
              each.enabled(),
              each.owner(),
              each.description(),
              each.createdBy(),
              each.version().orElseGet(() -> version(now)),
              each.log()));
    }
    return List.copyOf(made);
  }

  /** What {@code before} becomes. */
  public static FirewallRule change(FirewallRule before, FirewallUpdate update, Instant now) {
    return new FirewallRule(
        before.uuid(),
        update.sentence().orElse(before.sentence()),
        update.enabled().orElse(before.enabled()),
        update.global() ? Optional.empty() : update.owner().or(before::owner),
        update.description().or(before::description),
        before.createdBy(),
        version(now),
        update.log().orElse(before.log()));
  }

  private static String version(Instant now) {
    return "%d.%06d".formatted(now.getEpochSecond(), now.get(ChronoField.MICRO_OF_SECOND));
  }

  /** All that rules can speak of: {@code zones}, and the VMs that are elsewhere. */
  public List<FirewallParty> parties(Collection<FirewallParty> zones) {
    List<FirewallParty> all = new ArrayList<>(zones);
    remotes.values().forEach(each -> all.add(FirewallParty.of(each)));
    return List.copyOf(all);
  }

  /** What whoever adds or changes {@code changed} should know. */
  public List<String> warnings(List<FirewallRule> changed, Collection<FirewallParty> zones) {
    List<String> warnings = new ArrayList<>();
    for (FirewallRule each : changed) {
      List<FirewallParty> holding = zones.stream().filter(each::isHeldBy).toList();
      if (holding.isEmpty()) {
        warnings.add("rule %s touches no zone that is here now".formatted(each.uuid()));
      } else if (holding.stream().noneMatch(FirewallParty::guarded)) {
        warnings.add(
            "rule %s touches only zones whose firewall_enabled is false".formatted(each.uuid()));
      }
    }
    return List.copyOf(warnings);
  }

  /** The rules that decide over what {@code zone} gets or sends, those that are disabled too. */
  public List<FirewallRule> of(FirewallParty zone) {
    return rules.values().stream().filter(each -> each.isHeldBy(zone)).toList();
  }

  /**
   * The rules in force for {@code zone} in the order in which they are asked; the first decides.
   */
  public List<FirewallRule> asked(FirewallParty zone, Direction direction) {
    return rules.values().stream()
        .filter(each -> each.enabled() && each.isHeldBy(zone, direction))
        .sorted(FirewallRule.order(direction))
        .toList();
  }

  /**
   * What is decided at {@code zone} over what begins a flow.
   *
   * @param other the address at the other end
   * @param zones all zones of the host
   */
  public Decision decide(
      FirewallParty zone,
      Direction direction,
      IpAddress other,
      FirewallTraffic traffic,
      Collection<FirewallParty> zones) {
    if (!zone.guarded()) {
      return new Decision(zone.name(), Action.ALLOW, Optional.empty(), "firewall_enabled is false");
    }
    if (traffic instanceof FirewallTraffic.Message message && message.isNeighbourly()) {
      return new Decision(
          zone.name(), Action.ALLOW, Optional.empty(), "IPv6 needs it; no rule is asked");
    }
    List<FirewallParty> parties = parties(zones);
    for (FirewallRule each : asked(zone, direction)) {
      if (each.sentence().protocol().covers(traffic)
          && each.speaksOf(each.others(direction), other, parties)) {
        return new Decision(
            zone.name(),
            each.sentence().action(),
            Optional.of(each.uuid()),
            each.sentence().toString());
      }
    }
    return direction == Direction.INBOUND
        ? new Decision(
            zone.name(), Action.BLOCK, Optional.empty(), "no rule allows it in, so it is blocked")
        : new Decision(
            zone.name(), Action.ALLOW, Optional.empty(), "no rule blocks it, so it gets out");
  }

  /**
   * An end of a question.
   *
   * @param party who it is; empty for an address that is no zone's
   * @param zone whether it is a zone, with rules of its own
   * @param addresses its addresses
   */
  public record End(Optional<FirewallParty> party, boolean zone, List<IpAddress> addresses) {
    public End {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * Whether something would pass.
   *
   * @throws PolderException INVALID if the two have no addresses of one family, or {@code traffic}
   *     is of the other
   */
  public FirewallVerdict test(
      End from, End to, FirewallTraffic traffic, Collection<FirewallParty> zones) {
    for (IpAddress source : from.addresses()) {
      for (IpAddress target : to.addresses()) {
        boolean fits =
            source.six() == target.six()
                && source.isLinkLocal() == target.isLinkLocal()
                && !(traffic instanceof FirewallTraffic.Message message
                    && message.six() != source.six());
        if (fits) {
          Optional<Decision> outbound =
              from.party()
                  .filter(each -> from.zone())
                  .map(each -> decide(each, Direction.OUTBOUND, target, traffic, zones));
          Optional<Decision> inbound =
              to.party()
                  .filter(each -> to.zone())
                  .map(each -> decide(each, Direction.INBOUND, source, traffic, zones));
          boolean passes =
              outbound.map(each -> each.action() == Action.ALLOW).orElse(true)
                  && inbound.map(each -> each.action() == Action.ALLOW).orElse(true);
          return new FirewallVerdict(passes, source, target, outbound, inbound);
        }
      }
    }
    throw new PolderException(
        ErrorKind.INVALID,
        "the two have no addresses of one family that %s could go between"
            .formatted(traffic.text()));
  }

  /**
   * An end of a question, as it is written: an address, or whoever {@code find} knows.
   *
   * @param zones all zones of the host
   * @param find finds a zone by its name or uuid
   */
  public End end(
      String text, Collection<FirewallParty> zones, Function<ZoneRef, FirewallParty> find) {
    if (FirewallProbe.isAddress(text)) {
      IpAddress address = IpAddress.of(text);
      Optional<FirewallParty> holder =
          zones.stream().filter(each -> each.addresses().contains(address)).findFirst();
      return new End(holder, holder.isPresent(), List.of(address));
    }
    Optional<FirewallRemote> remote = remote(text);
    if (remote.isPresent()) {
      FirewallParty party = FirewallParty.of(remote.get());
      return new End(Optional.of(party), false, party.addresses());
    }
    FirewallParty zone = find.apply(new ZoneRef(text));
    return new End(Optional.of(zone), true, zone.addresses());
  }
}
