package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.tests.harness.Figures;
import polder.tests.harness.GuestHost;

/**
 * Debian's own kernel, with control groups of version 2 alone, which most hosts have and this one
 * may not: what is known of limits, freezing, killing and devices holds there, too.
 */
@Tag("kernel")
@Timeout(7_200)
class UnifiedHostTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final String SANDBOX = "polder.brand.zone.SandboxKernelTest";
  private static final String HOST = "polder.engine.LocalHostKernelTest";

  private static final List<String> TESTS =
      FULL
          ? List.of(
              "polder.linux.CgroupKernelTest",
              SANDBOX,
              "polder.brand.zone.EntryKernelTest",
              HOST,
              "polder.engine.HardshipKernelTest")
          : List.of(
              "polder.linux.CgroupKernelTest",
              SANDBOX + "#limitsAreAsAsked",
              SANDBOX + "#controlGroupsAreReadOnly",
              SANDBOX + "#othersDevicesDoNotOpen",
              HOST + "#aPausedZoneStandsAndCanBeStoppedAndDeleted",
              HOST + "#outOfMemoryIsTold");

  @Test
  @DisplayName("S-CG-01 S-CG-03 S-DEV-01 R-OOM-01 zones keep to their limits by version 2 alone")
  void zonesKeepToTheirLimitsByVersionTwoAlone() {
    List<String> told = GuestHost.run(TESTS, Figures.within(Duration.ofMinutes(FULL ? 60 : 10)));
    assertEquals("layout UNIFIED", told.getFirst());
    assertEquals(List.of(), told.stream().filter(line -> line.startsWith("failed ")).toList());
    List<String> asked = TESTS.stream().map(test -> "passed " + test).toList();
    assertEquals(
        List.of(),
        asked.stream().filter(test -> told.stream().noneMatch(l -> l.startsWith(test))).toList(),
        () -> "none of them passed: " + told);
    long passed = told.stream().filter(line -> line.startsWith("passed ")).count();
    assertTrue(passed >= (FULL ? 50 : 18), told::toString);
  }
}
