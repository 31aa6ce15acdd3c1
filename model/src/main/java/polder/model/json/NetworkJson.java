package polder.model.json;

import static polder.model.json.Strict.may;
import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import polder.model.Cidr;
import polder.model.Fault;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.NicCounters;
import polder.model.ObjectType;
import polder.model.PolderException;
import polder.model.Property;
import polder.model.Subnet;
import polder.model.Type;
import polder.model.Types;
import polder.model.Vxlan;

/** Networks, what network is to be made, and what is to change in one. */
public final class NetworkJson {
  private static final Type<String> WORD = Types.text(Pattern.compile(".*"), "text", 100);
  private static final Type<IpAddress> ADDRESS =
      Types.mapped(WORD, IpAddress::of, IpAddress::toString);
  private static final Property<List<Subnet>> SUBNETS =
      Property.of("subnets", Types.list(subnet()), "whose addresses nics on it have");
  private static final Property<Long> MTU =
      Property.of("mtu", Types.integer(0, 1 << 16), "largest packet, bytes");
  private static final Property<String> NAME =
      Property.of("name", Types.LINE, "a-z, 0-9, '_' and '-', a letter first, 15 at most");
  private static final Property<Network.Kind> KIND =
      Property.of(
          "kind",
          Types.mapped(
              Types.word("etherstub", "internal", "nat", "bridge", "macvlan"),
              word -> Network.Kind.valueOf(word.toUpperCase(Locale.ROOT)),
              Network.Kind::word),
          "where it leads");
  private static final Property<String> PARENT =
      Property.of("parent", Types.LINE, "the host's interface that it is on");

  private static final Property<Long> VXLAN =
      Property.of(
          "vxlan",
          Types.integer(1, Vxlan.LAST_VNI),
          "its number on all hosts of which it is one network, by VXLAN");
  private static final Property<List<IpAddress>> REMOTES =
      Property.of("vxlan_remotes", Types.list(ADDRESS), "the other hosts");
  private static final Property<IpAddress> LOCAL =
      Property.of("vxlan_local", ADDRESS, "at which of its addresses this host sends and listens");
  private static final Property<Long> PORT =
      Property.of("vxlan_port", Types.integer(1, 0xffff), "the UDP port on all hosts");

  private static final Property<Boolean> DNS =
      Property.of("dns", Types.BOOLEAN, "whether the host answers on it for names");
  private static final Property<IpAddress> DNS_ADDRESS =
      Property.of("dns_address", ADDRESS, "where it answers on an etherstub");
  private static final Property<String> DNS_DOMAIN =
      Property.of("dns_domain", Types.LINE, "what the names of zones and balances end with");
  private static final Property<List<String>> DNS_FORWARD =
      Property.of(
          "dns_forward",
          Types.list(Types.LINE),
          "who is asked for other names: addresses, host for whom the host asks itself");

  /** A network. */
  public static final Type<Network> NETWORK = network();

  /** What network is to be made. */
  public static final Type<NetworkRequest> REQUEST = request();

  /** What went through a network card. */
  public static final Type<NicCounters> COUNTERS = counters();

  /** What is to change in a network. */
  public static final Type<NetworkUpdate> UPDATE = update();

  private NetworkJson() {}

  /** Reads a network strictly. */
  public static Network read(@Nullable Object tree) {
    return Strict.read(NETWORK, tree, "network");
  }

  /** The network as a JSON tree. */
  public static Map<String, Object> write(Network network) {
    return Json.asObject(NETWORK.write(network));
  }

  /** Reads strictly what network is to be made. */
  public static NetworkRequest readRequest(@Nullable Object tree) {
    return Strict.read(REQUEST, tree, "network request");
  }

  /** What network is to be made, as a JSON tree. */
  public static Map<String, Object> write(NetworkRequest request) {
    return Json.asObject(REQUEST.write(request));
  }

  /** Reads strictly what is to change in a network. */
  public static NetworkUpdate readUpdate(@Nullable Object tree) {
    return Strict.read(UPDATE, tree, "network update");
  }

