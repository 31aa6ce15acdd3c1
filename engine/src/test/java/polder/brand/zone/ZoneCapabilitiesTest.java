package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.linux.Capability;
import polder.model.Brand;
import polder.model.Fault;
import polder.model.Filesystem;
import polder.model.Security;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class ZoneCapabilitiesTest {
  private static ZoneSpec spec(List<String> add, List<String> drop) {
    return ZoneSpec.of(Brand.LX)
        .with(ZoneProperties.SECURITY, new Security(add, drop, "default", false, false, true));
  }

  private static Set<Capability> of(List<String> add, List<String> drop) {
    return ZoneCapabilities.of(spec(add, drop));
  }

  private static List<Fault> faults(ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    ZoneCapabilities.verify(spec, faults);
    return faults;
  }

  @Test
  @DisplayName("S-CAP-03 the set is what add and drop say of the default")
  void addAndDrop() {
    Set<Capability> all = EnumSet.allOf(Capability.class);
    assertEquals(Capability.zone(), of(List.of(), List.of()));
    assertEquals(Set.of(), of(List.of(), List.of("ALL")));
    assertEquals(Set.of(Capability.CHOWN), of(List.of("cap_chown"), List.of("all")));
    assertEquals(all, of(List.of("ALL"), List.of()));
    Set<Capability> butOne = EnumSet.allOf(Capability.class);
    butOne.remove(Capability.SYS_TIME);
    assertEquals(butOne, of(List.of("ALL"), List.of("SYS_TIME")));
    for (Capability each : Capability.values()) {
      assertTrue(of(List.of(each.text()), List.of()).contains(each));
      assertFalse(of(List.of(), List.of(each.name())).contains(each));
      assertEquals(Set.of(each), of(List.of(each.name(), each.name()), List.of("ALL")));
    }
  }

  @Test
  void limitPrivIsBaseAndCeiling() {
    ZoneSpec spec =
        spec(List.of(), List.of())
            .with(ZoneProperties.LIMIT_PRIV, List.of("default", "-kill", "net_admin"));
    Set<Capability> expected = Capability.zone();
    expected.remove(Capability.KILL);
    expected.add(Capability.NET_ADMIN);
    assertEquals(expected, ZoneCapabilities.of(spec));
    ZoneSpec above =
        spec(List.of("SYS_TIME"), List.of()).with(ZoneProperties.LIMIT_PRIV, List.of("default"));
    assertEquals("security.cap_add", faults(above).getFirst().path());
  }

  @Test
  void unknownNamesAreRefusedEachByItsPlace() {
    assertEquals(
        List.of("security.cap_add[1]", "security.cap_drop[0]"),
        faults(spec(List.of("CHOWN", "CHOWM"), List.of(""))).stream().map(Fault::path).toList());
    ZoneSpec limit =
        ZoneSpec.of(Brand.LX).with(ZoneProperties.LIMIT_PRIV, List.of("default", "dtrace_user"));
    assertEquals("limit_priv[0]", faults(limit).getFirst().path());
  }

  @Test
  void anAdministratorGetsNothingThatReadOnlyProtects() {
    ZoneSpec admin = spec(List.of("SYS_ADMIN"), List.of());
    assertEquals(List.of(), faults(admin));
    assertEquals(1, faults(admin.with(ZoneProperties.BRAND, Brand.NATIVE)).size());
    Filesystem readOnly = new Filesystem("/srv", "/srv", "lofs", List.of("ro"));
    assertEquals(
        "filesystems[0].options",
        faults(admin.with(ZoneProperties.FILESYSTEMS, List.of(readOnly))).getFirst().path());
  }
}
