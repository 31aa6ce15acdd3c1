package polder.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which packets a firewall rule speaks of. */
public sealed interface FirewallProtocol {
  /** As it is written in a rule. */
  String text();

  /** Whether {@code traffic} is among them. */
  boolean covers(FirewallTraffic traffic);

  /** What has ports. */
  enum Transport {
    TCP,
    UDP;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What IPsec is made of. */
  enum Ipsec {
    AH,
    ESP;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Ports from {@code first} to {@code last}, 1 to 65535. */
  record Range(int first, int last) {
    /** All ports. */
    public static final Range ALL = new Range(1, 65_535);

    /** As it is written after PORTS. */
    public String text() {
      return first == last ? String.valueOf(first) : first + "-" + last;
    }
  }

  /** TCP or UDP to some ports; in order, and none twice. */
  record Ports(Transport transport, List<Range> ranges) implements FirewallProtocol {
    public Ports {
      ranges = merged(ranges);
    }

    private static List<Range> merged(List<Range> ranges) {
      List<Range> merged = new ArrayList<>();
      for (Range each : ranges.stream().sorted(Comparator.comparingInt(Range::first)).toList()) {
        if (!merged.isEmpty() && each.first() <= merged.getLast().last()) {
          Range before = merged.removeLast();
          merged.add(new Range(before.first(), Math.max(before.last(), each.last())));
        } else {
          merged.add(each);
        }
      }
      return List.copyOf(merged);
    }

    /** Whether it means all ports. */
    public boolean all() {
      return ranges.equals(List.of(Range.ALL));
    }

    @Override
    public boolean covers(FirewallTraffic traffic) {
      return traffic instanceof FirewallTraffic.Port(Transport kind, int port)
          && kind == transport
          && ranges.stream().anyMatch(each -> each.first() <= port && port <= each.last());
    }

    @Override
    public String text() {
      if (all()) {
        return transport.word() + " PORT all";
      }
      if (ranges.stream().anyMatch(each -> each.first() != each.last())) {
        return ranges.stream()
            .map(Range::text)
            .collect(Collectors.joining(", ", transport.word() + " PORTS ", ""));
      }
      return transport.word()
          + " "
          + listed(ranges.stream().map(each -> "PORT " + each.first()).toList());
    }
  }

  /** One type of ICMP message; all its codes, or one. */
  record IcmpType(int type, Optional<Integer> code) {
    /** As it is written. */
    public String text() {
      return "TYPE " + type + code.map(each -> " CODE " + each).orElse("");
    }
  }

  /** ICMP, or ICMP for IPv6: messages of some types, or all if none is given. */
  record Icmp(boolean six, List<IcmpType> types) implements FirewallProtocol {
    public Icmp {
      types =
          types.stream()
              .distinct()
              .sorted(
                  Comparator.comparingInt(IcmpType::type)
                      .thenComparing(each -> each.code().orElse(-1)))
              .toList();
    }

    @Override
    public boolean covers(FirewallTraffic traffic) {
      return traffic instanceof FirewallTraffic.Message(boolean of, int type, int code)
          && of == six
          && (types.isEmpty()
              || types.stream()
                  .anyMatch(each -> each.type() == type && each.code().orElse(code) == code));
    }

    @Override
    public String text() {
      String word = six ? "icmp6 " : "icmp ";
      return types.isEmpty()
          ? word + "TYPE all"
          : word + listed(types.stream().map(IcmpType::text).toList());
    }
  }

  /** AH or ESP. */
  record Sealed(Ipsec kind) implements FirewallProtocol {
    @Override
    public boolean covers(FirewallTraffic traffic) {
      return traffic instanceof FirewallTraffic.Sealed(Ipsec other) && other == kind;
    }

    @Override
    public String text() {
      return kind.word();
    }
  }

  private static String listed(List<String> parts) {
    return parts.size() == 1 ? parts.getFirst() : "(" + String.join(" AND ", parts) + ")";
  }
}