  /** What is to change in a network, as a JSON tree. */
  public static Map<String, Object> write(NetworkUpdate update) {
    return Json.asObject(UPDATE.write(update));
  }

  /** Reads strictly what went through a network card. */
  public static NicCounters readCounters(@Nullable Object tree) {
    return Strict.read(COUNTERS, tree, "counters of a nic");
  }

  /** What went through a network card, as a JSON tree. */
  public static Map<String, Object> write(NicCounters counters) {
    return Json.asObject(COUNTERS.write(counters));
  }

  private static Type<NicCounters> counters() {
    Property<UUID> zone = Property.of("zone_uuid", Types.UUID_TYPE, "whose it is");
    Property<String> alias = Property.of("alias", Types.LINE, "what people call that");
    Property<String> nic = Property.of("interface", Types.LINE, "what it is called inside");
    Property<String> network = Property.of("nic_tag", Types.LINE, "the network by name");
    Property<NicCounters.Direction> in =
        Property.of("in", direction(), "what it received since the zone started");
    Property<NicCounters.Direction> out =
        Property.of("out", in.type(), "what it sent since the zone started");
    return new ObjectType<>(
        "counters of a nic",
        List.of(
            must(zone, NicCounters::zone),
            must(alias, NicCounters::alias),
            must(nic, NicCounters::nic),
            must(network, NicCounters::network),
            must(in, NicCounters::in),
            must(out, NicCounters::out)),
        v ->
            new NicCounters(
                v.get(zone), v.get(alias), v.get(nic), v.get(network), v.get(in), v.get(out)));
  }

  private static Type<NicCounters.Direction> direction() {
    Property<Long> packets = Property.of("packets", Strict.COUNT, "how many");
    Property<Long> bytes = Property.of("bytes", Strict.COUNT, "in them");
    Property<Long> dropped =
        Property.of("dropped", Strict.COUNT, "packets that did not come through");
    return new ObjectType<>(
        "counters {packets, bytes, dropped}",
        List.of(
            must(packets, NicCounters.Direction::packets),
            must(bytes, NicCounters.Direction::bytes),
            must(dropped, NicCounters.Direction::dropped)),
        v -> new NicCounters.Direction(v.get(packets), v.get(bytes), v.get(dropped)));
  }

  private static Type<Subnet> subnet() {
    Property<Cidr> cidr =
        Property.of("subnet", Types.mapped(WORD, Cidr::of, Cidr::toString), "such as 10.1.2.0/24");
    Property<IpAddress> gateway = Property.of("gateway", ADDRESS, "where its default route leads");
    Property<Subnet.Range> pool =
        Property.of(
            "pool",
            Types.mapped(WORD, Subnet.Range::of, Subnet.Range::toString),
            "the first and the last address that nics are given, such as 10.1.2.10-10.1.2.99");
    return new ObjectType<>(
        "subnet {subnet, gateway, pool}",
        List.of(must(cidr, Subnet::cidr), may(gateway, Subnet::gateway), may(pool, Subnet::pool)),
        v -> new Subnet(v.get(cidr), v.find(gateway), v.find(pool)));
  }

