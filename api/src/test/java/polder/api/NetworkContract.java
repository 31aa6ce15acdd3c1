package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import polder.model.Cidr;
import polder.model.ErrorKind;
import polder.model.IpAddress;
import polder.model.MacAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Subnet;
import polder.model.Vxlan;
import polder.model.Zone;
import polder.model.ZoneProperties;

/**
 * What networks mean, on every {@link polder.model.Host}. Nothing is started, so nothing is made.
 */
abstract class NetworkContract extends ContractSetting {
  @Test
  void aNetworkIsMadeUsedChangedAndTakenAway() {
    Subnet small = new Subnet(Cidr.of("10.213.0.0/29"), Optional.empty(), Optional.empty());
    NetworkRequest request = NetworkRequest.of("contract", Network.Kind.ETHERSTUB).with(small);
    Network made = host.networks().create(request);
    assertEquals(made, host.networks().get("contract"));
    assertEquals(made, host.networks().get(made.uuid().toString()));
    assertTrue(host.networks().list().contains(made));
    assertEquals("10.213.0.1-10.213.0.6", made.subnets().getFirst().pool().orElseThrow() + "");
    assertKind(ErrorKind.EXISTS, () -> host.networks().create(request));

    Zone zone =
        host.zones()
            .create(spec("a", "true").with(ZoneProperties.NICS, List.of(Nic.on("contract"))));
    this.made.add(zone.uuid());
    Nic nic = zone.spec().get(ZoneProperties.NICS).getFirst();
    assertEquals(Optional.of("eth0"), nic.name());
    assertTrue(nic.mac().isPresent());
    assertEquals(List.of(Cidr.of("10.213.0.1/29")), nic.addresses());
    assertEquals(1, host.networks().get("contract").nics());
    assertKind(ErrorKind.WRONG_STATE, () -> host.networks().delete("contract"));
    Subnet other = new Subnet(Cidr.of("10.214.0.0/24"), Optional.empty(), Optional.empty());
    assertKind(
        ErrorKind.INVALID,
        () ->
            host.networks()
                .update(
                    "contract",
                    new NetworkUpdate(
                        Optional.of(List.of(other)), Optional.empty(), NetworkDns.Change.NONE)));
    assertEquals(
        1400,
        host.networks()
            .update(
                "contract",
                new NetworkUpdate(Optional.empty(), Optional.of(1400), NetworkDns.Change.NONE))
            .mtu());
    IpAddress resolver = IpAddress.of("10.213.0.6");
    NetworkDns.Change names =
        new NetworkDns.Change(
            Optional.empty(), Optional.of(resolver), Optional.of("lab.test"), Optional.empty());
    NetworkUpdate answering = new NetworkUpdate(Optional.empty(), Optional.empty(), names);
    assertEquals(List.of(resolver), host.networks().update("contract", answering).resolvers());
    assertEquals("lab.test", host.networks().get("contract").dns().domain());
    NetworkDns.Change outside =
        new NetworkDns.Change(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(List.of("host")));
    assertKind(
        ErrorKind.INVALID,
        () ->
            host.networks()
                .update(
                    "contract", new NetworkUpdate(Optional.empty(), Optional.empty(), outside)));
    Nic taken =
        Nic.on("contract")
            .settled("eth0", MacAddress.local(77), "contract", List.of(Cidr.of("10.213.0.6/29")));
    assertKind(
        ErrorKind.INVALID,
        () -> host.zones().create(spec("c", "true").with(ZoneProperties.NICS, List.of(taken))));
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () ->
                host.zones()
                    .create(spec("b", "true").with(ZoneProperties.NICS, List.of(Nic.on("none")))));
    assertEquals("nics[0].nic_tag", refusal.faults().getFirst().path());

    Patch plugging = new Patch(Map.of("add_nics", List.of(Map.of("nic_tag", "contract"))));
    assertFalse(host.zones().update(ref("a"), plugging, false).refused());
    List<Nic> nics = host.zones().get(ref("a")).spec().get(ZoneProperties.NICS);
    assertEquals(List.of(Cidr.of("10.213.0.2/29")), nics.getLast().addresses());
    assertEquals(Optional.of("eth1"), nics.getLast().name());
    Patch unplugging = new Patch(Map.of("remove_nics", List.of(nic.mac().orElseThrow().value())));
    assertFalse(host.zones().update(ref("a"), unplugging, false).refused());
    assertKind(ErrorKind.INVALID, () -> host.zones().update(ref("a"), unplugging, false));
    assertEquals(1, host.networks().get("contract").nics());
    assertEquals(List.of(), host.networks().counters(), "it does not run");
    host.zones().delete(ref("a"), false);
    assertEquals(0, host.networks().get("contract").nics());
    host.networks().delete("contract");
    assertKind(ErrorKind.NOT_FOUND, () -> host.networks().get("contract"));
    assertKind(ErrorKind.NOT_FOUND, () -> host.networks().delete("contract"));
    assertKind(ErrorKind.INVALID, () -> host.networks().get("no/such"));
  }

  @Test
  void aNetworkIsOneWithThoseOfOtherHosts() {
    Subnet.Range own = Subnet.Range.of("10.215.0.10-10.215.0.19");
    Subnet subnet = new Subnet(Cidr.of("10.215.0.0/24"), Optional.empty(), Optional.of(own));
    Vxlan carrier =
        new Vxlan(4242, List.of(IpAddress.of("192.0.2.9")), Optional.empty(), Vxlan.PORT);
    NetworkRequest request =
        NetworkRequest.of("contract", Network.Kind.ETHERSTUB).with(subnet).with(carrier);
    Network made = created(request);
    assertEquals(Optional.of(carrier), made.vxlan());
    assertTrue(made.mtu() <= 1450, "what the way to the others leaves: " + made.mtu());
    assertEquals(made, host.networks().get("contract"));
    List<IpAddress> others = List.of(IpAddress.of("192.0.2.10"), IpAddress.of("192.0.2.11"));
    Network changed = host.networks().update("contract", remotes(others));
    assertEquals(Optional.of(carrier.with(others)), changed.vxlan());
    List<IpAddress> six = List.of(IpAddress.of("2001:db8::9"));
    assertKind(ErrorKind.INVALID, () -> host.networks().update("contract", remotes(six)));
    assertEquals(changed, host.networks().get("contract"));
    host.networks().delete("contract");
  }

  private static NetworkUpdate remotes(List<IpAddress> others) {
    return new NetworkUpdate(
        Optional.empty(), Optional.empty(), NetworkDns.Change.NONE, Optional.of(others));
  }

  private Network created(NetworkRequest request) {
    try {
      return host.networks().create(request);
    } catch (PolderException e) {
      Assumptions.assumeTrue(e.kind() != ErrorKind.UNSUPPORTED, e::getMessage);
      throw e;
    }
  }
}
