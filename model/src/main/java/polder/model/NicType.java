package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import polder.model.ObjectType.Field;
import polder.model.ObjectType.Values;

/** A nic as a payload has it: SmartOS's words, the old ones too, which become the new ones. */
final class NicType {
  private static final int MOST_ADDRESSES = 20;
  private static final String NO_VLAN =
      "this version makes no VLANs; give the nic a network of its own";

  private static final Type<String> WORD = Types.text(Pattern.compile(".*"), "text", 64);
  static final Type<IpAddress> ADDRESS = Types.mapped(WORD, IpAddress::of, IpAddress::toString);
  private static final Type<Cidr> RANGE = Types.mapped(WORD, Cidr::orAddress, NicType::plain);
  private static final Type<String> IP = Types.mapped(WORD, NicType::ip, ip -> ip);

  private static final Property<String> INTERFACE =
      Property.of(
          "interface",
          Types.text(
              Pattern.compile("(?!lo$)[a-z][a-z0-9]{0,13}"),
              "a-z and 0-9, a letter first, 14 at most, not lo",
              14),
          "what it is called inside, such as net0; eth0, eth1 … if absent");
  private static final Property<MacAddress> MAC =
      Property.of(
          "mac",
          Types.mapped(WORD, MacAddress::of, MacAddress::value),
          "hardware address; made up and kept if absent");
  private static final Property<String> TAG =
      Property.of("nic_tag", Network.NAME_TYPE, "the network by name");
  private static final Property<UUID> NETWORK_UUID =
      Property.of("network_uuid", Types.UUID_TYPE, "the network by uuid");
  private static final Property<List<String>> IPS =
      Property.of(
          "ips",
          Types.list(IP),
          "addresses with prefixes, dhcp for one of the pool, addrconf; one of each pool if absent");
  private static final Property<List<IpAddress>> GATEWAYS =
      Property.of("gateways", Types.list(ADDRESS), "where default routes lead");
  private static final Property<Long> MTU =
      Property.of(
          "mtu", Types.integer(576, 9000), "largest packet, bytes; the network's if absent");
  private static final Property<Boolean> PRIMARY =
      Property.of("primary", Types.BOOLEAN, "default routes lead by it; the first if none says so");
  private static final Property<Boolean> ANY_MAC =
      Property.of("allow_mac_spoofing", Types.BOOLEAN, "may use other hardware addresses");
  private static final Property<Boolean> ANY_IP =
      Property.of("allow_ip_spoofing", Types.BOOLEAN, "may use other IP addresses");
  private static final Property<Boolean> SERVES =
      Property.of("allow_dhcp_spoofing", Types.BOOLEAN, "may answer as DHCP server or router");
  private static final Property<Boolean> SERVER =
      Property.of("dhcp_server", Types.BOOLEAN, "old word for allow_dhcp_spoofing");
  private static final Property<Boolean> ANY_TYPE =
      Property.of("allow_restricted_traffic", Types.BOOLEAN, "may send what is neither IP nor ARP");
  private static final Property<List<Cidr>> ALLOWED =
      Property.of("allowed_ips", Types.list(RANGE), "addresses and networks it may use too");
  private static final Property<List<PublishedPort>> PORTS =
      Property.of(
          "ports",
          Types.list(Types.mapped(WORD, PublishedPort::of, PublishedPort::toString)),
          "[[ADDRESS:]HOST_PORT:]PORT[/tcp|udp|sctp] of it that the host passes on; on NAT networks");
  private static final Property<Bandwidth> BANDWIDTH =
      Property.of("bandwidth", bandwidth(), "how fast it may be; as fast as it can if absent");

  /** The network cards that QEMU has for guests. */
  static final Type<String> MODEL_TYPE = Types.word("virtio", "e1000", "rtl8139");

  private static final Property<String> MODEL =
      Property.of(
          "model", MODEL_TYPE, "the card that a virtual machine sees; its nic_driver if absent");
  private static final Property<String> OLD_IP =
      Property.of("ip", WORD, "old word for ips, with netmask");
  private static final Property<IpAddress> OLD_MASK =
      Property.of("netmask", ADDRESS, "old word: the network's bits of ip");
  private static final Property<IpAddress> OLD_GATEWAY =
      Property.of("gateway", ADDRESS, "old word for gateways");
  private static final Property<Long> VLAN =
      Property.of("vlan_id", Types.mapped(Types.integer(0, 4095), NicType::vlan, v -> v), "0");

