package polder.bench;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import polder.linux.Fd;
import polder.linux.Links;
import polder.linux.Namespace;
import polder.linux.NetworkStack;
import polder.linux.Route;
import polder.model.Brand;
import polder.model.Cidr;
import polder.model.Host;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/**
 * What a card adds to a zone's start, and what the kernel itself asks for the same: a pair of
 * interfaces, one a port of the bridge, an address and a route.
 */
final class Cards implements AutoCloseable {
  /** The network of all rows; closed when the stage is. */
  static final String NETWORK = "bench";

  private static final String ADDRESS = "02:be:00:00:00:01";
  private static final String BARE = "benchcard";
  private static final int MTU = 1500;

  private final Host host;

  private Cards(Stage stage) {
    this.host = ZoneHost.of(stage).host();
    Subnet subnet = new Subnet(Cidr.of("10.203.0.0/20"), Optional.empty(), Optional.empty());
    try {
      host.networks().create(NetworkRequest.of(NETWORK, Network.Kind.ETHERSTUB).with(subnet));
    } catch (PolderException e) {
      throw new Missing(String.valueOf(e.getMessage()));
    }
  }

  /** The stage's. */
  static Cards of(Stage stage) {
    return stage.prop(Cards.class, Cards::new);
  }

  /** One that sleeps, with a card or without. */
  ZoneSpec zone(String alias, boolean card) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, alias)
            .with(ZoneProperties.IMAGE, ZoneHost.IMAGE)
            .with(ZoneProperties.AUTOBOOT, false)
            .with(ZoneProperties.CMD, List.of("/bin/sleep", "1000000"));
    return card ? spec.with(ZoneProperties.NICS, List.of(Nic.on(NETWORK))) : spec;
  }

  /** How much longer a start with a card takes than one without, one after the other. */
  static Contender ours(Stage stage) {
    Cards own = of(stage);
    ZoneRef plain = ZoneRef.of(own.host.zones().create(own.zone("bench-plain", false)).uuid());
    ZoneRef card = ZoneRef.of(own.host.zones().create(own.zone("bench-card", true)).uuid());
    return new Contender() {
      @Override
      public double measure() {
        return own.start(card) - own.start(plain);
      }

      @Override
      public void close() {
        own.host.zones().delete(plain, true);
        own.host.zones().delete(card, true);
      }
    };
  }

  private double start(ZoneRef zone) {
    double took = Contender.milliseconds(() -> host.zones().start(zone));
    host.zones().stop(zone, StopOptions.FORCED);
    return took;
  }

  /** The same messages to the kernel and nothing else, for a zone that runs without a card. */
  static Contender bare(Stage stage) {
    Cards own = of(stage);
    Zone zone = own.host.zones().create(own.zone("bench-bare", false));
    ZoneRef ref = ZoneRef.of(zone.uuid());
    int pid = own.host.zones().start(ref).status().pid().orElseThrow();
    Fd network = Namespace.NET.of(pid);
    NetworkStack here = NetworkStack.own();
    NetworkStack there = NetworkStack.of(network);
    int bridge = bridge(here.links(), MTU);
    return new Contender() {
      @Override
      public double measure() {
        try {
          return Contender.milliseconds(() -> plug(here, there, bridge, network));
        } finally {
          here.links().find(BARE).ifPresent(link -> here.links().remove(link.index()));
        }
      }

      @Override
      public void close() {
        here.links().remove(bridge);
        here.close();
        there.close();
        network.close();
        own.host.zones().delete(ref, true);
      }
    };
  }

  /** A bridge that is up, by its index. */
  static int bridge(Links links, int mtu) {
    String name = "benchbridge";
    links.addBridge(name, "02:be:00:00:00:00", mtu);
    int index = links.find(name).orElseThrow().index();
    links.raise(index);
    return index;
  }

  private static void plug(NetworkStack here, NetworkStack there, int bridge, Fd network) {
    here.links().addPort(BARE, bridge, MTU, new Links.Peer("net0", ADDRESS, network));
    int inside = there.links().find("net0").orElseThrow().index();
    there.addresses().add(inside, address("10.204.0.2"), 24);
    there.links().raise(inside);
    there
        .routes()
        .add(
            new Route(
                address("0.0.0.0"), 0, Optional.of(address("10.204.0.1")), OptionalInt.of(inside)));
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e); // no name is looked up
    }
  }

  @Override
  public void close() {
    host.networks().delete(NETWORK);
  }
}
