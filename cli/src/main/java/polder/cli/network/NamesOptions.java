package polder.cli.network;

import java.util.List;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.IpAddress;
import polder.model.NetworkDns;

/** The options about what a network answers for names. */
final class NamesOptions {
  private static final String NOBODY = "none";

  private NamesOptions() {}

  static Usage add(Usage usage) {
    return usage
        .option("--dns", "on|off", "whether the host answers on it for names; on for nat, internal")
        .option("--dns-address", "ADDRESS", "where it does on an etherstub; turns it on there")
        .option("--dns-domain", "DOMAIN", "what names of zones and balances end with; internal")
        .options(
            "--dns-forward",
            "ADDRESS",
            "who is asked for other names; host (on nat) for whom the host asks, or none");
  }

  static NetworkDns.Change of(Arguments arguments) {
    List<String> forward = arguments.values("--dns-forward");
    Optional<List<String>> asked = Optional.of(forward).filter(all -> !all.isEmpty());
    if (forward.contains(NOBODY) && forward.size() > 1) {
      throw new UsageException("--dns-forward none stands alone");
    }
    return new NetworkDns.Change(
        arguments.value("--dns").map(NamesOptions::isOn),
        arguments.value("--dns-address").map(IpAddress::of),
        arguments.value("--dns-domain"),
        asked.map(all -> all.contains(NOBODY) ? List.of() : all));
  }

  private static boolean isOn(String word) {
    return switch (word) {
      case "on" -> true;
      case "off" -> false;
      default -> throw new UsageException("'%s': --dns takes on or off".formatted(word));
    };
  }
}
