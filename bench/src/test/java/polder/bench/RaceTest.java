package polder.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Needs a stage, and so a launcher, but nothing is launched. */
@Tag("kernel")
class RaceTest {
  private final List<String> log = new ArrayList<>();
  private Stage stage;

  @BeforeEach
  void open() {
    stage = Stage.open();
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void contendersTakeTurnsAndWarmUpsDoNotCount() {
    Entrant a = counting("a");
    Entrant b = counting("b");

    List<Result> results = race(1, 2).run(List.of(row(a, b)), stage);

    assertEquals(List.of("a", "b", "a", "b", "a", "b", "a closed", "b closed"), log);
    assertEquals(List.of(2.0, 3.0), results.getFirst().ourSamples().orElseThrow().values());
  }

  @Test
  void rowsShareAContender() {
    Entrant shared = counting("s");

    race(0, 1).run(List.of(row(counting("a"), shared), row(counting("b"), shared)), stage);

    assertEquals(1, log.stream().filter("s"::equals).count());
  }

  @Test
  void whoeverIsMissingIsLeftOutAndTheOtherMeasured() {
    Entrant missing =
        new Entrant(
            "m",
            stage -> {
              throw new Missing("no m here: apt install m");
            });

    Result result = race(0, 1).run(List.of(row(counting("a"), missing)), stage).getFirst();

    assertEquals(1, result.value().orElseThrow());
    assertEquals(new Outcome.Absent("no m here: apt install m"), result.peer().orElseThrow());
  }

  @Test
  void whoeverFailsOnceIsOutAndClosed() {
    Entrant failing =
        entrant(
            "f",
            () -> {
              throw new IllegalStateException("exit 1");
            });

    Result result = race(0, 3).run(List.of(row(counting("a"), failing)), stage).getFirst();

    assertEquals(new Outcome.Failed("exit 1"), result.peer().orElseThrow());
    assertEquals(List.of("a", "f", "f closed", "a", "a", "a closed"), log);
  }

  @Test
  void aRaceThatIsStoppedClosesAll() {
    Race race = race(0, 9);
    Entrant stopping =
        entrant(
            "x",
            () -> {
              stage.stop();
              return 1;
            });

    assertThrows(
        IllegalStateException.class, () -> race.run(List.of(row(stopping, counting("b"))), stage));

    assertEquals(List.of("x", "x closed", "b closed"), log);
  }

  private static Race race(int warmUps, int rounds) {
    return new Race(warmUps, rounds, Duration.ZERO, words -> {});
  }

  private static Row row(Entrant ours, Entrant peer) {
    return Row.beside("row", "something", "ms", ours, peer, new Bound.Nothing());
  }

  /** Answers 1, 2, 3… */
  private Entrant counting(String name) {
    int[] count = {0};
    return entrant(name, () -> ++count[0]);
  }

  private Entrant entrant(String name, java.util.function.DoubleSupplier measure) {
    return new Entrant(
        name,
        stage ->
            new Contender() {
              @Override
              public double measure() {
                log.add(name);
                return measure.getAsDouble();
              }

              @Override
              public void close() {
                log.add(name + " closed");
              }
            });
  }
}
