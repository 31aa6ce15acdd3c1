package polder.engine;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
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
import polder.model.ZoneRef;

/** The firewall of this machine, and what happens to it told. */
final class LocalFirewall implements Firewall {
  private static final String ADD = "firewall-add";

  private final Hall hall;
  private final HostFirewall firewall;

  LocalFirewall(Hall hall) {
    this.hall = hall;
    this.firewall = hall.firewall();
    hall.networks().switchboard().afterRestore(firewall::follow);
  }

  @Override
  public List<FirewallRule> list() {
    return firewall.book().rules();
  }

  @Override
  public FirewallRule get(String rule) {
    return firewall.book().get(rule);
  }

  @Override
  public FirewallChange add(FirewallPayload payload, boolean dryRun) {
    String what = "add firewall rules";
    try {
      if (!dryRun) {
        hall.disk().demandRoom(what);
      }
      return firewall.locked(() -> add(payload, dryRun, Instant.now()));
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  private FirewallChange add(FirewallPayload payload, boolean dryRun, Instant now) {
    FirewallBook before = firewall.book();
    List<FirewallRule> made = before.make(payload.rules(), now);
    FirewallBook after = before;
    for (FirewallRule each : made) {
      if (firewall.store().isDamaged(each.uuid())) {
        throw new PolderException(
            ErrorKind.EXISTS,
            "there is a firewall rule %s whose record is damaged".formatted(each.uuid()));
      }
      after = after.with(each);
    }
    for (FirewallRemote each : payload.remotes()) {
      after = after.with(each);
    }
    if (!dryRun) {
      change(ADD, before, after, "write the records of what is added to the firewall");
      made.forEach(each -> tell("firewall.add", each));
    }
    return changed(made, after);
  }

  private FirewallChange changed(List<FirewallRule> rules, FirewallBook after) {
    return new FirewallChange(rules, after.warnings(rules, firewall.parties()));
  }

  /** Records {@code after} and puts it in force, or neither. */
  private void change(String operation, FirewallBook before, FirewallBook after, String step) {
    Map<String, Object> back = FirewallStore.back(before, after);
    Optional<Journal.Entry> entry =
        back.size() > 1 // several documents: what is there of them if we die goes
            ? Optional.of(hall.journal().begin(ADD, UUID.randomUUID(), List.of(), back))
            : Optional.empty();
    try (Undo undo = new Undo()) {
      undo.add(() -> entry.ifPresent(Journal.Entry::done));
      undo.add(firewall::follow);
      undo.add(() -> firewall.recordAgain(before, after));
      hall.executor().once(operation, step, () -> hall.disk().spend(() -> firewall.record(after)));
      hall.executor().once(operation, "bring the firewall up to date", firewall::follow);
      undo.forget();
    }
    entry.ifPresent(Journal.Entry::done);
  }

  /** Whether an operation that broke off was one of the firewall's. */
  static boolean isAbout(Journal.Intent intent) {
    return intent.operation().equals(ADD);
  }

  /** Takes back, after our own death, what was begun. */
  void recover(Journal.Intent intent) {
    hall.journal().facts(intent, facts -> facts).ifPresent(firewall::recover);
    hall.journal().done(intent);
  }

  @Override
  public FirewallChange update(String rule, FirewallUpdate update, boolean dryRun) {
    String what = "update firewall rule '%s'".formatted(rule);
    try {
      if (!dryRun) {
        hall.disk().demandWritable(what);
      }
      return firewall.locked(
          () -> {
            FirewallBook before = firewall.book();
            FirewallRule old = before.get(rule);
            FirewallRule fresh = FirewallBook.change(old, update, Instant.now());
            FirewallBook after = before.with(fresh);
            if (!dryRun) {
              change(
                  "firewall-update",
                  before,
                  after,
                  "write the changed record of firewall rule " + fresh.uuid());
              tell("firewall.update", fresh);
            }
            return changed(List.of(fresh), after);
          });
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  @Override
  public void delete(String rule) {
    String what = "delete firewall rule '%s'".formatted(rule);
    try {
      hall.disk().demandWritable(what);
      firewall.locked(
          () -> {
            FirewallBook before = firewall.book();
            FirewallRule old = before.get(rule);
            remove(before, before.without(old.uuid()), "firewall rule " + old.uuid());
            tell("firewall.delete", old);
            return true;
          });
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  private void remove(FirewallBook before, FirewallBook after, String what) {
    change("firewall-delete", before, after, "remove the record of " + what);
  }

  @Override
  public List<FirewallRule> rules(ZoneRef zone) {
    return firewall.book().of(party(zone));
  }

  private FirewallParty party(ZoneRef zone) {
    return FirewallParty.of(hall.table().get(zone).record().spec());
  }

  @Override
  public List<FirewallZone> zones(String rule) {
    FirewallBook book = firewall.book();
    FirewallRule asked = book.get(rule);
    boolean stands = firewall.stands();
    return hall.table().list().stream()
        .filter(each -> asked.isHeldBy(FirewallParty.of(each.record().spec())))
        .map(each -> seen(each, book, stands))
        .toList();
  }

  private static FirewallZone seen(LocalZone zone, FirewallBook book, boolean stands) {
    FirewallParty party = FirewallParty.of(zone.record().spec());
    boolean guarded = HostFirewall.isGuarded(zone.record().spec()) && zone.life().isPresent();
    long rules = book.of(party).stream().filter(FirewallRule::enabled).count();
    return new FirewallZone(zone.uuid(), zone.name(), party.guarded(), guarded && stands, rules);
  }

  @Override
  public FirewallVerdict test(FirewallProbe probe) {
    FirewallBook book = firewall.book();
    List<FirewallParty> zones = firewall.parties();
    return book.test(
        book.end(probe.from(), zones, this::party),
        book.end(probe.to(), zones, this::party),
        probe.traffic(),
        zones);
  }

  @Override
  public List<FirewallZone> status() {
    FirewallBook book = firewall.book();
    boolean stands = firewall.stands();
    return hall.table().list().stream()
        .map(each -> seen(each, book, stands))
        .filter(FirewallZone::enabled)
        .toList();
  }

  @Override
  public List<FirewallCount> stats() {
    Map<UUID, FirewallCount> counts = new LinkedHashMap<>();
    firewall
        .counts()
        .forEach(
            (rule, count) ->
                counts.put(rule, new FirewallCount(rule, count.packets(), count.bytes())));
    return firewall.book().rules().stream()
        .flatMap(each -> Optional.ofNullable(counts.get(each.uuid())).stream())
        .toList();
  }

  @Override
  public List<FirewallRemote> remotes() {
    return firewall.book().remotes();
  }

  @Override
  public void deleteRemote(UUID remote) {
    String what = "delete remote VM '%s'".formatted(remote);
    try {
      hall.disk().demandWritable(what);
      firewall.locked(
          () -> {
            FirewallBook before = firewall.book();
            if (before.remote(remote.toString()).isEmpty()) {
              throw new PolderException(
                  ErrorKind.NOT_FOUND, "there is no remote VM '%s'".formatted(remote));
            }
            remove(before, before.withoutRemote(remote), "remote VM " + remote);
            return true;
          });
    } catch (RuntimeException e) {
      throw Failures.of(what, e);
    }
  }

  /** What is wrong with the firewall, each by what it is about. */
  Map<String, String> problems() {
    Map<String, String> problems = new TreeMap<>();
    firewall.store().damaged().forEach((name, why) -> problems.put("firewall rule " + name, why));
    boolean due =
        hall.table().list().stream()
            .anyMatch(
                each -> each.life().isPresent() && HostFirewall.isGuarded(each.record().spec()));
    if (due && !firewall.stands()) {
      problems.put("firewall", "its table is gone from the kernel, or was changed by others");
    }
    return problems;
  }

  private void tell(String kind, FirewallRule rule) {
    hall.events()
        .add(
            kind,
            Optional.empty(),
            rule.uuid().toString(),
            Map.of("rule", rule.sentence().toString(), "enabled", rule.enabled()));
  }
}
