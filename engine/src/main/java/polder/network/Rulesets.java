package polder.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import polder.model.Network;
import polder.model.Subnet;

/**
 * The texts that nft(8) is given. What is put into them are names that {@link LinkNames} made or
 * that fit a network's name, and addresses that were read and are written anew.
 */
final class Rulesets {
  private final LinkNames names;

  Rulesets(LinkNames names) {
    this.names = names;
  }

  /** What every port is held to: {@code bridge.nft}. Done again, it leaves the sets as they are. */
  String bridge() {
    try (InputStream in = Rulesets.class.getResourceAsStream("bridge.nft")) {
      if (in == null) {
        throw new IllegalStateException("polder.network was built without its rules");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@TABLE@", names.table())
          .replace("@PORTS@", names.ports());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What leads out of networks that the host has a part in, and what does not: of NAT networks
   * everything, as if the host sent it, and answers back; of internal ones nothing. What only
   * crosses a bridge comes by here too, on hosts where bridges ask these rules.
   */
  String routed(List<Network> networks) {
    StringBuilder text = new StringBuilder();
    String table = "inet " + names.table();
    text.append(
        """
        add table %1$s
        add chain %1$s forwarded { type filter hook forward priority filter; policy accept; }
        add chain %1$s leaving { type nat hook postrouting priority srcnat; policy accept; }
        flush table %1$s
        """
            .formatted(table));
    for (Network network : networks) {
      String link = '"' + network.link() + '"';
      switch (network.kind()) {
        case NAT -> {
          rule(text, table, "forwarded iifname %1$s oifname %1$s accept".formatted(link));
          rule(
              text,
              table,
              "forwarded oifname %s ct state established,related accept".formatted(link));
          rule(text, table, "forwarded oifname %s drop".formatted(link));
          for (Subnet each : network.subnets()) {
            rule(
                text,
                table,
                "leaving %s saddr %s oifname != %s masquerade"
                    .formatted(each.cidr().address().six() ? "ip6" : "ip", each.cidr(), link));
          }
        }
        case INTERNAL -> {
          rule(text, table, "forwarded iifname %1$s oifname %1$s accept".formatted(link));
          rule(text, table, "forwarded iifname %s drop".formatted(link));
          rule(text, table, "forwarded oifname %s drop".formatted(link));
        }
        case ETHERSTUB, BRIDGE, MACVLAN -> {} // the host has no part in them
      }
    }
    return text.toString();
  }

  private static void rule(StringBuilder text, String table, String rule) {
    text.append("add rule ").append(table).append(' ').append(rule).append('\n');
  }
}
