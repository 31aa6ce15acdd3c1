package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether, and how, the host answers on a network for the names of its zones and balances.
 *
 * @param on whether it does
 * @param address where it answers on an etherstub, in which the host has no address otherwise; of
 *     other networks it is the gateways'
 * @param domain what their names end with: {@code web.internal}
 * @param forward who is asked for all other names: addresses, and {@code host} for those whom the
 *     host asks itself; nobody if none
 */
public record NetworkDns(
    boolean on, Optional<IpAddress> address, String domain, List<String> forward) {
  /** What names end with unless the network says otherwise: never anybody's on the internet. */
  public static final String DOMAIN = "internal";

  /** Among {@link #forward}: whom the host asks itself. */
  public static final String HOST = "host";

  private static final Pattern DOMAIN_FORM =
      Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
  private static final int LONGEST_DOMAIN = 128;
  private static final int MOST_FORWARD = 4;

  public NetworkDns {
    forward = List.copyOf(forward);
    List<Fault> faults = new ArrayList<>();
    new Change(Optional.empty(), Optional.empty(), Optional.of(domain), Optional.of(forward))
        .check(faults);
    if (!faults.isEmpty()) {
      throw new PolderException("what answers for names is refused", faults);
    }
  }

  /**
   * What is asked of it; what is absent stays as it is.
   *
   * @param on see {@link NetworkDns}; as are the others
   */
  public record Change(
      Optional<Boolean> on,
      Optional<IpAddress> address,
      Optional<String> domain,
      Optional<List<String>> forward) {
    /** Nothing. */
    public static final Change NONE =
        new Change(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public Change {
      domain = domain.map(each -> each.toLowerCase(Locale.ROOT));
      forward = forward.map(List::copyOf);
    }

    /** Whether nothing is asked. */
    public boolean isNone() {
      return equals(NONE);
    }

    /** Adds what is wrong with it, whatever network it is for. */
    void check(List<Fault> faults) {
      domain
          .filter(each -> !DOMAIN_FORM.matcher(each).matches() || each.length() > LONGEST_DOMAIN)
          .ifPresent(
              each ->
                  faults.add(
                      new Fault("dns_domain", "'%s' is no domain".formatted(Types.shorten(each)))));
      List<String> asked = forward.orElse(List.of());
      if (asked.size() > MOST_FORWARD) {
        faults.add(new Fault("dns_forward", "are more than " + MOST_FORWARD));
      }
      for (String each : asked) {
        try {
          if (!each.equals(HOST)) {
            var _ = IpAddress.of(each);
          }
        } catch (PolderException e) {
          faults.add(
              new Fault(
                  "dns_forward",
                  "'%s' is neither an IP address nor 'host'".formatted(Types.shorten(each))));
        }
      }
    }
  }

  /** What a network of {@code kind} has if nobody asked for anything. */
  public static NetworkDns standard(Network.Kind kind) {
    return new NetworkDns(
        kind.hasHost(),
        Optional.empty(),
        DOMAIN,
        kind == Network.Kind.NAT ? List.of(HOST) : List.of());
  }

  /** This, changed. An etherstub for which an address is named has it from then on. */
  public NetworkDns with(Change change) {
    return new NetworkDns(
        change.on().orElse(on || change.address().isPresent()),
        change.address().or(() -> address),
        change.domain().orElse(domain),
        change.forward().orElse(forward));
  }

  /** What is wrong with it on a network of {@code kind}. */
  public List<Fault> faults(Network.Kind kind, List<Subnet> subnets) {
    List<Fault> faults = new ArrayList<>();
    if (on && kind.hasParent()) {
      faults.add(
          new Fault(
              "dns",
              "others answer on a network of kind %s; Polder does on nat, internal and etherstub"
                  .formatted(kind.word())));
    }
    if (!forward.isEmpty() && kind != Network.Kind.NAT) {
      faults.add(
          new Fault(
              "dns_forward",
              "a network of kind %s does not lead outside, nor do questions"
                  .formatted(kind.word())));
    }
    if (on && kind == Network.Kind.ETHERSTUB && address.isEmpty()) {
      faults.add(
          new Fault(
              "dns_address", "is missing: the host has no address on an etherstub otherwise"));
    }
    address.ifPresent(each -> check(each, kind, subnets, faults));
    for (String each : forward) {
      if (!each.equals(HOST)
          && subnets.stream().anyMatch(s -> s.gateway().equals(Optional.of(IpAddress.of(each))))) {
        faults.add(
            new Fault("dns_forward", "'%s' is where the questions come from".formatted(each)));
      }
    }
    return faults;
  }

  private static void check(
      IpAddress address, Network.Kind kind, List<Subnet> subnets, List<Fault> faults) {
    Optional<Subnet> subnet =
        subnets.stream().filter(each -> each.cidr().contains(address)).findFirst();
    if (kind != Network.Kind.ETHERSTUB) {
      faults.add(
          new Fault(
              "dns_address",
              "is an etherstub's; on a network of kind %s the gateway answers"
                  .formatted(kind.word())));
    } else if (subnet.isEmpty() || !subnet.get().cidr().isHost(address)) {
      faults.add(
          new Fault("dns_address", "%s is no host's address in its subnets".formatted(address)));
    } else if (subnet.get().gateway().equals(Optional.of(address))) {
      faults.add(new Fault("dns_address", "%s is the gateway".formatted(address)));
    }
  }
}
