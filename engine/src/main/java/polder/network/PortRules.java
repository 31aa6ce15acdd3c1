package polder.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.linux.Bytes;
import polder.linux.NftElements;
import polder.linux.NftElements.Element;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Network;

/** What a card may send, as elements of the sets that {@code bridge.nft} asks. */
final class PortRules {
  private static final long LINK_LOCAL = 0xfe80L << 48;

  private PortRules() {}

  /** Those of {@code vnic}; none for one that is on no bridge. */
  static List<Element> of(Vnic vnic, LinkNames names) {
    List<Element> elements = new ArrayList<>();
    if (vnic.network().kind() == Network.Kind.MACVLAN) {
      return elements;
    }
    Bytes port = NftElements.name(vnic.port());
    elements.add(new Element("macs", port.plus(NftElements.field(vnic.mac().bytes()))));
    elements.add(new Element("clients", port.plus(NftElements.field(vnic.mac().bytes()))));
    if (vnic.freedoms().mac()) {
      elements.add(new Element("any_mac", port));
    }
    if (vnic.freedoms().ip()) {
      elements.add(new Element("any_ip", port));
    }
    if (vnic.freedoms().dhcp()) {
      elements.add(new Element("serves", port));
    }
    if (vnic.freedoms().types()) {
      elements.add(new Element("any_type", port));
    }
    if (vnic.network().kind() == Network.Kind.ETHERSTUB) {
      elements.add(new Element("enclosed", port));
    }
    List<IpAddress> hosts = new ArrayList<>();
    vnic.addresses().forEach(each -> hosts.add(each.address()));
    if (vnic.six()) {
      hosts.add(new IpAddress(true, LINK_LOCAL, vnic.mac().interfaceId()));
    }
    boolean carried = vnic.network().vxlan().isPresent();
    Bytes uplink = NftElements.name(names.uplink(vnic.network()));
    if (carried) {
      elements.add(new Element("here_macs", uplink.plus(NftElements.field(vnic.mac().bytes()))));
    }
    for (IpAddress each : hosts) {
      Bytes address = NftElements.field(each.bytes());
      if (carried) {
        elements.add(new Element(each.six() ? "here_six" : "here_four", uplink.plus(address)));
        if (each.six()) {
          elements.add(new Element("here_targets", uplink.plus(address)));
        }
      }
      Bytes key = port.plus(address);
      elements.add(new Element(each.six() ? "six" : "four", key));
      if (each.six()) {
        elements.add(new Element("targets", key));
      }
    }
    for (Cidr each : vnic.allowed()) {
      boolean six = each.address().six();
      Bytes first = port.plus(NftElements.field(each.network().address().bytes()));
      Optional<Bytes> last = Optional.of(port.plus(NftElements.field(each.last().bytes())));
      elements.add(new Element(six ? "six_nets" : "four_nets", first, last));
      if (six) {
        elements.add(new Element("target_nets", first, last));
      }
    }
    return List.copyOf(elements);
  }
}
