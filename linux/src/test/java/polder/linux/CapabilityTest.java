package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CapabilityTest {
  @Test
  void numbersThemFrom0To40() {
    int expected = 0;
    for (Capability each : Capability.values()) {
      assertEquals(expected, each.number(), each.text());
      expected++;
    }
    assertEquals(41, expected);
    assertEquals(24, Capability.SYS_RESOURCE.number());
    assertEquals(40, Capability.CHECKPOINT_RESTORE.number());
  }

  @Test
  void leavesAContainerTheMaskThatDockerLeaves() {
    assertEquals(0xa80425fbL, Capability.mask(Capability.docker()));
    assertEquals(14, Capability.docker().size());
  }

  @Test
  void leavesAZoneThatAndTheRightToReboot() {
    assertEquals(0xa80425fbL | 1 << 22, Capability.mask(Capability.zone()));
  }

  @Test
  @DisplayName("S-CAP-03 each known name is read in any spelling, and no other")
  void readsNamesStrictly() {
    for (Capability each : Capability.values()) {
      assertEquals(each, Capability.parse(each.text()));
      assertEquals(each, Capability.parse(each.name()));
      assertEquals(each, Capability.parse(each.text().toLowerCase(java.util.Locale.ROOT)));
    }
    List<String> refused =
        List.of(
            "",
            "CAP_",
            "ALL",
            "CAP_ALL",
            "CAP_CAP_KILL",
            " KILL",
            "KILL\n",
            "21",
            "SYS-ADMIN",
            "-1");
    for (String name : refused) {
      assertThrows(IllegalArgumentException.class, () -> Capability.parse(name), name);
    }
  }

  @Test
  void goesFromMaskToSetAndBack() {
    long all = (1L << 41) - 1;
    assertEquals(EnumSet.allOf(Capability.class), Capability.set(all));
    assertEquals(all, Capability.mask(Capability.set(-1)));
    assertTrue(Capability.set(0).isEmpty());
  }

  @Test
  void findsTheSetsOfAProcess() {
    CapabilitySets sets =
        CapabilitySets.parse(
            """
            Name:\tbash
            CapInh:\t0000000000000000
            CapPrm:\t000001fffeffffff
            CapEff:\t000001fffeffffff
            CapBnd:\t00000000a80425fb
            CapAmb:\t0000000000000001
            """);

    assertEquals(0x1fffeffffffL, sets.permitted());
    assertEquals(Capability.docker(), sets.bounded());
    assertEquals(1, sets.ambient());
    assertTrue(sets.has(Capability.SYS_ADMIN) && !sets.has(Capability.SYS_RESOURCE));
  }
}
