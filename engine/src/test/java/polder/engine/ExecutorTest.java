package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.Brand;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class ExecutorTest {
  private static final ZoneSpec SPEC =
      ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ZONE_UUID, new UUID(1, 2));

  private final List<String> log = new ArrayList<>();

  private void work(Step step, Undo undo) {
    String name = step.getClass().getSimpleName();
    log.add("do " + name);
    undo.add(() -> log.add("undo " + name));
    if (step instanceof Step.Make.Log) {
      throw new IllegalStateException("no log");
    }
  }

  @Test
  void takesBackTheStepsBeforeTheOneThatFailed() {
    Executor executor = new Executor(Failpoints.NONE);
    assertThrows(
        IllegalStateException.class,
        () -> executor.run("create", Planner.create(SPEC), this::work));
    assertEquals(
        List.of("do Dataset", "do Install", "do Log", "undo Log", "undo Install", "undo Dataset"),
        log);
  }

  @Test
  void keepsTheFailuresOfAnUndoBesideTheFirst() {
    Executor executor = new Executor(Failpoints.NONE);
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () ->
                executor.run(
                    "create",
                    Planner.create(SPEC),
                    (step, undo) -> {
                      undo.add(
                          () -> {
                            throw new IllegalArgumentException("cannot undo");
                          });
                      throw new IllegalStateException("cannot do");
                    }));
    assertEquals("cannot do", e.getMessage());
    assertEquals("cannot undo", e.getSuppressed()[0].getMessage());
  }

  @Test
  void aFailpointBeforeOrAfterAStepTakesBackWhatWasDone() {
    for (int place = 1; place <= 8; place++) {
      log.clear();
      Executor executor = new Executor(Failpoints.parse("create." + place + "=error(EIO)"));
      assertThrows(
          RuntimeException.class,
          () ->
              executor.run(
                  "create",
                  Planner.create(SPEC),
                  (step, undo) -> {
                    log.add("+");
                    undo.add(() -> log.add("-"));
                  }));
      assertEquals(place / 2, log.stream().filter("+"::equals).count());
      assertEquals(place / 2, log.stream().filter("-"::equals).count());
    }
  }

  @Test
  void aTakeDownGoesOnPastWhatFails() {
    Executor executor = new Executor(Failpoints.NONE);
    assertThrows(
        IllegalStateException.class,
        () ->
            executor.runAll(
                "stop",
                Planner.clear(new UUID(1, 2), false),
                (step, undo) -> {
                  log.add(step.getClass().getSimpleName());
                  throw new IllegalStateException("no");
                }));
    assertEquals(List.of("Processes", "Streams", "Exit", "Cgroup", "RunFile"), log);
  }
}
