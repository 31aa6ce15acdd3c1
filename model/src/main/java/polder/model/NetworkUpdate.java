package polder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to change in a network; what is absent stays. Zones that run have it at their next start,
 * but for what is answered for names, and which other hosts it reaches, which is so at once.
 *
 * @param subnets all that it has from now on
 * @param mtu as in {@link NetworkRequest}
 * @param dns what changes of {@link Network#dns}
 * @param remotes all other hosts that it reaches from now on, of one with a {@link Network#vxlan}
 */
public record NetworkUpdate(
    Optional<List<Subnet>> subnets,
    Optional<Integer> mtu,
    NetworkDns.Change dns,
    Optional<List<IpAddress>> remotes) {
  /** One that changes no remotes. */
  public NetworkUpdate(
      Optional<List<Subnet>> subnets, Optional<Integer> mtu, NetworkDns.Change dns) {
    this(subnets, mtu, dns, Optional.empty());
  }

  /** Checks what must hold between them; all faults at once. */
  public NetworkUpdate {
    subnets = subnets.map(List::copyOf);
    remotes = remotes.map(List::copyOf);
    List<Fault> faults = new ArrayList<>();
    NetworkRequest.check(subnets.orElse(List.of()), mtu, faults);
    dns.check(faults);
    if (!faults.isEmpty()) {
      throw new PolderException("the update is refused", faults);
    }
  }
}
