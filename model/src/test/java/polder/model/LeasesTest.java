package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeasesTest {
  private static final Network LAB = network("lab", Network.Kind.NAT, "10.1.0.0/24", "fd00::/64");
  private static final Network SMALL = network("small", Network.Kind.ETHERSTUB, "10.2.0.0/30");
  private static final Network OPEN = network("open", Network.Kind.ETHERSTUB);
  private static final Network SHARED = network("shared", Network.Kind.MACVLAN);

  private final AtomicLong next = new AtomicLong();
  private final Leases leases = new Leases(next::incrementAndGet);

  @Test
  void whatIsLeftOpenIsDecidedOnce() {
    ZoneSpec spec = leases.take(zone(Nic.on("lab")), LeasesTest::find);
    Nic nic = spec.get(ZoneProperties.NICS).getFirst();
    assertEquals(Optional.of("eth0"), nic.name());
    assertEquals(Optional.of(MacAddress.local(1)), nic.mac());
    assertEquals(List.of(Cidr.of("10.1.0.2/24"), Cidr.of("fd00::2/64")), nic.addresses());
    assertEquals(spec, leases.take(spec, LeasesTest::find), "nothing is left to decide");
    assertEquals(spec, spec.checked());
  }

  @Test
  void twoHundredAtOnceHaveTwoHundredAddresses() throws Exception {
    List<Future<ZoneSpec>> taken = new ArrayList<>();
    try (ExecutorService many = Executors.newFixedThreadPool(16)) {
      for (int i = 0; i < 200; i++) {
        taken.add(many.submit(() -> leases.take(zone(Nic.on("lab")), LeasesTest::find)));
      }
    }
    Set<Object> different = new HashSet<>();
    for (Future<ZoneSpec> each : taken) {
      Nic nic = each.get().get(ZoneProperties.NICS).getFirst();
      assertTrue(different.add(nic.mac()));
      nic.addresses().forEach(address -> assertTrue(different.add(address), address::toString));
    }
    assertEquals(600, different.size());
    assertEquals(200, leases.on("lab").size());
  }

  @Test
  void aPoolRunsOutAndIsFilledAgain() {
    ZoneSpec first = leases.take(zone(Nic.on("small")), LeasesTest::find);
    leases.take(zone(Nic.on("small")), LeasesTest::find);
    refused("nics[0].ips", "no address is free", Nic.on("small"));
    leases.release(first.uuid());
    ZoneSpec again = leases.take(zone(Nic.on("small")), LeasesTest::find);
    assertEquals(addresses(first), addresses(again));
  }

  @Test
  void anAddressIsOneZones() {
    ZoneSpec spec = leases.take(zone(nic("lab", "10.1.0.9/24")), LeasesTest::find);
    refused("nics[0].ips", "another nic's", nic("lab", "10.1.0.9/24"));
    refused("nics[0].ips", "gateway", nic("lab", "10.1.0.1/24"));
    refused("nics[0].ips", "no subnet", nic("lab", "10.7.0.9/24"));
    refused("nics[0].ips", "no pool", nic("open", "dhcp"));
    refused("nics[0].ips", "/64", nic("open", "addrconf"));
    refused("nics[0].nic_tag", "no network 'none'", Nic.on("none"));
    refused("nics[0]", "cannot be watched".replace("cannot", "nothing can"), Nic.on("shared"));
    leases.take(zone(nic("open", "10.1.0.9/24")), LeasesTest::find); // another switch
    ZoneSpec other = leases.take(zone(nic("lab", "dhcp", "addrconf")), LeasesTest::find);
    assertEquals(
        List.of("10.1.0.2/24", "fd00::ff:fe00:" + Long.toHexString(next.get()) + "/64"),
        addresses(other));
    leases.keep(spec.without(ZoneProperties.NICS));
    leases.take(zone(nic("lab", "10.1.0.9/24")), LeasesTest::find);
  }

  @Test
  void aZoneThatChangesKeepsBothUntilItIsDecided() {
    ZoneSpec before = leases.take(zone(Nic.on("lab")), LeasesTest::find);
    leases.keep(before);
    ZoneSpec after =
        leases.take(
            before.with(ZoneProperties.NICS, List.of(nic("lab", "10.1.0.50/24"))),
            LeasesTest::find);
    refused("nics[0].ips", "another nic's", nic("lab", addresses(before).getFirst()));
    refused("nics[0].ips", "another nic's", nic("lab", "10.1.0.50/24"));
    leases.keep(after);
    ZoneSpec third = leases.take(zone(nic("lab", "dhcp")), LeasesTest::find);
    assertEquals(addresses(before).getFirst(), addresses(third).getFirst());
    assertNotEquals(addresses(after), addresses(third));
  }

  @Test
  void aPoolGivesNothingThatAnotherNicOfThePayloadNames() {
    ZoneSpec spec =
        ZoneSpec.of(Brand.NATIVE)
            .with(ZoneProperties.ZONE_UUID, UUID.randomUUID())
            .with(ZoneProperties.NICS, List.of(nic("lab", "dhcp"), nic("lab", "10.1.0.2/24")));
    List<Nic> nics = leases.take(spec, LeasesTest::find).get(ZoneProperties.NICS);
    assertEquals(List.of(Cidr.of("10.1.0.3/24")), nics.getFirst().addresses());
    assertEquals(List.of(Cidr.of("10.1.0.2/24")), nics.getLast().addresses());
  }

  @Test
  void aNicWithoutANameHasTheFirstThatIsFree() {
    Nic second = nic("lab", "10.1.0.9/24").settled("eth1", MacAddress.local(9), "lab", List.of());
    assertEquals(List.of("eth1", "eth2"), NicRules.names(List.of(second, Nic.on("lab"))));
    assertEquals(List.of("eth0", "eth1"), NicRules.names(List.of(Nic.on("lab"), second)));
  }

  private static List<String> addresses(ZoneSpec spec) {
    return spec.get(ZoneProperties.NICS).getFirst().ips().orElseThrow();
  }

  private void refused(String path, String words, Nic nic) {
    PolderException e =
        assertThrows(PolderException.class, () -> leases.take(zone(nic), LeasesTest::find), words);
    assertEquals(path, e.faults().getFirst().path(), e.toString());
    assertTrue(e.toString().contains(words), e::toString);
  }

  private static ZoneSpec zone(Nic nic) {
    return ZoneSpec.of(Brand.NATIVE)
        .with(ZoneProperties.ZONE_UUID, UUID.randomUUID())
        .with(ZoneProperties.NICS, List.of(nic));
  }

  private static Nic nic(String network, String... ips) {
    Nic on = Nic.on(network);
    return new Nic(
        on.name(),
        on.mac(),
        on.network(),
        on.networkUuid(),
        Optional.of(List.of(ips)),
        on.gateways(),
        on.mtu(),
        on.primary(),
        on.freedoms(),
        on.allowedIps(),
        on.ports(),
        on.bandwidth(),
        on.model());
  }

  private static Optional<Network> find(String name) {
    return List.of(LAB, SMALL, OPEN, SHARED).stream()
        .filter(each -> each.name().equals(name))
        .findFirst();
  }

  static Network network(String name, Network.Kind kind, String... subnets) {
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