  private static Type<Network> network() {
    Property<UUID> uuid = Property.of("uuid", Types.UUID_TYPE, "its identity");
    Property<String> link =
        Property.of("link", Types.LINE, "the host's interface that it is, or is on");
    Property<Long> nics = Property.of("nics", Strict.COUNT, "how many nics are on it");
    Property<String> problem =
        Property.of("problem", Strict.RAW, "why it cannot be used now, and the mend");
    return new ObjectType<>(
        "network",
        List.of(
            must(uuid, Network::uuid),
            must(NAME, Network::name),
            must(KIND, Network::kind),
            may(PARENT, Network::parent),
            must(SUBNETS, Network::subnets),
            must(MTU, n -> (long) n.mtu()),
            may(DNS, n -> Optional.of(n.dns().on())), // missing in what older versions wrote
            may(DNS_ADDRESS, n -> n.dns().address()),
            may(DNS_DOMAIN, n -> Optional.of(n.dns().domain())),
            may(DNS_FORWARD, n -> Optional.of(n.dns().forward())),
            may(VXLAN, n -> n.vxlan().map(each -> (long) each.vni())),
            may(REMOTES, n -> n.vxlan().map(Vxlan::remotes)),
            may(LOCAL, n -> n.vxlan().flatMap(Vxlan::local)),
            may(PORT, n -> n.vxlan().map(each -> (long) each.port())),
            must(link, Network::link),
            must(nics, Network::nics),
            may(problem, Network::problem)),
        v ->
            new Network(
                v.get(uuid),
                v.get(NAME),
                v.get(KIND),
                v.find(PARENT),
                v.get(SUBNETS),
                v.get(MTU).intValue(),
                NetworkDns.standard(v.get(KIND)).with(dns(v)),
                vxlan(v),
                v.get(link),
                v.get(nics),
                v.find(problem)));
  }

  private static Type<NetworkRequest> request() {
    Property<List<Subnet>> subnets =
        Property.of("subnets", SUBNETS.type(), SUBNETS.meaning()).otherwise(List.of());
    return new ObjectType<>(
        "network request",
        List.of(
            must(NAME, NetworkRequest::name),
            must(KIND, NetworkRequest::kind),
            may(PARENT, NetworkRequest::parent),
            or(subnets, NetworkRequest::subnets),
            may(MTU, r -> r.mtu().map(Integer::longValue)),
            may(DNS, r -> r.dns().on()),
            may(DNS_ADDRESS, r -> r.dns().address()),
            may(DNS_DOMAIN, r -> r.dns().domain()),
            may(DNS_FORWARD, r -> r.dns().forward()),
            may(VXLAN, r -> r.vxlan().map(each -> (long) each.vni())),
            may(REMOTES, r -> r.vxlan().map(Vxlan::remotes)),
            may(LOCAL, r -> r.vxlan().flatMap(Vxlan::local)),
            may(PORT, r -> r.vxlan().map(each -> (long) each.port()))),
        v ->
            new NetworkRequest(
                v.get(NAME),
                v.get(KIND),
                v.find(PARENT),
                v.get(subnets),
                v.find(MTU).map(Long::intValue),
                dns(v),
                vxlan(v)));
  }

  private static Type<NetworkUpdate> update() {
    return new ObjectType<>(
        "network update",
        List.of(
            may(SUBNETS, NetworkUpdate::subnets),
            may(MTU, u -> u.mtu().map(Integer::longValue)),
            may(DNS, u -> u.dns().on()),
            may(DNS_ADDRESS, u -> u.dns().address()),
            may(DNS_DOMAIN, u -> u.dns().domain()),
            may(DNS_FORWARD, u -> u.dns().forward()),
            may(REMOTES, NetworkUpdate::remotes)),
        v ->
            new NetworkUpdate(
                v.find(SUBNETS), v.find(MTU).map(Long::intValue), dns(v), v.find(REMOTES)));
  }

  private static Optional<Vxlan> vxlan(ObjectType.Values v) {
    Optional<Long> vni = v.find(VXLAN);
    if (vni.isEmpty()) {
      for (Property<?> each : List.of(REMOTES, LOCAL, PORT)) {
        if (v.find(each).isPresent()) {
          throw new PolderException(
              "the network is refused",
              List.of(new Fault(each.name(), "is of a network with a vxlan")));
        }
      }
    }
    return vni.map(
        number ->
            new Vxlan(
                number.intValue(),
                v.find(REMOTES).orElse(List.of()),
                v.find(LOCAL),
                v.find(PORT).map(Long::intValue).orElse(Vxlan.PORT)));
  }

  private static NetworkDns.Change dns(ObjectType.Values v) {
    return new NetworkDns.Change(
        v.find(DNS), v.find(DNS_ADDRESS), v.find(DNS_DOMAIN), v.find(DNS_FORWARD));
  }
}
