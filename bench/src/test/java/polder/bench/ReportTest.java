package polder.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Entrant US =
      new Entrant(
          "us",
          stage -> {
            throw new AssertionError("not opened here");
          });
  private static final Entrant THEM =
      new Entrant(
          "them",
          stage -> {
            throw new AssertionError("not opened here");
          });
  private static final Row ROW =
      Row.beside("zone", "a zone", "ms", US, THEM, new Bound.RatioAtMost(0.15));

  private static final Result KEPT = result(measured(1, 2, 3), measured(10, 20, 30));
  private static final Result MISSED = result(measured(10), measured(20));
  private static final Result ABSENT =
      result(measured(1.23456), new Outcome.Absent("no them here: apt install them"));
  private static final Result ALONE =
      new Result(
          Row.alone("host", "fork", "ms", US, new Bound.Nothing()),
          measured(0.9),
          Optional.empty());

  @Test
  void aRowIsOneJsonObject() {
    assertEquals(
        "{\"name\":\"zone\",\"value\":2.0,\"unit\":\"ms\",\"peer\":\"them\",\"peer_value\":20.0,"
            + "\"ratio\":0.1,\"bound\":0.15,\"met\":true}",
        Report.json(KEPT));
  }

  @Test
  void aBoundThatIsMissedIsToldAsItIs() {
    assertEquals(
        "{\"name\":\"zone\",\"value\":10.0,\"unit\":\"ms\",\"peer\":\"them\",\"peer_value\":20.0,"
            + "\"ratio\":0.5,\"bound\":0.15,\"met\":false}",
        Report.json(MISSED));
  }

  @Test
  void whatCannotBeKnownIsNull() {
    assertEquals(
        "{\"name\":\"zone\",\"value\":1.235,\"unit\":\"ms\",\"peer\":\"them\",\"peer_value\":null,"
            + "\"ratio\":null,\"bound\":0.15,\"met\":null}",
        Report.json(ABSENT));
    assertEquals(
        "{\"name\":\"host\",\"value\":0.9,\"unit\":\"ms\",\"peer\":null,\"peer_value\":null,"
            + "\"ratio\":null,\"bound\":null,\"met\":null}",
        Report.json(ALONE));
  }

  @Test
  void theTableSetsFiguresToTheRightUnderTheirHeads() {
    assertEquals(
        """
        row   unit  polder    min–max  peer  median    min–max  ratio  by round   bound  met
        zone  ms      2.00  1.00–3.00  them    20.0  10.0–30.0   0.10      0.10  ≤ 0.15  yes
        zone  ms      10.0  10.0–10.0  them    20.0  20.0–20.0   0.50      0.50  ≤ 0.15  NO
        host  ms      0.90  0.90–0.90
        """,
        Report.table(List.of(KEPT, MISSED, ALONE)));
  }

  @Test
  void whoIsMissingIsNamedOnceWithTheMend() {
    assertEquals(
        List.of("them is left out: no them here: apt install them"),
        Report.remarks(List.of(ABSENT, ABSENT)));
    assertEquals(
        List.of("us failed: exit 1"),
        Report.remarks(List.of(result(new Outcome.Failed("exit 1"), measured(1)))));
  }

  @Test
  void whyABoundIsMissedIsToldBelowTheTable() {
    Result known =
        new Result(
            ROW.missed("the kernel takes most of it"), measured(10), Optional.of(measured(20)));
    assertEquals(
        List.of(
            "zone misses its bound: the kernel takes most of it",
            "zone misses its bound: it was kept where this was written; was the machine quiet?"),
        Report.remarks(List.of(KEPT, ALONE, known, MISSED)));
  }

  private static Result result(Outcome ours, Outcome peer) {
    return new Result(ROW, ours, Optional.of(peer));
  }

  private static Outcome measured(double... values) {
    return new Outcome.Measured(new Samples(java.util.Arrays.stream(values).boxed().toList()));
  }
}
