package polder.network;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import polder.model.MacAddress;
import polder.model.Network;

/**
 * What a host's links and tables are called. A second host on the same machine has other names, so
 * that neither takes the other's for its own.
 *
 * @param host what tells this host from others: five hex digits
 * @param plain whether bridges are called as their networks, as on a machine with one host
 */
public record LinkNames(String host, boolean plain) {
  private static final int HOST_DIGITS = 5;
  private static final int NETWORK_DIGITS = 8;

  /**
   * Those of the host that is known by {@code name}.
   *
   * @param plain whether it is the machine's own
   */
  public static LinkNames of(String name, boolean plain) {
    return new LinkNames(digest(name).substring(0, HOST_DIGITS), plain);
  }

  /** The bridge of a network: 15 characters at most. */
  public String bridge(String network) {
    return plain ? network : "pb" + host + digest(network).substring(0, NETWORK_DIGITS);
  }

  /** A bridge's own hardware address, by which it is known to be ours. */
  public MacAddress bridgeAddress(Network network) {
    return address("", network);
  }

  /** What joins a network's bridge to other hosts. */
  public String uplink(Network network) {
    return uplinks() + digest(network.name()).substring(0, NETWORK_DIGITS);
  }

  /** What the names of all those begin with; none of {@link #ports}. */
  public String uplinks() {
    return "px" + host;
  }

  /** The hardware address of that: another one where it is to be made otherwise. */
  public MacAddress uplinkAddress(Network network) {
    return address(
        network.vxlan().map(each -> each.with(List.of()).toString()).orElse("uplink"), network);
  }

  /** Where a network is one with those of other hosts, theirs have other addresses. */
  private MacAddress address(String use, Network network) {
    String own = network.vxlan().map(each -> network.uuid().toString()).orElse("");
    return MacAddress.local(
        Long.parseUnsignedLong(digest(use + host + network.name() + own).substring(0, 10), 16));
  }

  /** What the names of all ports begin with. */
  public String ports() {
    return "pv" + host;
  }

  /** The host's end of the card with that address: by its last four bytes. */
  public String port(MacAddress mac) {
    return ports() + mac.value().substring(6).replace(":", "");
  }

  /** What leads what the card with that address sends, where that is slowed down. */
  public String shaper(MacAddress mac) {
    return "pi" + host + mac.value().substring(6).replace(":", "");
  }

  /** The bridge's end of our own card on a network; none of {@link #ports}. */
  public String enclave(String network) {
    return enclaves() + digest(network).substring(0, NETWORK_DIGITS);
  }

  /** What the names of all those begin with. */
  public String enclaves() {
    return "pd" + host;
  }

  /** The hardware address of that card. */
  public MacAddress enclaveAddress(Network network) {
    return address("dns", network);
  }

  /** The nftables tables, one of each family. */
  public String table() {
    return "polder_" + host;
  }

  static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
