package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.FirewallChange;
import polder.model.FirewallPayload;
import polder.model.FirewallRemote;
import polder.model.FirewallRequest;
import polder.model.FirewallRule;
import polder.model.FirewallSentence;
import polder.model.FirewallUpdate;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.PolderException;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** Firewall rules and remote VMs, in fwadm's words; what is to be added, and what changes. */
public final class FirewallJson {
  private static final Property<UUID> UUID_OF =
      Property.of("uuid", Types.UUID_TYPE, "its identity; made up if absent");
  private static final Property<FirewallSentence> RULE =
      Property.of("rule", FirewallSentence.TYPE, "what it says: FROM … TO … ALLOW tcp PORT 80");
  private static final Property<Boolean> ENABLED =
      Property.of("enabled", Types.BOOLEAN, "whether it is in force").otherwise(false);
  private static final Property<Boolean> GLOBAL =
      Property.of("global", Types.BOOLEAN, "whether it speaks of the zones of all owners");
  private static final Property<UUID> OWNER =
      Property.of("owner_uuid", Types.UUID_TYPE, "whose zones alone it speaks of");
  private static final Property<String> DESCRIPTION =
      Property.of("description", Types.LINE, "what it is for, 255 characters at most");
  private static final Property<String> CREATED_BY =
      Property.of("created_by", Types.LINE, "who made it, 255 characters at most");
  private static final Property<String> VERSION =
      Property.of("version", Types.LINE, "when it was last changed: 1700000000.000000");
  private static final Property<Boolean> LOG =
      Property.of("log", Types.BOOLEAN, "whether the kernel's log is told of what it decides")
          .otherwise(false);

  /** A rule. */
  public static final Type<FirewallRule> RULE_TYPE = rule();

  /** What rule is to be added. */
  public static final Type<FirewallRequest> REQUEST = request();

  /** What is to change in a rule. */
  public static final Type<FirewallUpdate> UPDATE = update();

  /** A VM that is elsewhere. */
  public static final Type<FirewallRemote> REMOTE = remote();

  /** What is to be added, all or none of it. */
  public static final Type<FirewallPayload> PAYLOAD = payload();

  /** What became of rules. */
  public static final Type<FirewallChange> CHANGE = change();

  private FirewallJson() {}

  /** Reads a rule strictly. */
  public static FirewallRule read(@Nullable Object tree) {
    return Strict.read(RULE_TYPE, tree, "firewall rule");
  }

  /** The rule as a JSON tree. */
  public static Map<String, Object> write(FirewallRule rule) {
    return Json.asObject(RULE_TYPE.write(rule));
  }

  /** Reads strictly what is to change. */
  public static FirewallUpdate readUpdate(@Nullable Object tree) {
    return Strict.read(UPDATE, tree, "firewall update");
  }

  /** What is to change, as a JSON tree. */
  public static Map<String, Object> write(FirewallUpdate update) {
    return Json.asObject(UPDATE.write(update));
  }

  /** Reads strictly what is to be added: rules and remote VMs, or a rule alone. */
  public static FirewallPayload readPayload(@Nullable Object tree) {
    if (tree instanceof Map<?, ?> map && map.containsKey("rule")) {
      return FirewallPayload.of(Strict.read(REQUEST, tree, "firewall rule"));
    }
    return Strict.read(PAYLOAD, tree, "firewall payload");
  }

  /** What is to be added, as a JSON tree. */
  public static Map<String, Object> write(FirewallPayload payload) {
    return Json.asObject(PAYLOAD.write(payload));
  }

  /** Reads strictly what became of rules. */
  public static FirewallChange readChange(@Nullable Object tree) {
    return Strict.read(CHANGE, tree, "firewall change");
  }

  /** What became of rules, as a JSON tree. */
  public static Map<String, Object> write(FirewallChange change) {
    return Json.asObject(CHANGE.write(change));
  }

  /** Reads strictly a VM that is elsewhere. */
  public static FirewallRemote readRemote(@Nullable Object tree) {
    return Strict.read(REMOTE, tree, "remote VM");
  }

  /** A VM that is elsewhere, as a JSON tree. */
  public static Map<String, Object> write(FirewallRemote remote) {
    return Json.asObject(REMOTE.write(remote));
  }

  /** Reads the uuid of a VM that is elsewhere. */
  public static UUID readUuid(@Nullable Object tree) {
    return Strict.read(Types.UUID_TYPE, tree, "uuid");
  }

  private static void checkGlobal(Optional<Boolean> global, Optional<UUID> owner) {
    if (global.isPresent() && global.get() == owner.isPresent()) {
      throw new PolderException(
          ErrorKind.INVALID,
          global.get()
              ? "give owner_uuid or global, not both"
              : "a rule that is not global needs owner_uuid");
    }
  }

