package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.json.NetworkJson;

class VxlanTest {
  private static final IpAddress OTHER = IpAddress.of("192.0.2.2");
  private static final Subnet SUBNET =
      new Subnet(Cidr.of("10.4.0.0/24"), Optional.empty(), Optional.empty());

  @Test
  void allFaultsAreToldAtOnce() {
    List<IpAddress> remotes =
        List.of(OTHER, OTHER, IpAddress.of("fd00::1"), IpAddress.of("10.4.0.9"));
    Vxlan vxlan = new Vxlan(1 << 24, remotes, Optional.of(OTHER), 0);
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () -> NetworkRequest.of("grid", Network.Kind.NAT).with(SUBNET).with(vxlan));
    assertEquals(
        List.of(
            "subnets", // has no pool
            "vxlan", // is out of range; is of etherstubs
            "vxlan",
            "vxlan_port",
            "vxlan_remotes", // one twice; another family; this host's own; in the network itself
            "vxlan_remotes",
            "vxlan_remotes",
            "vxlan_remotes"),
        refusal.faults().stream().map(Fault::path).sorted().toList());
  }

  @Test
  void noOtherHostIsNoNetworkOfSeveral() {
    for (List<IpAddress> each : List.of(List.<IpAddress>of(), List.of(IpAddress.of("224.0.0.1")))) {
      Vxlan vxlan = new Vxlan(42, each, Optional.empty(), Vxlan.PORT);
      assertThrows(
          PolderException.class,
          () -> NetworkRequest.of("grid", Network.Kind.ETHERSTUB).with(vxlan));
    }
  }

  @Test
  void itsPropertiesAreNothingWithoutItsNumber() {
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () ->
                NetworkJson.readRequest(
                    Json.read(
                        """
                        {"name": "grid", "kind": "etherstub", "vxlan_remotes": ["192.0.2.2"]}
                        """)));
    assertTrue(refusal.toString().contains("vxlan_remotes"), refusal::toString);
  }

  @Test
  void whatItAddsDependsOnTheWay() {
    assertEquals(50, new Vxlan(42, List.of(OTHER), Optional.empty(), 4789).overhead());
    IpAddress six = IpAddress.of("fd00::2");
    assertEquals(70, new Vxlan(42, List.of(six), Optional.empty(), 4789).overhead());
  }

  @Test
  void otherHostsAreOfTheFamilyThatTheyHadFirst() {
    Network network =
        new Network(
            UUID.randomUUID(),
            "grid",
            Network.Kind.ETHERSTUB,
            Optional.empty(),
            List.of(),
            1430,
            NetworkDns.standard(Network.Kind.ETHERSTUB),
            Optional.of(new Vxlan(42, List.of(OTHER), Optional.empty(), Vxlan.PORT)),
            "grid",
            0,
            Optional.empty());
    assertEquals(List.of(), network.faults(reaching("192.0.2.3")));
    assertEquals(
        List.of("vxlan_remotes"),
        network.faults(reaching("fd00::2")).stream().map(Fault::path).toList());
  }

  private static NetworkUpdate reaching(String remote) {
    return new NetworkUpdate(
        Optional.empty(),
        Optional.empty(),
        NetworkDns.Change.NONE,
        Optional.of(List.of(IpAddress.of(remote))));
  }
}
