package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class NetworkDnsTest {
  private static final Subnet SUBNET =
      new Subnet(Cidr.of("10.1.0.0/24"), Optional.empty(), Optional.empty());

  private static NetworkDns.Change change(
      Boolean on, String address, String domain, List<String> forward) {
    return new NetworkDns.Change(
        Optional.of(on),
        Optional.of(address).filter(each -> !each.isEmpty()).map(IpAddress::of),
        Optional.of(domain),
        Optional.of(forward));
  }

  private static Set<String> faults(Network.Kind kind, NetworkDns.Change change) {
    PolderException refusal =
        assertThrows(
            PolderException.class, () -> NetworkRequest.of("lab", kind).with(SUBNET).with(change));
    return refusal.faults().stream().map(Fault::path).collect(Collectors.toSet());
  }

  @Test
  void aNetworkThatTheHostIsOnHasNamesUnlessItSaysOtherwise() {
    assertEquals(
        new NetworkDns(true, Optional.empty(), "internal", List.of("host")),
        NetworkDns.standard(Network.Kind.NAT));
    assertEquals(List.of(), NetworkDns.standard(Network.Kind.INTERNAL).forward());
    for (Network.Kind each :
        List.of(Network.Kind.ETHERSTUB, Network.Kind.BRIDGE, Network.Kind.MACVLAN)) {
      assertEquals(false, NetworkDns.standard(each).on());
    }
  }

  @Test
  void whatCannotBeIsRefusedAllAtOnce() {
    assertEquals(
        Set.of("dns_domain", "dns_forward"),
        faults(Network.Kind.NAT, change(true, "", "a..b", List.of("a.example"))));
    assertEquals(
        Set.of("dns_address", "dns_forward"),
        faults(Network.Kind.NAT, change(true, "10.1.0.9", "lab", List.of("10.1.0.1"))));
    assertEquals(
        Set.of("dns_forward"),
        faults(Network.Kind.INTERNAL, change(true, "", "lab", List.of("host"))));
    assertEquals(
        Set.of("dns_address"), faults(Network.Kind.ETHERSTUB, change(true, "", "lab", List.of())));
    assertEquals(
        Set.of("dns_address"),
        faults(Network.Kind.ETHERSTUB, change(true, "10.2.0.9", "lab", List.of())));
    assertThrows(
        PolderException.class, () -> new NetworkDns(true, Optional.empty(), "x\ny", List.of()));
  }

  @Test
  void anAddressOnAnEtherstubTurnsItOn() {
    NetworkRequest request =
        NetworkRequest.of("lab", Network.Kind.ETHERSTUB)
            .with(SUBNET)
            .with(
                new NetworkDns.Change(
                    Optional.empty(),
                    Optional.of(IpAddress.of("10.1.0.53")),
                    Optional.empty(),
                    Optional.empty()));

    assertEquals(true, NetworkDns.standard(Network.Kind.ETHERSTUB).with(request.dns()).on());
  }
}
