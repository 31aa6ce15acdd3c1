package polder.network;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.linux.Bytes;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.NftElements;
import polder.linux.NftElements.Element;
import polder.linux.SyscallException;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.PublishedPort;

/**
 * Which of the host's ports lead to which zone's, as elements of the maps in the inet table: host
 * address, protocol and port to a zone's address and port. For one thread at a time.
 */
final class Publications implements AutoCloseable {
  private static final List<String> SETS =
      List.of("bound4", "bound6", "any4", "any6", "served4", "served6");

  private final NftElements elements;

  Publications(Fd host, LinkNames names) {
    this.elements = NftElements.of(host, NftElements.INET, names.table());
  }

  /**
   * Lets callers through to what {@code wiring} publishes.
   *
   * @return false if the maps are gone, and with them everybody's
   */
  boolean open(Wiring wiring) {
    List<Element> all = of(wiring);
    try {
      elements.add(all);
      return true;
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return false;
      }
      if (!e.errno().equals(Errno.EEXIST) && !e.errno().equals(Errno.EBUSY)) {
        throw e;
      }
      elements.remove(all); // of a run that ended while nobody looked
      elements.add(all);
      return true;
    }
  }

  /** Lets nobody through to anybody. */
  void clear() {
    elements.clear(SETS);
  }

  /** Lets nobody through any more. */
  void close(Wiring wiring) {
    elements.remove(of(wiring));
  }

  /** Whether some of {@code wirings} publishes a port on network {@code name}. */
  static boolean isUsed(Collection<Wiring> wirings, String name) {
    return wirings.stream()
        .flatMap(each -> each.vnics().stream())
        .anyMatch(each -> each.network().name().equals(name) && !each.ports().isEmpty());
  }

  private static List<Element> of(Wiring wiring) {
    Set<Element> all = new LinkedHashSet<>();
    for (boolean six : new boolean[] {false, true}) {
      for (Vnic vnic : wiring.vnics()) {
        Optional<IpAddress> target =
            vnic.addresses().stream()
                .map(Cidr::address)
                .filter(each -> each.six() == six)
                .findFirst();
        for (PublishedPort port : vnic.ports()) {
          if (target.isPresent() && port.serves(six)) {
            add(all, port, target.get());
          }
        }
      }
    }
    // those of one set beside each other, so that they fit into few messages
    return all.stream().sorted((a, b) -> a.set().compareTo(b.set())).toList();
  }

  private static void add(Set<Element> all, PublishedPort port, IpAddress target) {
    String family = target.six() ? "6" : "4";
    Bytes to = NftElements.field(target.bytes());
    Bytes protocol = NftElements.field(new byte[] {(byte) port.protocol().number()});
    for (int i = 0; i < port.count(); i++) {
      Bytes inside = number(port.zonePort() + i);
      Bytes key = protocol.plus(number(port.hostPort().orElseThrow() + i));
      all.add(
          port.isBound()
              ? Element.of(
                  "bound" + family,
                  NftElements.field(port.address().orElseThrow().bytes()).plus(key),
                  to.plus(inside))
              : Element.of("any" + family, key, to.plus(inside)));
      all.add(new Element("served" + family, to.plus(protocol).plus(inside)));
    }
  }

  private static Bytes number(int port) {
    return NftElements.field(ByteBuffer.allocate(Short.BYTES).putShort((short) port).array());
  }

  @Override
  public void close() {
    elements.close();
  }
}
