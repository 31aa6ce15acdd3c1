package polder.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import polder.model.Finding;
import polder.model.Finding.Level;

/** What the host can do with networks, and what in it stands against them. */
final class NetworkChecks {
  private static final Path FORWARD = Path.of("/proc/sys/net/ipv4/ip_forward");
  private static final Path BRIDGED = Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables");

  private NetworkChecks() {}

  static List<Finding> doctor() {
    List<Finding> findings = new ArrayList<>();
    boolean nft =
        Stream.of("/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin")
            .anyMatch(place -> Files.isExecutable(Path.of(place, "nft")));
    findings.add(
        nft
            ? new Finding("networks", Level.OK, "nft is there", "")
            : new Finding(
                "networks",
                Level.WARNING,
                "nft is missing: zones can have no network cards",
                "install the package nftables"));
    findings.add(
        new Finding(
            "forwarding",
            Level.OK,
            says(FORWARD, "1")
                ? "on"
                : "off: the first NAT network that a zone is on sets net.ipv4.ip_forward",
            ""));
    if (says(BRIDGED, "1")) {
      findings.add(
          new Finding(
              "bridges",
              Level.WARNING,
              "the host's IPv4 rules are asked of frames that only cross a bridge",
              "set net.bridge.bridge-nf-call-iptables=0, or allow zones' traffic there"));
    }
    return List.copyOf(findings);
  }

  /** Networks on which nobody answers for names, though somebody should, and why. */
  static List<Finding> names(Map<String, String> unanswered) {
    return unanswered.entrySet().stream()
        .map(
            each ->
                new Finding(
                    "names on network " + each.getKey(),
                    Level.WARNING,
                    "not answered: " + each.getValue(),
                    "have the host's own name server wait at addresses of its own, not at all of"
                        + " them; the next zone that starts on the network brings ours back"))
        .toList();
  }

  /** Networks on which nobody tells cards their addresses, and why. */
  static List<Finding> addresses(Map<String, String> untold) {
    return untold.entrySet().stream()
        .map(
            each ->
                new Finding(
                    "addresses on network " + each.getKey(),
                    Level.WARNING,
                    "no DHCP: " + each.getValue(),
                    "the next zone that starts on the network has it tried again"))
        .toList();
  }

  private static boolean says(Path setting, String value) {
    try {
      return Files.readString(setting).strip().equals(value);
    } catch (IOException e) {
      return false; // a kernel without it
    }
  }
}
