package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Balances;
import polder.model.DeletedZones;
import polder.model.Events;
import polder.model.Firewall;
import polder.model.Guests;
import polder.model.Host;
import polder.model.Images;
import polder.model.Networks;
import polder.model.Pools;
import polder.model.Snapshots;
import polder.model.Transfers;
import polder.model.Volumes;
import polder.model.Zones;

/** The engine killed at each step of each operation; see {@link CrashRows}. */
@Timeout(value = 180, unit = java.util.concurrent.TimeUnit.MINUTES) // a host that others use, too
class CrashAtEachStepKernelTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");

  @Test
  @DisplayName("R-CRASH-02 R-CRASH-03 no operation of the model is left out of the crash tests")
  void everyOperationHasItsRow() {
    Set<String> tried =
        CrashRows.all().stream()
            .map(CrashRow::operation)
            .filter(operation -> operation.contains("."))
            .collect(Collectors.toCollection(TreeSet::new));
    tried.addAll(CrashRows.READERS);
    Set<String> there =
        Stream.of(
                Host.class,
                Zones.class,
                Guests.class,
                DeletedZones.class,
                Images.class,
                Pools.class,
                Volumes.class,
                Networks.class,
                Balances.class,
                Firewall.class,
                Snapshots.class,
                Transfers.class,
                Events.class)
            .flatMap(type -> Stream.of(type.getDeclaredMethods()))
            .filter(method -> !method.isSynthetic() && !Modifier.isStatic(method.getModifiers()))
            .map(CrashAtEachStepKernelTest::name)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(there, tried);
    assertTrue(there.size() > 30, "only " + there.size() + " operations were looked at");
  }

  private static String name(Method method) {
    return method.getDeclaringClass().getSimpleName() + "." + method.getName();
  }

  @Test
  @Tag("kernel")
  @DisplayName(
      "R-CRASH-02 R-NETF-01 killed at each step of each operation, it is done or it is not")
  void eachOperationIsWholeOrAbsent() throws IOException, InterruptedException {
    try (TestHost test = new TestHost()) {
      CrashedEngine.rehearse(test);
    }
    int kills = new SideBySide().all(CrashRows.wanted(), CrashAtEachStepKernelTest::sweep);
    assertTrue(kills > 60 || !CrashRows.ROWS.isEmpty(), "only " + kills + " kills");
  }

  /** Kills at place 1, 2, 3 … until the operation comes through; says how often it did. */
  private static int sweep(TestHost test, CrashRow row, SideBySide.Turn turn)
      throws IOException, InterruptedException {
    Failpoints points = Failpoints.unarmed();
    test.open(points);
    TestHost.awaitAutoboot(test.host());
    row.prepare().on(test.host());
    String before = CrashRows.seen(test);
    if (row.opens()) {
      test.letGo();
      points.arm("");
      test.openClosed(points);
    } else {
      points.arm("");
    }
    row.act().on(test.host());
    String after = CrashRows.seen(test);
    int places = points.passed();
    assertTrue(places > 0, row + " passes no place");
    // in the quick form those places that no row came by before, and some of the others
    List<Integer> tried = turn.choose(points.names(), place -> FULL || place % 20 == 12);
    for (int place : tried) {
      String where = "%s killed at %d of %d".formatted(row, place, places);
      test.clear();
      test.letGo();
      assertTrue(CrashedEngine.run(test, row, "any." + place + "=kill"), where);
      test.openClosed(Failpoints.NONE);
      TestHost.eventually(where + ", fsck finds nothing", () -> row.wrong(test.host()).isEmpty());
      TestHost.eventually(
          () ->
              "%s: seen is\n%s\nnot\n%s\nnor\n%s"
                  .formatted(where, CrashRows.seen(test), before, after),
          () -> {
            String seen = CrashRows.seen(test);
            return seen.equals(before) || seen.equals(after);
          });
    }
    return tried.size();
  }
}
