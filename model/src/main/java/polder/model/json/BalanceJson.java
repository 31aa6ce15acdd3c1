package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.BalanceMember;
import polder.model.BalanceRequest;
import polder.model.BalanceTarget;
import polder.model.BalanceUpdate;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;
import polder.model.ZoneRef;

/** Balances, what balance is to be made, and what is to change in one. */
public final class BalanceJson {
  private static final Property<String> NAME =
      Property.of("name", Types.LINE, "a-z, 0-9 and inner '-', a letter first, 63 at most");
  private static final Property<List<BalanceListen>> LISTEN =
      Property.of(
          "listen",
          Types.list(Types.mapped(Types.LINE, BalanceListen::of, BalanceListen::toString)),
          "where it is called: ADDRESS:PORT[/tcp|udp][@NETWORK]");
  private static final Property<List<BalanceTarget>> TO =
      Property.of(
          "to",
          Types.list(Types.mapped(Types.TEXT, BalanceTarget::of, BalanceTarget::toString)),
          "whom it leads to: tag:NAME[=VALUE]:PORT or zone:NAME:PORT, and ,weight=1 to 100");
  private static final Property<Balance.Affinity> AFFINITY =
      Property.of(
          "affinity",
          Types.mapped(
              Types.word("none", "source"),
              word -> Balance.Affinity.valueOf(word.toUpperCase(Locale.ROOT)),
              Balance.Affinity::word),
          "what keeps a caller at one member: nothing, or its address");

  /** A balance. */
  public static final Type<Balance> BALANCE = balance();

  /** What balance is to be made. */
  public static final Type<BalanceRequest> REQUEST = request();

  /** What is to change in a balance. */
  public static final Type<BalanceUpdate> UPDATE = update();

  private BalanceJson() {}

  /** Reads a balance strictly. */
  public static Balance read(@Nullable Object tree) {
    return Strict.read(BALANCE, tree, "balance");
  }

  /** The balance as a JSON tree. */
  public static Map<String, Object> write(Balance balance) {
    return Json.asObject(BALANCE.write(balance));
  }

  /** Reads strictly what balance is to be made. */
  public static BalanceRequest readRequest(@Nullable Object tree) {
    return Strict.read(REQUEST, tree, "balance request");
  }

  /** What balance is to be made, as a JSON tree. */
  public static Map<String, Object> write(BalanceRequest request) {
    return Json.asObject(REQUEST.write(request));
  }

  /** Reads strictly what is to change in a balance. */
  public static BalanceUpdate readUpdate(@Nullable Object tree) {
    return Strict.read(UPDATE, tree, "balance update");
  }

  /** What is to change in a balance, as a JSON tree. */
  public static Map<String, Object> write(BalanceUpdate update) {
    return Json.asObject(UPDATE.write(update));
  }

  private static Type<Balance> balance() {
    Property<List<UUID>> drained =
        Property.of("drained", Types.list(Types.UUID_TYPE), "zones that get no new flows");
    Property<List<BalanceMember>> members =
        Property.of("members", Types.list(member()), "the zones that it leads to, or would");
    return new ObjectType<>(
        "balance",
        List.of(
            must(NAME, Balance::name),
            must(LISTEN, Balance::listen),
            must(TO, Balance::to),
            must(AFFINITY, Balance::affinity),
            must(drained, Balance::drained),
            must(members, Balance::members)),
        v ->
            new Balance(
                v.get(NAME),
                v.get(LISTEN),
                v.get(TO),
                v.get(AFFINITY),
                v.get(drained),
                v.get(members)));
  }

  private static Type<BalanceMember> member() {
    Property<UUID> zone = Property.of("zone_uuid", Types.UUID_TYPE, "the zone");
    Property<String> alias = Property.of("alias", Types.LINE, "what people call it");
    Property<List<IpAddress>> ips =
        Property.of(
            "ips",
            Types.list(Types.mapped(Types.LINE, IpAddress::of, IpAddress::toString)),
            "by which it is reached: one of each family at most");
    Property<Long> port = Property.of("port", Strict.COUNT, "its own");
    Property<Long> weight = Property.of("weight", Strict.COUNT, "how many shares it gets");
    Property<BalanceMember.State> state =
        Property.of(
            "state",
            Types.mapped(
                Types.word(
                    "in", "drained", "stopped", "paused", "starting", "unhealthy", "unreachable"),
                word -> BalanceMember.State.valueOf(word.toUpperCase(Locale.ROOT)),
                BalanceMember.State::word),
            "whether new flows go to it, and why not");
    return new ObjectType<>(
        "member of a balance",
        List.of(
            must(zone, BalanceMember::zone),
            must(alias, BalanceMember::name),
            must(ips, BalanceMember::addresses),
            must(port, each -> (long) each.port()),
            must(weight, each -> (long) each.weight()),
            must(state, BalanceMember::state)),
        v ->
            new BalanceMember(
                v.get(zone),
                v.get(alias),
                v.get(ips),
                v.get(port).intValue(),
                v.get(weight).intValue(),
                v.get(state)));
  }

  private static Type<BalanceRequest> request() {
    Property<Balance.Affinity> affinity =
        Property.of("affinity", AFFINITY.type(), AFFINITY.meaning())
            .otherwise(Balance.Affinity.NONE);
    return new ObjectType<>(
        "balance request {name, listen, to, affinity}",
        List.of(
            must(NAME, BalanceRequest::name),
            must(LISTEN, BalanceRequest::listen),
            must(TO, BalanceRequest::to),
            or(affinity, BalanceRequest::affinity)),
        v -> new BalanceRequest(v.get(NAME), v.get(LISTEN), v.get(TO), v.get(affinity)));
  }

  private static Type<BalanceUpdate> update() {
    Type<List<ZoneRef>> zones = Types.list(Types.mapped(Types.LINE, ZoneRef::new, ZoneRef::text));
    Property<List<ZoneRef>> drain =
        Property.of("drain", zones, "zones that get no new flows from now on").otherwise(List.of());
    Property<List<ZoneRef>> undrain =
        Property.of("undrain", zones, "zones that get new flows again").otherwise(List.of());
    return new ObjectType<>(
        "balance update",
        List.of(
            may(LISTEN, BalanceUpdate::listen),
            may(TO, BalanceUpdate::to),
            may(AFFINITY, BalanceUpdate::affinity),
            or(drain, BalanceUpdate::drain),
            or(undrain, BalanceUpdate::undrain)),
        v ->
            new BalanceUpdate(
                v.find(LISTEN), v.find(TO), v.find(AFFINITY), v.get(drain), v.get(undrain)));
  }
}
