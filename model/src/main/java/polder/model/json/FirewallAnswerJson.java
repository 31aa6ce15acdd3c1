package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.FirewallCount;
import polder.model.FirewallProbe;
import polder.model.FirewallSentence.Action;
import polder.model.FirewallTraffic;
import polder.model.FirewallVerdict;
import polder.model.FirewallVerdict.Decision;
import polder.model.FirewallZone;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** What is asked of the firewall, and what it answers. */
public final class FirewallAnswerJson {
  /** How a zone stands to it. */
  public static final Type<FirewallZone> ZONE = zone();

  /** What a rule has decided over. */
  public static final Type<FirewallCount> COUNT = count();

  /** Would it pass? */
  public static final Type<FirewallProbe> PROBE = probe();

  /** The answer. */
  public static final Type<FirewallVerdict> VERDICT = verdict();

  private FirewallAnswerJson() {}

  /** Reads strictly how a zone stands. */
  public static FirewallZone readZone(@Nullable Object tree) {
    return Strict.read(ZONE, tree, "firewall's zone");
  }

  /** How a zone stands, as a JSON tree. */
  public static Map<String, Object> write(FirewallZone zone) {
    return Json.asObject(ZONE.write(zone));
  }

  /** Reads strictly what a rule has decided over. */
  public static FirewallCount readCount(@Nullable Object tree) {
    return Strict.read(COUNT, tree, "firewall's count");
  }

  /** What a rule has decided over, as a JSON tree. */
  public static Map<String, Object> write(FirewallCount count) {
    return Json.asObject(COUNT.write(count));
  }

  /** Reads a question strictly. */
  public static FirewallProbe readProbe(@Nullable Object tree) {
    return Strict.read(PROBE, tree, "question");
  }

  /** The question as a JSON tree. */
  public static Map<String, Object> write(FirewallProbe probe) {
    return Json.asObject(PROBE.write(probe));
  }

  /** Reads an answer strictly. */
  public static FirewallVerdict readVerdict(@Nullable Object tree) {
    return Strict.read(VERDICT, tree, "firewall's answer");
  }

  /** The answer as a JSON tree. */
  public static Map<String, Object> write(FirewallVerdict verdict) {
    return Json.asObject(VERDICT.write(verdict));
  }

  private static Type<FirewallZone> zone() {
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "the zone");
    Property<String> name = Property.of("name", Types.LINE, "what people call it");
    Property<Boolean> enabled = Property.of("enabled", Types.BOOLEAN, "its firewall_enabled");
    Property<Boolean> guarded =
        Property.of("guarded", Types.BOOLEAN, "whether rules are in force for its cards now");
    Property<Long> rules =
        Property.of("rules", Strict.COUNT, "how many rules that are enabled it holds");
    return new ObjectType<>(
        "firewall's zone",
        List.of(
            must(uuid, FirewallZone::uuid),
            must(name, FirewallZone::name),
            must(enabled, FirewallZone::enabled),
            must(guarded, FirewallZone::guarded),
            must(rules, FirewallZone::rules)),
        v ->
            new FirewallZone(
                v.get(uuid), v.get(name), v.get(enabled), v.get(guarded), v.get(rules)));
  }

  private static Type<FirewallCount> count() {
    Property<UUID> rule = Property.of("rule", Types.UUID_TYPE, "the rule");
    Property<Long> packets = Property.of("packets", Strict.COUNT, "packets that it decided over");
    Property<Long> bytes = Property.of("bytes", Strict.COUNT, "bytes in them");
    return new ObjectType<>(
        "firewall's count",
        List.of(
            must(rule, FirewallCount::rule),
            must(packets, FirewallCount::packets),
            must(bytes, FirewallCount::bytes)),
        v -> new FirewallCount(v.get(rule), v.get(packets), v.get(bytes)));
  }

  private static Type<FirewallProbe> probe() {
    Property<String> from =
        Property.of("from", Types.LINE, "who sends: a zone, a remote VM's uuid, an address");
    Property<String> to = Property.of("to", Types.LINE, "who gets it");
    Property<FirewallTraffic> traffic =
        Property.of(
            "traffic",
            Types.mapped(Types.LINE, FirewallTraffic::of, FirewallTraffic::text),
            "what: tcp/443, udp/53, icmp/8, icmp6/128/0, ah, esp");
    return new ObjectType<>(
        "question",
        List.of(
            must(from, FirewallProbe::from),
            must(to, FirewallProbe::to),
            must(traffic, FirewallProbe::traffic)),
        v -> new FirewallProbe(v.get(from), v.get(to), v.get(traffic)));
  }

  private static Type<Decision> decision() {
    Property<String> zone = Property.of("zone", Types.LINE, "whose rules were asked");
    Property<Action> action =
        Property.of(
            "action",
            Types.mapped(Types.word("ALLOW", "BLOCK"), Action::valueOf, Action::name),
            "whether it passes here");
    Property<UUID> rule = Property.of("rule", Types.UUID_TYPE, "the rule that decides");
    Property<String> reason = Property.of("reason", Strict.RAW, "in words");
    return new ObjectType<>(
        "decision",
        List.of(
            must(zone, Decision::zone),
            must(action, Decision::action),
            may(rule, Decision::rule),
            must(reason, Decision::reason)),
        v -> new Decision(v.get(zone), v.get(action), v.find(rule), v.get(reason)));
  }

  private static Type<FirewallVerdict> verdict() {
    Property<Boolean> passes =
        Property.of("passes", Types.BOOLEAN, "whether both sides let it pass");
    Type<IpAddress> address = Types.mapped(Types.LINE, IpAddress::of, IpAddress::toString);
    Property<IpAddress> from = Property.of("from", address, "the address that it comes from");
    Property<IpAddress> to = Property.of("to", address, "the address that it goes to");
    Property<Decision> outbound = Property.of("outbound", decision(), "at the sender, if a zone");
    Property<Decision> inbound = Property.of("inbound", decision(), "at the receiver, if a zone");
    return new ObjectType<>(
        "firewall's answer",
        List.of(
            must(passes, FirewallVerdict::passes),
            must(from, FirewallVerdict::from),
            must(to, FirewallVerdict::to),
            may(outbound, FirewallVerdict::outbound),
            may(inbound, FirewallVerdict::inbound)),
        v ->
            new FirewallVerdict(
                v.get(passes), v.get(from), v.get(to), v.find(outbound), v.find(inbound)));
  }
}