  private static final Map<String, String> REFUSED =
      Map.of(
          "blocked_outgoing_ports", "use a firewall rule: FROM vm UUID TO any BLOCK tcp PORT N",
          "allowed_dhcp_cids", "zones get their addresses without DHCP",
          "allow_unfiltered_promisc", "a switch sends a nic what is meant for it only",
          "vrrp_vrid", "this version has no VRRP; use allowed_ips for an address that moves",
          "vrrp_primary_ip", "this version has no VRRP; use allowed_ips for an address that moves");

  static final Type<Nic> NIC = nic();

  private NicType() {}

  private static Type<Nic> nic() {
    List<Field<Nic, ?>> fields =
        new ArrayList<>(
            List.of(
                new Field<>(INTERFACE, false, Nic::name),
                new Field<>(MAC, false, Nic::mac),
                new Field<>(TAG, false, Nic::network),
                new Field<>(NETWORK_UUID, false, Nic::networkUuid),
                new Field<>(IPS, false, Nic::ips),
                new Field<>(GATEWAYS, false, n -> some(n.gateways())),
                new Field<>(MTU, false, n -> n.mtu().map(Integer::longValue)),
                new Field<>(PRIMARY, false, n -> truth(n.primary())),
                new Field<>(ANY_MAC, false, n -> truth(n.freedoms().mac())),
                new Field<>(ANY_IP, false, n -> truth(n.freedoms().ip())),
                new Field<>(SERVES, false, n -> truth(n.freedoms().dhcp())),
                new Field<>(ANY_TYPE, false, n -> truth(n.freedoms().types())),
                new Field<>(ALLOWED, false, n -> some(n.allowedIps())),
                new Field<>(PORTS, false, n -> some(n.ports())),
                new Field<>(
                    BANDWIDTH, false, n -> Optional.of(n.bandwidth()).filter(b -> !b.isNone())),
                new Field<>(MODEL, false, Nic::model),
                new Field<>(SERVER, false, n -> Optional.empty()),
                new Field<>(OLD_IP, false, n -> Optional.empty()),
                new Field<>(OLD_MASK, false, n -> Optional.empty()),
                new Field<>(OLD_GATEWAY, false, n -> Optional.empty()),
                new Field<>(VLAN, false, n -> Optional.empty())));
    REFUSED.forEach(
        (name, why) ->
            fields.add(
                new Field<>(
                    Property.of(name, WORD, "known from SmartOS; refused").refused(why),
                    false,
                    n -> Optional.empty())));
    return new ObjectType<>("nic {nic_tag, ips, …}", fields, NicType::make);
  }

  private static Type<Bandwidth> bandwidth() {
    Property<Long> in = rate("in", "what it receives: bits a second, such as 500k, 100M, 1G");
    Property<Long> out = rate("out", "what it sends: bits a second");
    Property<Integer> inBurst = burst("in_burst", "bytes that may come at once, such as 256K");
    Property<Integer> outBurst = burst("out_burst", "bytes that may go at once");
    return new ObjectType<>(
        "bandwidth {in, out, in_burst, out_burst}",
        List.of(
            new Field<>(in, false, b -> b.in().map(Bandwidth.Limit::rate)),
            new Field<>(out, false, b -> b.out().map(Bandwidth.Limit::rate)),
            new Field<>(inBurst, false, b -> b.in().flatMap(Bandwidth.Limit::burst)),
            new Field<>(outBurst, false, b -> b.out().flatMap(Bandwidth.Limit::burst))),
        v -> new Bandwidth(limit(v, in, inBurst), limit(v, out, outBurst)));
  }

  private static Property<Long> rate(String name, String meaning) {
    return Property.of(name, Types.mapped(WORD, Bandwidth::rate, Bandwidth::rateText), meaning);
  }

  private static Property<Integer> burst(String name, String meaning) {
    return Property.of(name, Types.mapped(WORD, Bandwidth::burst, Bandwidth::burstText), meaning);
  }

