package polder.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import polder.model.IpAddress;

/** The model's addresses as Java's network classes have them: the model knows none of those. */
final class Inet {
  private Inet() {}

  /** The same address. */
  static InetAddress of(IpAddress address) {
    try {
      return InetAddress.getByAddress(address.bytes());
    } catch (UnknownHostException e) {
      throw new AssertionError("four or sixteen bytes are an address", e);
    }
  }
}