  private static Type<FirewallRule> rule() {
    return new ObjectType<>(
        "firewall rule",
        List.of(
            must(UUID_OF, FirewallRule::uuid),
            must(RULE, FirewallRule::sentence),
            must(ENABLED, FirewallRule::enabled),
            may(GLOBAL, each -> each.owner().isEmpty() ? Optional.of(true) : Optional.empty()),
            may(OWNER, FirewallRule::owner),
            may(DESCRIPTION, FirewallRule::description),
            may(CREATED_BY, FirewallRule::createdBy),
            must(VERSION, FirewallRule::version),
            or(LOG, FirewallRule::log)),
        v -> {
          checkGlobal(v.find(GLOBAL), v.find(OWNER));
          return new FirewallRule(
              v.get(UUID_OF),
              v.get(RULE),
              v.get(ENABLED),
              v.find(OWNER),
              v.find(DESCRIPTION),
              v.find(CREATED_BY),
              v.get(VERSION),
              v.get(LOG));
        });
  }

  private static Type<FirewallRequest> request() {
    return new ObjectType<>(
        "firewall rule {rule, enabled, …}",
        List.of(
            may(UUID_OF, FirewallRequest::uuid),
            must(RULE, FirewallRequest::sentence),
            or(ENABLED, FirewallRequest::enabled),
            may(GLOBAL, each -> Optional.empty()),
            may(OWNER, FirewallRequest::owner),
            may(DESCRIPTION, FirewallRequest::description),
            may(CREATED_BY, FirewallRequest::createdBy),
            may(VERSION, FirewallRequest::version),
            or(LOG, FirewallRequest::log)),
        v -> {
          checkGlobal(v.find(GLOBAL), v.find(OWNER));
          return new FirewallRequest(
              v.find(UUID_OF),
              v.get(RULE),
              v.get(ENABLED),
              v.find(OWNER),
              v.find(DESCRIPTION),
              v.find(CREATED_BY),
              v.find(VERSION),
              v.get(LOG));
        });
  }

  private static Type<FirewallUpdate> update() {
    Property<Boolean> global =
        Property.of("global", Types.BOOLEAN, "true: it speaks of the zones of all owners")
            .otherwise(false);
    return new ObjectType<>(
        "firewall update",
        List.of(
            may(RULE, FirewallUpdate::sentence),
            may(ENABLED, FirewallUpdate::enabled),
            may(OWNER, FirewallUpdate::owner),
            or(global, FirewallUpdate::global),
            may(DESCRIPTION, FirewallUpdate::description),
            may(LOG, FirewallUpdate::log)),
        v ->
            new FirewallUpdate(
                v.find(RULE),
                v.find(ENABLED),
                v.find(OWNER),
                v.get(global),
                v.find(DESCRIPTION),
                v.find(LOG)));
  }

  private static Type<FirewallRemote> remote() {
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "its identity");
    Property<List<IpAddress>> ips =
        Property.of(
            "ips",
            Types.list(Types.mapped(Types.LINE, IpAddress::of, IpAddress::toString)),
            "its addresses");
    Property<Map<String, Object>> tags =
        Property.of("tags", Types.FLAT, "its labels").otherwise(Map.of());
    Property<Object> nics =
        Property.of("nics", Strict.ANY, "known from SmartOS; refused")
            .refused("give its addresses as 'ips'");
    return new ObjectType<>(
        "remote VM {uuid, ips, tags}",
        List.of(
            must(uuid, FirewallRemote::uuid),
            must(ips, FirewallRemote::ips),
            may(OWNER, FirewallRemote::owner),
            or(tags, FirewallRemote::tags),
            may(nics, each -> Optional.empty())),
        v -> new FirewallRemote(v.get(uuid), v.get(ips), v.find(OWNER), v.get(tags)));
  }

  private static Type<FirewallPayload> payload() {
    Property<List<FirewallRequest>> rules =
        Property.of("rules", Types.list(REQUEST), "new rules").otherwise(List.of());
    Property<List<FirewallRemote>> remotes =
        Property.of("remoteVMs", Types.list(REMOTE), "VMs that are elsewhere").otherwise(List.of());
    Property<Object> locals =
        Property.of("localVMs", Strict.ANY, "known from SmartOS; refused")
            .refused("zones say of themselves what rules speak of");
    return new ObjectType<>(
        "firewall payload",
        List.of(
            or(rules, FirewallPayload::rules),
            or(remotes, FirewallPayload::remotes),
            may(locals, each -> Optional.empty())),
        v -> new FirewallPayload(v.get(rules), v.get(remotes)));
  }

  private static Type<FirewallChange> change() {
    Property<List<FirewallRule>> rules =
        Property.of("rules", Types.list(RULE_TYPE), "as they are now");
    Property<List<String>> warnings =
        Property.of("warnings", Types.list(Strict.RAW), "what the caller should know");
    return new ObjectType<>(
        "firewall change",
        List.of(must(rules, FirewallChange::rules), must(warnings, FirewallChange::warnings)),
        v -> new FirewallChange(v.get(rules), v.get(warnings)));
  }
}
