package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import polder.brand.IdRange;
import polder.model.ErrorKind;
import polder.model.PolderException;

class IdRangesTest {
  @Test
  void givesDisjointRangesUntilNoneIsLeftAndGivesThemAgain() {
    IdRanges ids = new IdRanges(3);
    assertEquals(new IdRange(1_000_000, 65_536), ids.take());
    IdRange second = ids.take();
    assertEquals(1_065_536, second.base());
    assertEquals(1_131_072, ids.take().base());
    PolderException e = assertThrows(PolderException.class, ids::take);
    assertEquals(ErrorKind.NO_ROOM, e.kind());
    ids.release(second);
    assertEquals(second, ids.take());
  }

  @Test
  void refusesARangeThatOverlaps() {
    IdRanges ids = new IdRanges(10);
    assertTrue(ids.take(new IdRange(1_065_536, 65_536)));
    assertFalse(ids.take(new IdRange(1_065_536, 65_536)));
    assertFalse(ids.take(new IdRange(1_131_071, 1)));
    assertTrue(ids.take(new IdRange(1_131_072, 1)));
    assertEquals(1_000_000, ids.take().base());
    assertEquals(1_196_608, ids.take().base());
  }

  @Test
  void theWholePoolFitsInto32Bits() {
    assertTrue(IdRanges.FIRST + (long) IdRanges.MOST * IdRanges.COUNT <= 0xffff_ffffL);
  }

  @Test
  void findsSubordinateIdsThatOverlap() {
    assertTrue(SubordinateIds.overlaps("alice:1000000:65536"));
    assertTrue(SubordinateIds.overlaps("bob:999999:2"));
    assertFalse(SubordinateIds.overlaps("carol:100000:65536"));
    assertFalse(SubordinateIds.overlaps("# nonsense"));
  }
}
