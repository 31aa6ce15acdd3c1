package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class NativeBrandKernelTest {
  private TestZones zones;

  @BeforeEach
  void open() {
    zones = new TestZones();
  }

  @AfterEach
  void close() {
    zones.close();
  }

  @Test
  void runsTheHostsProgramsAsItsOwnRoot() {
    TestZones.Outcome outcome = zones.run(TestZones.nativeZone("id"));

    assertEquals("", outcome.err());
    assertEquals("uid=0(root) gid=0(root) groups=0(root)\n", outcome.out());
    assertEquals(0, outcome.code());
  }
}
