package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import polder.brand.Lan;
import polder.model.Brand;
import polder.model.Cidr;
import polder.model.MacAddress;
import polder.model.Nic;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class EtcFilesTest {
  private static final ZoneSpec WEB = ZoneSpec.of(Brand.LX).with(ZoneProperties.ALIAS, "web");

  @Test
  void aZonesNameLeadsToItsAddress() {
    assertEquals("127.0.1.1 web.local web", names(WEB));
    Nic stub = nic("stub", 1);
    assertEquals("127.0.1.1 web.local web", names(WEB.with(ZoneProperties.NICS, List.of(stub))));
    Nic both = nic("out", 2, "fd00::2/64", "10.1.0.2/24", "10.1.0.3/24");
    assertEquals(
        "10.1.0.2 web.local web\nfd00::2 web.local web",
        names(WEB.with(ZoneProperties.NICS, List.of(both, nic("lan", 3, "10.2.0.2/24")))));
    assertEquals(
        "10.1.0.9 www.example.org www",
        names(
            WEB.with(ZoneProperties.ZONE_HOSTNAME, "www.example.org")
                .with(ZoneProperties.NICS, List.of(nic("out", 2, "10.1.0.9/24")))));
  }

  @Test
  void itsNameHasTheDomainThatItsNetworksAnswer() {
    Lan.Names asked = new Lan.Names(List.of(), List.of("internal", "lab"), false);
    ZoneSpec web = WEB.with(ZoneProperties.NICS, List.of(nic("out", 2, "10.1.0.9/24")));
    assertEquals("10.1.0.9 web.internal web", names(web, asked));
    assertEquals(
        "10.1.0.9 web.example.org web",
        names(web.with(ZoneProperties.DNS_DOMAIN, "example.org"), asked));
  }

  private static String names(ZoneSpec spec) {
    return names(spec, Lan.Names.NONE);
  }

  /** What stands between the loopback's names. */
  private static String names(ZoneSpec spec, Lan.Names asked) {
    List<String> lines = EtcFiles.hosts(spec, asked).lines().toList();
    assertEquals("127.0.0.1 localhost", lines.getFirst());
    return String.join("\n", lines.subList(1, lines.size() - 3));
  }

  private static Nic nic(String network, int number, String... addresses) {
    return Nic.on(network)
        .settled(
            "net" + number,
            MacAddress.local(number),
            network,
            List.of(addresses).stream().map(Cidr::of).toList());
  }
}
