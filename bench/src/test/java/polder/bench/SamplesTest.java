package polder.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void medianOfAnOddNumberIsTheMiddleOne() {
    assertEquals(2, new Samples(List.of(9.0, 1.0, 2.0)).median());
  }

  @Test
  void medianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle() {
    assertEquals(2.5, new Samples(List.of(9.0, 3.0, 1.0, 2.0)).median());
  }

  @Test
  void keepsTheExtremes() {
    Samples samples = new Samples(List.of(3.0, 1.0, 44.0));
    assertEquals(1, samples.min());
    assertEquals(44, samples.max());
  }

  @Test
  void aSlowPhaseOfTheMachineMovesTheRatioOfMediansButNotTheOneByRound() {
    Samples ours = new Samples(List.of(1.0, 1.0, 10.0));
    Samples peer = new Samples(List.of(2.0, 20.0, 20.0));
    assertEquals(0.05, ours.ratioTo(peer));
    assertEquals(0.5, ours.ratioByRound(peer));
  }

  @Test
  void roundsThatDoNotMatchAreNotCompared() {
    Samples two = new Samples(List.of(1.0, 1.0));
    Samples one = new Samples(List.of(1.0));
    assertThrows(IllegalArgumentException.class, () -> two.ratioByRound(one));
  }

  @Test
  void nothingHasNoMedian() {
    assertThrows(IllegalArgumentException.class, () -> new Samples(List.of()));
  }
}
