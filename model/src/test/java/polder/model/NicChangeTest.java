package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import polder.model.UpdatePlan.Effect;

class NicChangeTest {
  @Test
  void whatStaysIsLeftAlone() {
    List<Nic> before = nics(nic(1, "a", "eth0", "10.1.0.1/24"), nic(2, "a", "eth1", "10.1.0.2/24"));
    assertTrue(NicChange.of(before, before).isNone());
    assertTrue(NicChange.of(before, before.reversed()).isNone());
    List<Nic> faster =
        List.of(before.getFirst().with(List.of(PublishedPort.of("80:80"))), before.getLast());
    assertTrue(NicChange.of(before, faster).isNone());
  }

  @Test
  void cardsComeGoAndChange() {
    Nic stays = nic(1, "a", "eth0", "10.1.0.1/24");
    Nic goes = nic(2, "a", "eth1", "10.1.0.2/24");
    Nic comes = nic(3, "a", "eth1", "10.1.0.3/24");
    Nic changed = nic(1, "a", "eth0", "10.1.0.9/24");
    NicChange change = NicChange.of(nics(stays, goes), nics(changed, comes));
    assertEquals(new NicChange(nics(goes), nics(comes), nics(changed)), change);
  }

  @Test
  void whatIsElsewhereOrCalledOtherwiseGoesAndComes() {
    Nic was = nic(1, "a", "eth0", "10.1.0.1/24");
    for (Nic now : nics(nic(1, "b", "eth0", "10.1.0.1/24"), nic(1, "a", "net0", "10.1.0.1/24"))) {
      assertEquals(
          new NicChange(nics(was), nics(now), List.of()), NicChange.of(nics(was), nics(now)));
    }
  }

  @Test
  void onlyAGuestsCardsWaitUntilItIsDown() {
    Map<String, Object> nic = Map.of("nic_tag", "a", "mac", "02:00:00:00:00:01");
    for (Brand brand : List.of(Brand.NATIVE, Brand.VM)) {
      String kernel = brand == Brand.VM ? ", \"kernel\": \"/boot/vmlinuz\"" : "";
      ZoneSpec before =
          ZoneSpec.read(Json.object("{\"brand\": \"%s\"%s}".formatted(brand.word(), kernel)));
      ZoneSpec after = new Patch(Map.of("add_nics", List.of(nic))).applyTo(before);
      Effect effect = brand == Brand.VM ? Effect.REFUSED : Effect.NOW;
      UpdatePlan.Line line = UpdatePlanner.plan(before, after, true).lines().getFirst();
      assertEquals(effect, line.effect());
      assertEquals(brand == Brand.VM, line.reason().contains("guest"), line::reason);
      assertEquals(
          Effect.NOW, UpdatePlanner.plan(before, after, false).lines().getFirst().effect());
    }
  }

  private static List<Nic> nics(Nic... nics) {
    return List.of(nics);
  }

  private static Nic nic(int mac, String network, String name, String address) {
    return Nic.on(network).settled(name, MacAddress.local(mac), network, List.of(Cidr.of(address)));
  }

  @Test
  void aSharedInterfacesCardsArePluggedAtAStart() {
    Nic nic = nic(1, "wire", "eth0", "10.1.0.1/24");
    Leases.Known known =
        name -> Optional.of(LeasesTest.network(name, Network.Kind.MACVLAN, "10.1.0.0/24"));
    assertEquals(
        "nics[0].nic_tag",
        NicChange.of(nics(), nics(nic)).faults(nics(nic), known).getFirst().path());
    assertEquals("nics", NicChange.of(nics(nic), nics()).faults(nics(), known).getFirst().path());
  }
}
