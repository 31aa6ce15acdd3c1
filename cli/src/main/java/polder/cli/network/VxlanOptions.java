package polder.cli.network;

import java.util.List;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.IpAddress;
import polder.model.Vxlan;

/** The options about the other hosts of which a network is one with this. */
final class VxlanOptions {
  private VxlanOptions() {}

  static Usage add(Usage usage) {
    return usage
        .option("--vxlan", "NUMBER", "one switch with other hosts', by VXLAN; the same on all")
        .options("--remote", "ADDRESS[,ADDRESS]", "the other hosts")
        .option("--local", "ADDRESS", "at which of its own this host sends and listens; any")
        .option("--port", "PORT", "the UDP port on all hosts; 4789 if absent");
  }

  static Optional<Vxlan> of(Arguments arguments) {
    Optional<Long> number = arguments.number("--vxlan", 1, Vxlan.LAST_VNI);
    Optional<Long> port = arguments.number("--port", 1, 0xffff);
    if (number.isEmpty()) {
      for (String each : List.of("--remote", "--local", "--port")) {
        if (arguments.has(each)) {
          throw new UsageException(each + " is of a network with --vxlan");
        }
      }
    }
    return number.map(
        vni ->
            new Vxlan(
                vni.intValue(),
                remotes(arguments),
                arguments.value("--local").map(IpAddress::of),
                port.map(Long::intValue).orElse(Vxlan.PORT)));
  }

  static List<IpAddress> remotes(Arguments arguments) {
    return arguments.values("--remote").stream()
        .flatMap(each -> List.of(each.split(",", -1)).stream())
        .map(IpAddress::of)
        .toList();
  }
}
