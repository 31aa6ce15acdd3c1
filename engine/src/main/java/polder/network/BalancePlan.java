package polder.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.linux.Bytes;
import polder.linux.NftElements;
import polder.linux.NftElements.Element;
import polder.model.Balance;
import polder.model.BalanceListen;
import polder.model.BalanceMember;
import polder.model.BalancePlaces;
import polder.model.IpAddress;
import polder.model.Leases;
import polder.model.Network;

/**
 * What of balances is to be in the kernel: the elements of the sets and maps that the rules ask.
 * Each place where a balance is called has {@link BalanceSlots#COUNT} slots, each of which leads to
 * one member; a flow takes the next slot, or the one that its source's digest says.
 *
 * @param ways those of the inet table
 * @param doors those of the bridge table: what gets from an etherstub into the host
 * @param claims which addresses the host has for balances, by network
 * @param reached the addresses of members
 */
record BalancePlan(
    Set<Element> ways,
    Set<Element> doors,
    Map<String, Set<IpAddress>> claims,
    Set<IpAddress> reached) {
  /** No balance. */
  static final BalancePlan NONE = new BalancePlan(Set.of(), Set.of(), Map.of(), Set.of());

  private static final long LINK_LOCAL = 0xfe80L << 48;

  BalancePlan {
    ways = Set.copyOf(ways);
    doors = Set.copyOf(doors);
    claims = Map.copyOf(claims);
    reached = Set.copyOf(reached);
  }

  /** That of {@code balances}, with their members. Looks at nothing but its arguments. */
  static BalancePlan of(List<Balance> balances, Leases.Known networks, LinkNames names) {
    Set<Element> ways = new LinkedHashSet<>();
    Set<Element> doors = new HashSet<>();
    for (Balance balance : balances) {
      for (BalanceListen listen : balance.listen()) {
        Optional<Network> network = listen.network().flatMap(networks::find);
        if (listen.network().isPresent() && network.isEmpty()) {
          continue; // its record is damaged
        }
        place(balance, listen, network, ways);
        network
            .filter(each -> each.kind() == Network.Kind.ETHERSTUB)
            .ifPresent(each -> door(listen.address(), each, names, doors));
      }
    }
    Set<IpAddress> reached = new HashSet<>();
    for (Balance balance : balances) {
      balance.members().forEach(each -> reached.addAll(each.addresses()));
    }
    return new BalancePlan(ways, doors, BalancePlaces.claims(balances), reached);
  }

  private static void place(
      Balance balance, BalanceListen listen, Optional<Network> network, Set<Element> ways) {
    boolean six = listen.address().six();
    String family = six ? "6" : "4";
    Bytes protocol = NftElements.field(new byte[] {(byte) listen.protocol().number()});
    Bytes key = address(listen.address()).plus(protocol).plus(port(listen.port()));
    ways.add(new Element("balanced" + family, key));
    ways.add(
        network
            .map(each -> new Element("inside" + family, NftElements.name(each.link()).plus(key)))
            .orElseGet(() -> new Element("outside" + family, key)));
    List<BalanceMember> in = new ArrayList<>();
    for (BalanceMember each : balance.members()) {
      Optional<IpAddress> own = own(each, six);
      if (own.isPresent()) {
        // those that get no new flows, too: their flows that are there go on
        ways.add(
            new Element(
                "members" + family, address(own.get()).plus(protocol).plus(port(each.port()))));
        if (each.isIn()) {
          in.add(each);
        }
      }
    }
    int first = balance.affinity() == Balance.Affinity.SOURCE ? BalanceSlots.COUNT : 0;
    List<BalanceMember> slots = BalanceSlots.of(in);
    for (int i = 0; i < slots.size(); i++) {
      BalanceMember to = slots.get(i);
      ways.add(
          Element.of(
              "slots" + family,
              key.plus(slot(first + i)),
              address(own(to, six).orElseThrow()).plus(port(to.port()))));
    }
  }

  private static Optional<IpAddress> own(BalanceMember member, boolean six) {
    return member.addresses().stream().filter(each -> each.six() == six).findFirst();
  }

  /** From an etherstub nothing gets into the host but what is meant for the balance. */
  private static void door(
      IpAddress address, Network network, LinkNames names, Set<Element> doors) {
    doors.add(new Element(address.six() ? "doors6" : "doors4", address(address)));
    if (address.six()) {
      doors.add(new Element("called", address(address)));
      IpAddress own = new IpAddress(true, LINK_LOCAL, names.bridgeAddress(network).interfaceId());
      doors.add(new Element("doors6", address(own))); // neighbours answer it
    }
  }

  private static Bytes address(IpAddress address) {
    return NftElements.field(address.bytes());
  }

  private static Bytes port(int port) {
    return NftElements.field(ByteBuffer.allocate(Short.BYTES).putShort((short) port).array());
  }

  /** As numgen and jhash make it: in the host's order. */
  private static Bytes slot(int number) {
    return NftElements.field(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(number).array());
  }

  boolean isNone() {
    return equals(NONE);
  }

  /** The addresses that the host has on a network for balances. */
  Set<IpAddress> claims(Network network) {
    return claims.getOrDefault(network.name(), Set.of());
  }

  /** Whether the host has a part in an etherstub, for a balance's sake. */
  boolean opens(Network network) {
    return network.kind() == Network.Kind.ETHERSTUB && !claims(network).isEmpty();
  }
}
