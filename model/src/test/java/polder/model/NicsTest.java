package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NicsTest {
  @Test
  void aNicOfSmartosDocumentationIsTaken() {
    Nic nic =
        nics("""
                [{"interface": "net0", "mac": "b2:1e:ba:a5:6e:71", "nic_tag": "external",
                  "ip": "10.2.121.71", "netmask": "255.255.0.0", "gateway": "10.2.121.1",
                  "vlan_id": 0, "primary": true, "dhcp_server": true}]
                """)
            .getFirst();
    assertEquals(Optional.of("net0"), nic.name());
    assertEquals(Optional.of(List.of("10.2.121.71/16")), nic.ips());
    assertEquals(List.of(IpAddress.of("10.2.121.1")), nic.gateways());
    assertTrue(nic.primary());
    assertEquals(new Nic.Freedoms(false, false, true, false), nic.freedoms());
  }

  @Test
  void oldWordsBecomeNewOnes() {
    assertEquals(
        "[{\"nic_tag\":\"a\",\"ips\":[\"dhcp\"]}]",
        written("[{\"nic_tag\": \"a\", \"ip\": \"dhcp\", \"vlan_id\": 0}]"));
    assertEquals(
        "[{\"nic_tag\":\"a\",\"ips\":[\"10.0.0.2/24\"],\"allow_dhcp_spoofing\":true}]",
        written(
            "[{\"nic_tag\": \"a\", \"ips\": [\"10.0.0.2/24\"], \"ip\": \"10.0.0.2\", \"netmask\":"
                + " \"255.255.255.0\", \"dhcp_server\": true}]"));
  }

  @Test
  void allFaultsAreToldAtOnce() {
    PolderException e =
        assertThrows(
            PolderException.class,
            () ->
                nics(
                    """
                    [{"nic_tag": "A/b", "mac": "01:00:00:00:00:01", "vlan_id": 7, "model": "ne2000",
                      "ips": ["10.0.0.300/8", "addrconf"], "mtu": 100, "interface": "lo",
                      "allowed_ips": ["x"], "gatways": []}]
                    """));
    List<String> paths = e.faults().stream().map(Fault::path).sorted().toList();
    assertEquals(
        List.of(
            "nics[0].allowed_ips[0]",
            "nics[0].gatways",
            "nics[0].interface",
            "nics[0].ips[0]",
            "nics[0].mac",
            "nics[0].model",
            "nics[0].mtu",
            "nics[0].nic_tag",
            "nics[0].vlan_id"),
        paths);
    assertTrue(e.toString().contains("no VLANs"), e::toString);
    assertTrue(e.toString().contains("rtl8139"), e::toString);
  }

  @Test
  void aBandwidthIsBitsASecond() {
    String text =
        "[{\"nic_tag\":\"a\",\"bandwidth\":{\"in\":\"1500k\",\"out\":\"2G\",\"out_burst\":\"64K\"}}]";
    assertEquals(text, written(text));
    assertEquals(1_500_000, nics(text).getFirst().bandwidth().in().orElseThrow().rate());
    for (String wrong :
        java.util.List.of(
            "{\"in\": \"1\"}",
            "{\"in\": \"200G\"}",
            "{\"in\": \"1.5M\"}",
            "{\"in\": \"10m\"}",
            "{\"in\": 1000000}",
            "{\"in_burst\": \"64K\"}",
            "{\"out\": \"1M\", \"out_burst\": \"1\"}")) {
      assertThrows(
          PolderException.class,
          () -> nics("[{\"nic_tag\": \"a\", \"bandwidth\": " + wrong + "}]"),
          wrong);
    }
  }

  @Test
  void nicsFitTogether() {
    refused("nics[1].mac", nic("02:00:00:00:00:01", ""), nic("02:00:00:00:00:01", ""));
    refused("nics[1].interface", nic("", "eth1"), nic("", "eth1"));
    refused(
        "nics",
        "{\"nic_tag\": \"a\", \"primary\": true}",
        "{\"nic_tag\": \"b\", \"primary\": true}");
    refused(
        "nics[1].ips",
        "{\"nic_tag\": \"a\", \"ips\": [\"10.0.0.2/8\"]}",
        "{\"nic_tag\": \"b\", \"ips\": [\"10.0.0.2/16\"]}");
    refused(
        "nics[0].gateways",
        "{\"nic_tag\": \"a\", \"ips\": [\"10.0.0.2/24\"], \"gateways\": [\"10.0.1.1\"]}");
    refused(
        "nics[0].gateways",
        "{\"nic_tag\": \"a\", \"ips\": [\"10.0.0.2/24\"], \"gateways\": [\"10.0.0.2\"]}");
    refused("nics[0]", "{\"nic_tag\": \"a\", \"primary\": false}");
    refused("nics[0]", "{\"ips\": [\"dhcp\"]}");
    refused("nics[0]", "{\"nic_tag\": \"a\", \"ip\": \"10.0.0.1\"}");
    refused("nics[0]", "{\"nic_tag\": \"a\", \"ip\": \"10.0.0.1\", \"netmask\": \"255.0.255.0\"}");
    for (String ip :
        List.of(
            "10.0.0.0/24", "10.0.0.255/24", "127.0.0.1/8", "224.0.0.1/4", "fe80::1/64", "::1/64")) {
      refused("nics[0].ips[0]", "{\"nic_tag\": \"a\", \"ips\": [\"%s\"]}".formatted(ip));
    }
  }

  @Test
  void routesLeadByNics() {
    ZoneSpec spec =
        ZoneSpec.read(
            Json.object(
                """
                {"nics": [{"nic_tag": "a", "ips": ["10.1.0.2/24"]},
                          {"nic_tag": "b", "mac": "02:00:00:00:00:09", "ips": ["10.2.0.2/24"]}],
                 "routes": {"10.9.0.0/16": "10.2.0.1", "10.8.0.0/16": "nics[0]",
                            "192.0.2.7": "macs[2:0:0:0:0:9]"}}
                """));
    assertEquals(
        List.of(
            new NicRules.Way(Cidr.of("10.9.0.0/16"), Optional.of(IpAddress.of("10.2.0.1")), 1),
            new NicRules.Way(Cidr.of("10.8.0.0/16"), Optional.empty(), 0),
            new NicRules.Way(Cidr.of("192.0.2.7/32"), Optional.empty(), 1)),
        NicRules.ways(spec));
    for (String bad :
        List.of(
            "\"10.9.0.1/16\": \"10.1.0.1\"",
            "\"10.9.0.0/16\": \"10.3.0.1\"",
            "\"10.9.0.0/16\": \"nics[1]\"",
            "\"10.9.0.0/16\": \"macs[02:00:00:00:00:09]\"",
            "\"10.9.0.0/16\": \"fd00::1\"",
            "\"everywhere\": \"10.1.0.1\"")) {
      PolderException e =
          assertThrows(
              PolderException.class,
              () ->
                  ZoneSpec.read(
                      Json.object(
                          "{\"nics\": [{\"nic_tag\": \"a\", \"ips\": [\"10.1.0.2/24\"]}],"
                              + " \"routes\": {%s}}".formatted(bad))),
              bad);
      assertTrue(e.faults().getFirst().path().startsWith("routes"), e::toString);
    }
  }

  private static String nic(String mac, String name) {
    return "{\"nic_tag\": \"a\"%s%s}"
        .formatted(
            mac.isEmpty() ? "" : ", \"mac\": \"%s\"".formatted(mac),
            name.isEmpty() ? "" : ", \"interface\": \"%s\"".formatted(name));
  }

  private static void refused(String path, String... nics) {
    PolderException e =
        assertThrows(PolderException.class, () -> nics("[" + String.join(", ", nics) + "]"), path);
    assertEquals(path, e.faults().getFirst().path(), e.toString());
  }

  private static List<Nic> nics(String json) {
    return ZoneSpec.read(Json.object("{\"nics\": %s}".formatted(json))).get(ZoneProperties.NICS);
  }

  private static String written(String json) {
    return Json.write(
        ZoneSpec.read(Json.object("{\"nics\": %s}".formatted(json))).write().get("nics"));
  }
}
