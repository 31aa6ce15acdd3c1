package polder.linux;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.linux.IdMap.Extent;

class IdMapTest {
  @Test
  void writesALineForEachExtent() {
    IdMap map = new IdMap(List.of(new Extent(0, 100000, 65536), new Extent(70000, 5, 1)));

    assertEquals("0 100000 65536\n70000 5 1\n", map.text());
    assertEquals(map, IdMap.parse("         0     100000      65536\n     70000 5 1\n"));
  }

  @Test
  void mapsBothWays() {
    IdMap map = IdMap.of(1_000_000, 65536);

    assertEquals(OptionalLong.of(1_000_000), map.outside(0));
    assertEquals(OptionalLong.of(1_065_535), map.outside(65535));
    assertEquals(OptionalLong.empty(), map.outside(65536));
    assertEquals(OptionalLong.of(33), map.inside(1_000_033));
    assertEquals(OptionalLong.empty(), map.inside(999_999));
  }

  @Test
  @DisplayName("S-ID-07 what the kernel would refuse is refused")
  void refusesWhatTheKernelRefuses() {
    List<Runnable> refused =
        List.of(
            () -> new IdMap(List.of()),
            () -> new Extent(0, 0, 0),
            () -> new Extent(-1, 0, 1),
            () -> new Extent(0, -1, 1),
            () -> new Extent(0, 1L << 32, 1),
            () -> new Extent(0xffffffffL, 0, 1),
            () -> new Extent(0, 0, 1L << 32),
            () -> new Extent(0, 0xfffffffeL, 2),
            () -> new Extent(Long.MAX_VALUE, 0, 1),
            () -> new Extent(0, 1, Long.MAX_VALUE),
            () -> new IdMap(List.of(new Extent(0, 100, 10), new Extent(9, 200, 1))),
            () -> new IdMap(List.of(new Extent(0, 100, 10), new Extent(20, 105, 1))),
            () -> new IdMap(lines(341)),
            () -> IdMap.parse("0 0"),
            () -> IdMap.parse("0 0 1 1"),
            () -> IdMap.parse("a 0 1"));
    for (Runnable each : refused) {
      assertThrows(IllegalArgumentException.class, each::run);
    }
    assertDoesNotThrow(() -> new IdMap(lines(340)));
    assertDoesNotThrow(() -> new Extent(0, 0, 0xffffffffL));
    assertDoesNotThrow(() -> new Extent(0xfffffffeL, 0xfffffffeL, 1));
  }

  @Test
  @DisplayName("S-ID-07 a map is accepted exactly if no id is in it twice")
  void acceptsExactlyWhatDoesNotOverlap() {
    Random random = new Random(7);
    int accepted = 0;
    for (int round = 0; round < 20_000; round++) {
      List<Extent> extents = new ArrayList<>();
      int lines = 1 + random.nextInt(4);
      for (int i = 0; i < lines; i++) {
        extents.add(new Extent(random.nextInt(30), random.nextInt(30), 1 + random.nextInt(6)));
      }
      boolean legal = true;
      boolean[] inside = new boolean[64];
      boolean[] outside = new boolean[64];
      for (Extent each : extents) {
        for (int i = 0; i < each.count(); i++) {
          legal &= !inside[(int) each.inside() + i] && !outside[(int) each.outside() + i];
          inside[(int) each.inside() + i] = true;
          outside[(int) each.outside() + i] = true;
        }
      }
      if (legal) {
        assertEquals(extents, new IdMap(extents).extents());
        accepted++;
      } else {
        assertThrows(IllegalArgumentException.class, () -> new IdMap(extents), extents::toString);
      }
    }
    assertTrue(accepted > 1000, "only " + accepted + " legal maps were tried");
  }

  /** Short lines, so that 340 of them stay below a page. */
  private static List<Extent> lines(int count) {
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      extents.add(new Extent(i, i, 1));
    }
    return extents;
  }
}
