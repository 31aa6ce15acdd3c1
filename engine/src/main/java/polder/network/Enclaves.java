package polder.network;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.Link;
import polder.linux.Links;
import polder.linux.NetworkSettings;
import polder.linux.NetworkStack;
import polder.linux.NetworkThread;
import polder.linux.SyscallException;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Network;

/**
 * Network namespaces of ours, each with a card on an etherstub, as a zone has: by them we have an
 * address there, and the host has none. They end with us. For one thread at a time.
 */
final class Enclaves {
  private static final String CARD = "dns0";

  private final LinkNames names;
  private final NetworkStack host;
  private final Map<String, Enclave> all = new HashMap<>();
  private long last;

  private record Enclave(Fd space, int bridge, List<IpAddress> addresses, long identity) {}

  Enclaves(LinkNames names, NetworkStack host) {
    this.names = names;
    this.host = host;
  }

  /**
   * Sees to it that there is one where a network has an address of ours, as it should be.
   *
   * @param told is told where it is, and what cannot be
   */
  void raise(Network network, Link bridge, NetworkWatch told) {
    Enclave there = all.get(network.name());
    List<IpAddress> wanted = network.resolvers();
    if (there != null && there.bridge() == bridge.index() && there.addresses().equals(wanted)) {
      return;
    }
    if (there != null || wanted.isEmpty()) {
      lower(network, told);
    }
    if (!wanted.isEmpty()) {
      try {
        enter(network, bridge, told);
      } catch (SyscallException e) {
        told.failed(network, String.valueOf(e.getMessage())); // zones do without
      }
    }
  }

  private void enter(Network network, Link bridge, NetworkWatch told) {
    List<IpAddress> wanted = network.resolvers();
    Fd space = NetworkThread.newNetwork();
    try {
      plug(network, bridge, space);
      Enclave made = new Enclave(space, bridge.index(), wanted, ++last);
      all.put(network.name(), made);
      told.raised(network, new NetworkWatch.Place(space, Optional.of(CARD), made.identity()));
    } catch (RuntimeException e) {
      space.close();
      throw e;
    }
  }

  private void plug(Network network, Link bridge, Fd space) {
    String port = names.enclave(network.name());
    String address = names.enclaveAddress(network).value();
    Links.Peer peer = new Links.Peer(CARD, address, space);
    try {
      host.links().addPort(port, bridge.index(), network.mtu(), peer);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
      remove(port); // our predecessor's: the kernel takes its time with namespaces
      host.links().addPort(port, bridge.index(), network.mtu(), peer);
    }
    int index = host.links().find(port).orElseThrow().index();
    host.links().hold(index, address);
    host.links().learnNothing(index);
    configure(network, space);
  }

  private static void configure(Network network, Fd space) {
    boolean six = network.resolvers().stream().anyMatch(IpAddress::six);
    Map<List<String>, String> settings = new LinkedHashMap<>();
    settings.put(List.of("ipv4", "ip_forward"), "0");
    settings.put(List.of("ipv6", "conf", CARD, "accept_ra"), "0");
    settings.put(List.of("ipv6", "conf", CARD, "autoconf"), "0");
    settings.put(List.of("ipv6", "conf", CARD, "disable_ipv6"), six ? "0" : "1");
    new NetworkSettings(space).set(settings);
    try (NetworkStack inside = NetworkStack.of(space)) {
      Link card = inside.links().find(CARD).orElseThrow();
      for (IpAddress each : network.resolvers()) {
        Cidr subnet = network.subnetOf(each).orElseThrow().cidr();
        inside.addresses().add(card.index(), Inet.of(each), subnet.prefix());
      }
      inside.links().raise(card.index());
    }
  }

  /** Takes away what there is on a network. */
  void lower(Network network, NetworkWatch told) {
    told.lowered(network);
    Enclave there = all.remove(network.name());
    if (there != null) {
      remove(names.enclave(network.name()));
      there.space().close();
    }
  }

  private void remove(String port) {
    Optional<Link> link = host.links().find(port);
    if (link.isPresent()) {
      try {
        host.links().remove(link.get().index());
      } catch (SyscallException e) {
        if (!e.errno().equals(Errno.ENODEV)) {
          throw e;
        }
      }
    }
  }

  /** Lets go of all: the kernel takes them away. */
  void close() {
    all.values().forEach(each -> each.space().close());
    all.clear();
  }
}
