package polder.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class BoundTest {
  private static final OptionalDouble NONE = OptionalDouble.empty();

  @Test
  void aRatioIsKeptAtItsLimit() {
    assertEquals(Optional.of(true), new Bound.RatioAtMost(0.15).met(NONE, OptionalDouble.of(0.15)));
    assertEquals(Optional.of(false), new Bound.RatioAtMost(0.15).met(NONE, OptionalDouble.of(0.2)));
  }

  @Test
  void moreIsBetterWhereARateIsMeasured() {
    assertEquals(Optional.of(true), new Bound.RatioAtLeast(5).met(NONE, OptionalDouble.of(6)));
    assertEquals(Optional.of(false), new Bound.RatioAtLeast(5).met(NONE, OptionalDouble.of(4)));
  }

  @Test
  void aValueNeedsNoPeer() {
    assertEquals(Optional.of(false), new Bound.ValueAtMost(150).met(OptionalDouble.of(151), NONE));
  }

  @Test
  void withoutAFigureNothingIsSaid() {
    assertEquals(Optional.empty(), new Bound.RatioAtMost(0.15).met(OptionalDouble.of(1), NONE));
    assertEquals(Optional.empty(), new Bound.Nothing().met(OptionalDouble.of(1), NONE));
  }

  @Test
  void figuresHaveThreeDigitsThatMatter() {
    assertEquals("0.15", Figure.of(0.15));
    assertEquals("0.064", Figure.of(0.0641));
    assertEquals("2.68", Figure.of(2.678));
    assertEquals("24.6", Figure.of(24.57));
    assertEquals("1041", Figure.of(1041.2));
  }
}
