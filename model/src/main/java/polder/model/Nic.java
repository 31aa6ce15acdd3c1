package polder.model;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A network card of a zone, in SmartOS's words.
 *
 * @param name what it is called inside: {@code interface}; eth0 and so on if absent
 * @param mac its hardware address; made up at creation and kept if absent
 * @param network what it is plugged into, by name: {@code nic_tag}
 * @param networkUuid the same by uuid
 * @param ips addresses with prefixes, {@code dhcp} for one from the network's pool, {@code
 *     addrconf} for the one that IPv6 derives from the mac; from each pool one if absent
 * @param gateways of its default routes; the network's if absent, on the primary nic
 * @param mtu the largest packet, bytes; the network's if absent
 * @param primary whether default routes lead by it
 * @param freedoms what it may do beside what is its own
 * @param allowedIps whose it may use beside its own
 * @param ports of the host's, by which its own are reached from outside
 * @param bandwidth how fast it may be
 * @param model the card that a guest sees; {@code nic_driver} if absent. Virtual machines' only
 */
public record Nic(
    Optional<String> name,
    Optional<MacAddress> mac,
    Optional<String> network,
    Optional<UUID> networkUuid,
    Optional<List<String>> ips,
    List<IpAddress> gateways,
    Optional<Integer> mtu,
    boolean primary,
    Freedoms freedoms,
    List<Cidr> allowedIps,
    List<PublishedPort> ports,
    Bandwidth bandwidth,
    Optional<String> model) {
  /** Among {@link #ips}: an address from the network's pool. */
  public static final String DHCP = "dhcp";

  /** Among {@link #ips}: the IPv6 address that follows from the network and the mac. */
  public static final String ADDRCONF = "addrconf";

  /**
   * What a nic may do beside sending as itself.
   *
   * @param mac send from other hardware addresses
   * @param ip send from other IP addresses
   * @param dhcp answer as a DHCP server or an IPv6 router
   * @param types send what is neither IP nor ARP
   */
  public record Freedoms(boolean mac, boolean ip, boolean dhcp, boolean types) {
    /** None of them. */
    public static final Freedoms NONE = new Freedoms(false, false, false, false);

    /** Whether there is nothing left to be watched for. */
    public boolean all() {
      return mac && ip && dhcp && types;
    }
  }

  public Nic {
    ips = ips.map(List::copyOf);
    gateways = List.copyOf(gateways);
    allowedIps = List.copyOf(allowedIps);
    ports = List.copyOf(ports);
  }

  /** A nic of {@code network} that says nothing else. */
  public static Nic on(String network) {
    return new Nic(
        Optional.empty(),
        Optional.empty(),
        Optional.of(network),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        false,
        Freedoms.NONE,
        List.of(),
        List.of(),
        Bandwidth.NONE,
        Optional.empty());
  }

  /** As this one, with what was made up for it. */
  public Nic settled(String name, MacAddress mac, String network, List<Cidr> addresses) {
    return new Nic(
        Optional.of(name),
        Optional.of(mac),
        Optional.of(network),
        networkUuid,
        Optional.of(addresses.stream().map(Cidr::toString).toList()),
        gateways,
        mtu,
        primary,
        freedoms,
        allowedIps,
        ports,
        bandwidth,
        model);
  }

  /** As this one, with other ports of the host's. */
  public Nic with(List<PublishedPort> published) {
    return new Nic(
        name,
        mac,
        network,
        networkUuid,
        ips,
        gateways,
        mtu,
        primary,
        freedoms,
        allowedIps,
        published,
        bandwidth,
        model);
  }

  /** As this one, at another speed. */
  public Nic with(Bandwidth limits) {
    return new Nic(
        name,
        mac,
        network,
        networkUuid,
        ips,
        gateways,
        mtu,
        primary,
        freedoms,
        allowedIps,
        ports,
        limits,
        model);
  }

  /** As this one, as another card to a guest. */
  public Nic with(String card) {
    return new Nic(
        name,
        mac,
        network,
        networkUuid,
        ips,
        gateways,
        mtu,
        primary,
        freedoms,
        allowedIps,
        ports,
        bandwidth,
        Optional.of(card));
  }

  /** Without what may change while it is plugged. */
  public Nic plugged() {
    return with(List.of()).with(Bandwidth.NONE);
  }

  /** The addresses that are given in full. */
  public List<Cidr> addresses() {
    return ips.orElse(List.of()).stream()
        .filter(each -> !each.equals(DHCP) && !each.equals(ADDRCONF))
        .map(Cidr::of)
        .toList();
  }

  /** Whether it asks for {@code word}, {@link #DHCP} or {@link #ADDRCONF}. */
  public boolean asks(String word) {
    return ips.orElse(List.of()).contains(word);
  }

  /** What the nic at {@code index} is called where nobody says otherwise. */
  public static String standardName(int index) {
    return "eth" + index;
  }
}