  private static Optional<Bandwidth.Limit> limit(
      Values v, Property<Long> rate, Property<Integer> burst) {
    if (v.find(rate).isEmpty() && v.find(burst).isPresent()) {
      throw invalid("'%s' needs '%s'".formatted(burst.name(), rate.name()));
    }
    return v.find(rate).map(each -> new Bandwidth.Limit(each, v.find(burst)));
  }

  private static <T> Optional<List<T>> some(List<T> list) {
    return Optional.of(list).filter(each -> !each.isEmpty());
  }

  private static Optional<Boolean> truth(boolean value) {
    return Optional.of(value).filter(each -> each);
  }

  private static Nic make(Values v) {
    if (v.find(TAG).isEmpty() && v.find(NETWORK_UUID).isEmpty()) {
      throw invalid("needs 'nic_tag', the name of a network, or 'network_uuid'");
    }
    Optional<List<String>> ips = ips(v);
    if (ips.isPresent() && ips.get().size() > MOST_ADDRESSES) {
      throw invalid("has more than %d ips".formatted(MOST_ADDRESSES));
    }
    List<IpAddress> gateways = new ArrayList<>(v.find(GATEWAYS).orElse(List.of()));
    v.find(OLD_GATEWAY).filter(each -> !gateways.contains(each)).ifPresent(gateways::add);
    Optional<Boolean> primary = v.find(PRIMARY);
    if (primary.isPresent() && !primary.get()) {
      throw invalid("'primary' is true or left out");
    }
    return new Nic(
        v.find(INTERFACE),
        v.find(MAC),
        v.find(TAG),
        v.find(NETWORK_UUID),
        ips,
        gateways,
        v.find(MTU).map(Long::intValue),
        primary.isPresent(),
        new Nic.Freedoms(
            v.find(ANY_MAC).orElse(false),
            v.find(ANY_IP).orElse(false),
            v.find(SERVES).orElse(false) || v.find(SERVER).orElse(false),
            v.find(ANY_TYPE).orElse(false)),
        v.find(ALLOWED).orElse(List.of()),
        v.find(PORTS).orElse(List.of()),
        v.find(BANDWIDTH).orElse(Bandwidth.NONE),
        v.find(MODEL));
  }

  private static Optional<List<String>> ips(Values v) {
    Optional<String> old = v.find(OLD_IP);
    if (old.isEmpty()) {
      if (v.find(OLD_MASK).isPresent()) {
        throw invalid("'netmask' needs 'ip'");
      }
      return v.find(IPS);
    }
    String one;
    if (old.get().equals(Nic.DHCP)) {
      one = Nic.DHCP;
    } else {
      IpAddress mask =
          v.find(OLD_MASK).orElseThrow(() -> invalid("'ip' needs 'netmask'; or use 'ips'"));
      one = ip(IpAddress.of(old.get()) + "/" + prefix(mask));
    }
    List<String> all = new ArrayList<>(v.find(IPS).orElse(List.of()));
    if (!all.contains(one)) { // SmartOS lists it in both
      all.add(one);
    }
    return Optional.of(all);
  }

  private static int prefix(IpAddress mask) {
    int ones = Long.bitCount(mask.low());
    if (mask.six() || mask.low() != ((0xffff_ffffL << (32 - ones)) & 0xffff_ffffL)) {
      throw invalid("'%s' is no netmask".formatted(mask));
    }
    return ones;
  }

  private static String ip(String text) {
    if (text.equals(Nic.DHCP) || text.equals(Nic.ADDRCONF)) {
      return text;
    }
    Cidr cidr = Cidr.of(text);
    IpAddress address = cidr.address();
    if (!address.isUnicast() || cidr.prefix() == 0 || !cidr.isHost(address)) {
      throw invalid("'%s' cannot be a host's address".formatted(cidr));
    }
    if (address.six() && address.isLinkLocal()) {
      throw invalid("'%s': each nic has its link-local address by itself".formatted(cidr));
    }
    return cidr.toString();
  }

  private static String plain(Cidr cidr) {
    return cidr.prefix() == cidr.address().bits() ? cidr.address().toString() : cidr.toString();
  }

  private static Long vlan(Long id) {
    if (id != 0) {
      throw new PolderException(ErrorKind.INVALID, "is refused: " + NO_VLAN);
    }
    return id;
  }

  private static PolderException invalid(String sentence) {
    return new PolderException(ErrorKind.INVALID, sentence);
  }
}
