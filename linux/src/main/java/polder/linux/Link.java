package polder.linux;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network interface: rtnetlink(7), struct ifinfomsg and IFLA_ attributes.
 *
 * @param index its number in its network namespace
 * @param name such as "eth0"
 * @param kind the driver, such as "veth" or "bridge"; empty for a real device or loopback
 * @param flags IFF_ bits, netdevice(7)
 * @param mtu in bytes
 * @param address its hardware address, such as "02:00:00:00:00:01"; empty if it has none
 * @param master the index of the bridge it is a port of
 * @param alias what its maker wrote on it; empty if nothing
 */
public record Link(
    int index,
    String name,
    Optional<String> kind,
    int flags,
    int mtu,
    Optional<String> address,
    OptionalInt master,
    Optional<String> alias) {
  private static final int IFF_UP = 1; // linux/if.h

  /** Whether it is switched on. */
  public boolean up() {
    return (flags & IFF_UP) != 0;
  }
}
