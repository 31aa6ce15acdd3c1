package polder.api.fake;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import polder.model.ErrorKind;
import polder.model.Firewall;
import polder.model.FirewallBook;
import polder.model.FirewallChange;
import polder.model.FirewallCount;
import polder.model.FirewallParty;
import polder.model.FirewallPayload;
import polder.model.FirewallProbe;
import polder.model.FirewallRemote;
import polder.model.FirewallRule;
import polder.model.FirewallUpdate;
import polder.model.FirewallVerdict;
import polder.model.FirewallZone;
import polder.model.PolderException;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneState;

/** The fake host's firewall: what rules would say; nothing is ever sent, so none is counted. */
final class FakeFirewall implements Firewall {
  private final FakeEvents events;
  private final FakeZones zones;
  private final ReentrantLock changing = new ReentrantLock();
  private volatile FirewallBook book = FirewallBook.EMPTY;

  FakeFirewall(FakeEvents events, FakeZones zones) {
    this.events = events;
    this.zones = zones;
  }

  private List<FirewallParty> parties() {
    return zones.list().stream().map(zone -> FirewallParty.of(zone.spec())).toList();
  }

  @Override
  public List<FirewallRule> list() {
    return book.rules();
  }

  @Override
  public FirewallRule get(String rule) {
    return book.get(rule);
  }

  @Override
  public FirewallChange add(FirewallPayload payload, boolean dryRun) {
    changing.lock();
    try {
      List<FirewallRule> made = book.make(payload.rules(), Instant.now());
      FirewallBook after = book;
      for (FirewallRule each : made) {
        after = after.with(each);
      }
      for (FirewallRemote each : payload.remotes()) {
        after = after.with(each);
      }
      return settle("firewall.add", made, after, dryRun);
    } finally {
      changing.unlock();
    }
  }

  private FirewallChange settle(
      String kind, List<FirewallRule> rules, FirewallBook after, boolean dryRun) {
    if (!dryRun) {
      book = after;
      rules.forEach(each -> tell(kind, each));
    }
    return new FirewallChange(rules, after.warnings(rules, parties()));
  }

  private void tell(String kind, FirewallRule rule) {
    events.add(
        kind,
        Optional.empty(),
        rule.uuid().toString(),
        Map.of("rule", rule.sentence().toString(), "enabled", rule.enabled()));
  }

  @Override
  public FirewallChange update(String rule, FirewallUpdate update, boolean dryRun) {
    changing.lock();
    try {
      FirewallRule fresh = FirewallBook.change(book.get(rule), update, Instant.now());
      return settle("firewall.update", List.of(fresh), book.with(fresh), dryRun);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public void delete(String rule) {
    changing.lock();
    try {
      FirewallRule old = book.get(rule);
      book = book.without(old.uuid());
      tell("firewall.delete", old);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public List<FirewallRule> rules(ZoneRef zone) {
    return book.of(party(zone));
  }

  private FirewallParty party(ZoneRef zone) {
    return FirewallParty.of(zones.get(zone).spec());
  }

  @Override
  public List<FirewallZone> zones(String rule) {
    FirewallRule asked = book.get(rule);
    return zones.list().stream()
        .filter(zone -> asked.isHeldBy(FirewallParty.of(zone.spec())))
        .map(this::seen)
        .toList();
  }

  private FirewallZone seen(Zone zone) {
    FirewallParty party = FirewallParty.of(zone.spec());
    boolean guarded =
        party.guarded()
            && zone.status().state() == ZoneState.RUNNING
            && !zone.spec().get(ZoneProperties.NICS).isEmpty();
    long rules = book.of(party).stream().filter(FirewallRule::enabled).count();
    return new FirewallZone(zone.uuid(), zone.spec().name(), party.guarded(), guarded, rules);
  }

  @Override
  public FirewallVerdict test(FirewallProbe probe) {
    List<FirewallParty> all = parties();
    return book.test(
        book.end(probe.from(), all, this::party),
        book.end(probe.to(), all, this::party),
        probe.traffic(),
        all);
  }

  @Override
  public List<FirewallZone> status() {
    return zones.list().stream().map(this::seen).filter(FirewallZone::enabled).toList();
  }

  @Override
  public List<FirewallCount> stats() {
    return List.of();
  }

  @Override
  public List<FirewallRemote> remotes() {
    return book.remotes();
  }

  @Override
  public void deleteRemote(UUID remote) {
    changing.lock();
    try {
      if (book.remote(remote.toString()).isEmpty()) {
        throw new PolderException(
            ErrorKind.NOT_FOUND, "there is no remote VM '%s'".formatted(remote));
      }
      book = book.withoutRemote(remote);
    } finally {
      changing.unlock();
    }
  }
}
