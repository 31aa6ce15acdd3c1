package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AddressesTest {
  @Test
  void addressesAreWrittenAsRfc5952HasThem() {
    Map<String, String> forms =
        Map.of(
            "10.0.0.255", "10.0.0.255",
            "2001:DB8::1", "2001:db8::1",
            "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1",
            "::", "::",
            "fe80:0:0:0:0:0:0:0", "fe80::",
            "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1",
            "0:0:0:0:0:0:0:7", "::7");
    forms.forEach((read, written) -> assertEquals(written, IpAddress.of(read).toString()));
    for (String text : forms.values()) {
      IpAddress address = IpAddress.of(text);
      assertEquals(address, IpAddress.of(address.bytes()));
      assertEquals(address.bytes().length * 8, address.bits());
    }
  }

  @Test
  void whatIsNoAddressIsRefused() {
    for (String text :
        List.of(
            "",
            "1",
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "01.2.3.4",
            "1.2.3.-4",
            "0x1.2.3.4",
            ":",
            ":::",
            "1::2::3",
            "12345::",
            "::ffff:1.2.3.4",
            "::ffff:102:304",
            "fe80::1%eth0",
            "[::1]",
            " 1.2.3.4",
            "1.2.3.4 ",
            "1.2.3.4\n",
            "localhost",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4::5:6:7:8",
            ":1::2",
            "1::2:",
            "g::")) {
      assertThrows(PolderException.class, () -> IpAddress.of(text), text);
    }
  }

  @Test
  void networksKnowTheirBounds() {
    Cidr four = Cidr.of("10.1.2.3/20");
    assertEquals("10.1.0.0/20", four.network().toString());
    assertEquals("10.1.15.255", four.last().toString());
    assertTrue(four.contains(IpAddress.of("10.1.15.1")));
    assertFalse(four.contains(IpAddress.of("10.1.16.0")));
    assertFalse(four.contains(IpAddress.of("::1")));
    assertFalse(four.isHost(IpAddress.of("10.1.15.255")));
    assertTrue(Cidr.of("10.0.0.0/31").isHost(IpAddress.of("10.0.0.0")), "RFC 3021");
    assertEquals("255.255.255.255", Cidr.of("0.0.0.0/0").last().toString());
    Cidr six = Cidr.of("2001:db8:1:2:3::/60");
    assertEquals("2001:db8:1::/60", six.network().toString());
    assertEquals("2001:db8:1:f:ffff:ffff:ffff:ffff", six.last().toString());
    assertEquals("fd00::/96", Cidr.of("fd00::1:2/96").network().toString());
    assertEquals("fd00::ffff:ffff", Cidr.of("fd00::/96").last().toString());
    assertTrue(Cidr.of("::/0").contains(IpAddress.of("ff02::1")));
    assertTrue(Cidr.of("10.0.0.0/8").overlaps(Cidr.of("10.2.0.0/16")));
    assertTrue(Cidr.of("10.2.0.0/16").overlaps(Cidr.of("10.0.0.0/8")));
    assertFalse(Cidr.of("10.2.0.0/16").overlaps(Cidr.of("10.3.0.0/16")));
    for (String text :
        List.of("10.0.0.1", "10.0.0.1/33", "::1/129", "10.0.0.1/-1", "10.0.0.1/08")) {
      assertThrows(PolderException.class, () -> Cidr.of(text), text);
    }
  }

  @Test
  void someAddressesAreNoHosts() {
    for (String text : List.of("0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255")) {
      assertFalse(IpAddress.of(text).isUnicast(), text);
    }
    for (String text : List.of("::", "::1", "ff02::1")) {
      assertFalse(IpAddress.of(text).isUnicast(), text);
    }
    assertTrue(IpAddress.of("fe80::1").isUnicast());
    assertTrue(IpAddress.of("fe80::1").isLinkLocal());
    assertFalse(IpAddress.of("fec0::1").isLinkLocal());
    assertTrue(IpAddress.of("169.254.9.9").isLinkLocal());
  }

  @Test
  void hardwareAddressesAreReadAsSmartosWritesThem() {
    assertEquals("02:08:20:0a:0b:cc", MacAddress.of("2:8:20:A:b:cc").value());
    assertEquals("02:00:00:00:00:07", MacAddress.local(7).value());
    assertEquals(
        "fe80::8:20ff:fe0a:bcc",
        new IpAddress(true, 0xfe80L << 48, MacAddress.of("2:8:20:a:b:cc").interfaceId())
            .toString());
    for (String text :
        List.of(
            "",
            "00:00:00:00:00:00",
            "01:00:5e:00:00:01",
            "02:00",
            "02-00-00-00-00-01",
            "02:00:00:00:00:001",
            "ff:ff:ff:ff:ff:ff")) {
      assertThrows(PolderException.class, () -> MacAddress.of(text), text);
    }
  }

  @Test
  void subnetsAreCompletedByWhereTheyLead() {
    Subnet plain =
        new Subnet(Cidr.of("10.1.0.0/24"), java.util.Optional.empty(), java.util.Optional.empty());
    Subnet nat = plain.completed(Network.Kind.NAT);
    assertEquals("10.1.0.1", nat.gateway().orElseThrow().toString());
    assertEquals("10.1.0.1-10.1.0.254", nat.pool().orElseThrow().toString());
    Subnet stub = plain.completed(Network.Kind.ETHERSTUB);
    assertTrue(stub.gateway().isEmpty());
    assertTrue(stub.pool().isPresent());
    assertEquals(plain, plain.completed(Network.Kind.BRIDGE), "others are on it");
    Subnet six =
        new Subnet(Cidr.of("fd00::/64"), java.util.Optional.empty(), java.util.Optional.empty())
            .completed(Network.Kind.NAT);
    assertEquals("fd00::1-fd00::ffff", six.pool().orElseThrow().toString());
  }
}
