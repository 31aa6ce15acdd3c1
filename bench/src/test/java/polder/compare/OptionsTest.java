package polder.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void withoutWordsEverythingIsCompared() {
    Options options = Options.parse(List.of());
    assertEquals(Workload.all(), options.chosen());
    assertTrue(Comparison.PLACES.stream().allMatch(options::wants));
    assertEquals(5, options.rounds());
  }

  @Test
  void whatIsNamedIsComparedWithTheBareHost() {
    Options options =
        Options.parse(List.of("--place", "lx,vm-virtio-tcg", "--workload=tcp", "--workload=cpu"));
    assertTrue(options.wants("bare"));
    assertTrue(options.wants("vm-virtio-tcg"));
    assertFalse(options.wants("native"));
    assertEquals(List.of(Workload.CPU, Workload.TCP), options.chosen());
  }

  @Test
  void quickIsShorterButRoundsMayBeSaid() {
    Options quick = Options.parse(List.of("--quick", "-j", "--report", "/tmp/r.html"));
    assertEquals(3, quick.rounds());
    assertTrue(quick.json());
    assertEquals(Optional.of(Path.of("/tmp/r.html")), quick.report());
    assertTrue(quick.seconds() < Options.parse(List.of()).seconds());
    assertEquals(7, Options.parse(List.of("--quick", "--rounds=7")).rounds());
  }

  @Test
  void wrongWordsAreToldInASentence() {
    assertEquals(
        "no place is named 'moon': there are " + String.join(", ", Comparison.PLACES),
        refused("--place", "lx,moon"));
    assertTrue(refused("--workload", "").startsWith("no workload is named ''"));
    assertEquals("--rounds '0': use a number from 1 to 100", refused("--rounds", "0"));
    assertEquals("--report needs a value", refused("--report"));
    assertEquals("'lx' is not known", refused("lx"));
  }

  private static String refused(String... words) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> Options.parse(List.of(words)))
            .getMessage());
  }
}
