package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PublishedPortTest {
  private static final Network OUT = network("out", Network.Kind.NAT, "10.1.0.0/24");
  private static final Network BOTH = network("both", Network.Kind.NAT, "10.2.0.0/24", "fd00::/64");
  private static final Network STUB = network("stub", Network.Kind.ETHERSTUB, "10.3.0.0/24");

  private final Leases leases =
      new Leases(new java.util.concurrent.atomic.AtomicLong()::incrementAndGet);

  @Test
  void itIsReadAndWrittenAsDockerDoes() {
    for (String text :
        List.of(
            "80",
            "8080:80",
            "127.0.0.1:8080:80",
            "127.0.0.1::80",
            "[2001:db8::1]:8080:80",
            "[::]:53:53/udp",
            "0.0.0.0:1:65535/sctp",
            "8000-8010:9000-9010/udp")) {
      assertEquals(text, PublishedPort.of(text).toString());
    }
    assertEquals("8080:80", PublishedPort.of("8080:80/tcp").toString());
    assertEquals("80", PublishedPort.of("80-80").toString());
  }

  @Test
  void whatMeansNothingIsRefused() {
    for (String text :
        List.of(
            "",
            ":",
            ":80",
            "0",
            "80:0",
            "65536",
            "65000-65536:1-537",
            "80-79",
            "8000-8010:80",
            "80/icmp",
            "80/TCP",
            "localhost:80:80",
            "127.0.0.1:80",
            "127.0.0.1:80:",
            "[::1]:80:80",
            "[fe80::1]:80:80",
            "224.0.0.1:80:80",
            "2001:db8::1:80:80",
            "1:2:3",
            "+80",
            " 80",
            "80\n",
            "8080:80/tcp/udp",
            "127.1:80:80",
            "999999999999:80")) {
      assertThrows(PolderException.class, () -> PublishedPort.of(text), text);
    }
  }

  @Test
  void twoMeetIfAPacketCouldBeMeantForBoth() {
    assertMeet("80:1", "80:2");
    assertMeet("80:1", "192.0.2.1:80:2");
    assertMeet("0.0.0.0:80:1", "192.0.2.1:80:2");
    assertMeet("70-90:70-90", "80:2");
    assertMeet("[::]:80:1", "[2001:db8::1]:80:1");
    assertApart("80:1", "80:1/udp");
    assertApart("80:1", "81:1");
    assertApart("192.0.2.1:80:1", "192.0.2.2:80:1");
    assertApart("0.0.0.0:80:1", "[::]:80:1");
    assertApart("70-79:70-79", "80:2");
  }

  private static void assertMeet(String one, String other) {
    assertTrue(PublishedPort.of(one).meets(PublishedPort.of(other)), one + " and " + other);
    assertTrue(PublishedPort.of(other).meets(PublishedPort.of(one)), other + " and " + one);
  }

  private static void assertApart(String one, String other) {
    assertFalse(PublishedPort.of(one).meets(PublishedPort.of(other)), one + " and " + other);
    assertFalse(PublishedPort.of(other).meets(PublishedPort.of(one)), other + " and " + one);
  }

  @Test
  void aPortIsOneZonesAndNoPrograms() {
    ZoneSpec first = take(HostPorts.FREE, nic("out", "8080:80", "53:53/udp"));
    leases.keep(first);
    HostPorts host = host(false, "127.0.0.1:25:25");
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () ->
                take(
                    host,
                    nic("out", "192.0.2.1:8080:80", "[::]:1:1", "25:25", "9:9/sctp", "53:53/tcp")));
    assertEquals(
        List.of("nics[0].ports[0]", "nics[0].ports[1]", "nics[0].ports[2]", "nics[0].ports[3]"),
        refusal.faults().stream().map(Fault::path).toList());
    assertEquals(
        "a program or a balance of the host's listens at 127.0.0.1:25/tcp",
        refusal.faults().get(2).message());
    refused("of kind etherstub", nic("stub", "80:80"));
    take(host, nic("both", "[::]:1:1"));
    leases.release(first.uuid());
    take(host, nic("out", "192.0.2.1:8080:80"));
    assertEquals(
        List.of("nics[0].ports[1]"),
        Leases.taken(zone(nic("out", "1:1", "25:25")), host).stream().map(Fault::path).toList());
  }

  @Test
  void aFreePortIsGivenAndKept() {
    HostPorts host = host(true, "49152:49152", "49154:49154/udp");
    ZoneSpec spec = take(host, nic("out", "80", "443", "127.0.0.1::5-7/udp"));
    assertEquals(List.of("49153:80", "49154:443"), written(spec).subList(0, 2));
    assertEquals("127.0.0.1:49155-49157:5-7/udp", written(spec).get(2));
    assertEquals(spec, spec.checked());
  }

  @Test
  void aPayloadHasEachPortOnce() {
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () -> zone(nic("out", "80:80", "127.0.0.1:80:81", "1-1025:1-1025/udp")).checked());
    assertEquals(
        List.of("nics[0].ports[1]", "nics"), refusal.faults().stream().map(Fault::path).toList());
  }

  private void refused(String words, Nic nic) {
    PolderException e = assertThrows(PolderException.class, () -> take(HostPorts.FREE, nic), words);
    assertTrue(e.toString().contains(words), e::toString);
  }

  private ZoneSpec take(HostPorts host, Nic nic) {
    return leases.take(
        zone(nic),
        name -> List.of(OUT, BOTH, STUB).stream().filter(n -> n.name().equals(name)).findFirst(),
        host);
  }

  private static List<String> written(ZoneSpec spec) {
    return spec.get(ZoneProperties.NICS).getFirst().ports().stream()
        .map(PublishedPort::toString)
        .toList();
  }

  private static ZoneSpec zone(Nic nic) {
    return ZoneSpec.of(Brand.NATIVE)
        .with(ZoneProperties.ZONE_UUID, UUID.randomUUID())
        .with(ZoneProperties.NICS, List.of(nic));
  }

  private static Nic nic(String network, String... ports) {
    return Nic.on(network).with(List.of(ports).stream().map(PublishedPort::of).toList());
  }

  private static HostPorts host(boolean sctp, String... listening) {
    return new HostPorts() {
      @Override
      public boolean can(PublishedPort.Protocol protocol) {
        return sctp || protocol != PublishedPort.Protocol.SCTP;
      }

      @Override
      public List<PublishedPort> listening() {
        return List.of(listening).stream().map(PublishedPort::of).toList();
      }
    };
  }

  private static Network network(String name, Network.Kind kind, String... subnets) {
    return new Network(
        UUID.randomUUID(),
        name,
        kind,
        Optional.empty(),
        List.of(subnets).stream()
            .map(each -> new Subnet(Cidr.of(each), Optional.empty(), Optional.empty()))
            .map(each -> each.completed(kind))
            .toList(),
        1500,
        NetworkDns.standard(kind),
        Optional.empty(),
        name,
        0,
        Optional.empty());
  }
}
