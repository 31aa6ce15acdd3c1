package polder.model.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Subnet;
import polder.model.Vxlan;

/** Networks come out of their JSON as they went in; see {@link RoundTripTest}. */
class NetworkRoundTripTest {
  @Test
  void networks() {
    RoundTripTest.rounds(
        (any, i) -> {
          Network.Kind kind = any.pick(Network.Kind.values());
          Subnet four =
              new Subnet(
                  Cidr.of("10.%d.0.0/16".formatted(any.number(0, 255))),
                  Optional.empty(),
                  Optional.empty());
          Subnet six =
              new Subnet(
                  Cidr.of("fd00:%x::/64".formatted(any.number(1, 0xffff))),
                  Optional.empty(),
                  Optional.empty());
          List<Subnet> subnets = List.of(four.completed(kind), six.completed(kind));
          Optional<String> parent =
              kind.hasParent() ? Optional.of("br" + any.one()) : Optional.empty();
          NetworkDns.Change dns =
              new NetworkDns.Change(
                  any.maybe(() -> false),
                  kind == Network.Kind.ETHERSTUB
                      ? any.maybe(() -> four.cidr().address().plus(53))
                      : Optional.empty(),
                  any.maybe(() -> "lab.example"),
                  kind == Network.Kind.NAT
                      ? any.maybe(() -> List.of("host", "192.0.2.53"))
                      : any.maybe(List::of));
          List<IpAddress> remotes = List.of(IpAddress.of("192.0.2." + any.number(1, 99)));
          Optional<Vxlan> vxlan =
              kind == Network.Kind.ETHERSTUB
                  ? any.maybe(
                      () ->
                          new Vxlan(
                              (int) any.number(1, Vxlan.LAST_VNI),
                              remotes,
                              any.maybe(() -> IpAddress.of("192.0.2.100")),
                              (int) any.number(1, 0xffff)))
                  : Optional.empty();
          Network network =
              new Network(
                  any.uuid(),
                  "n" + any.one(),
                  kind,
                  parent,
                  subnets,
                  (int) any.number(1280, 9000),
                  NetworkDns.standard(kind).with(dns),
                  vxlan,
                  "br" + any.one(),
                  any.number(0, 9),
                  any.maybe(any::raw));
          assertEquals(network, NetworkJson.read(RoundTripTest.text(NetworkJson.write(network))));
          NetworkRequest request =
              new NetworkRequest(
                  network.name(), kind, parent, subnets, any.maybe(() -> 1400), dns, vxlan);
          assertEquals(
              request, NetworkJson.readRequest(RoundTripTest.text(NetworkJson.write(request))));
          NetworkUpdate update =
              new NetworkUpdate(
                  any.maybe(() -> subnets), any.maybe(() -> 1400), dns, any.maybe(() -> remotes));
          assertEquals(
              update, NetworkJson.readUpdate(RoundTripTest.text(NetworkJson.write(update))));
        });
  }
}
