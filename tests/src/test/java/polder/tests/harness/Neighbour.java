package polder.tests.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import polder.model.Brand;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.Session;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/**
 * A zone that does nothing, beside one that does too much: how soon it and its host answer.
 *
 * <p>The host must have the image {@code busybox}.
 */
public final class Neighbour {
  private final Host host;
  private final ZoneRef zone;
  private final int pid;

  private Neighbour(Host host, Zone started) {
    this.host = host;
    this.zone = ZoneRef.of(started.uuid());
    this.pid = started.status().pid().orElseThrow();
  }

  /** Makes one of that name on {@code host}, and starts it. */
  public static Neighbour on(Host host, String alias) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, alias)
            .with(ZoneProperties.IMAGE, "busybox")
            .with(ZoneProperties.CMD, List.of("sleep", "100000"));
    Zone zone = host.zones().create(spec);
    return new Neighbour(host, host.zones().start(ZoneRef.of(zone.uuid())));
  }

  /** How long a process in it takes, from the call to its exit status. */
  public Duration exec() {
    long start = System.nanoTime();
    try (Session session = host.zones().exec(zone, ExecSpec.of("true"))) {
      assertEquals(0, session.await().code());
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** How long the host takes to list its zones. */
  public Duration list() {
    long start = System.nanoTime();
    host.zones().list();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Fails unless its first process is the one that it began with. */
  public void livesOn() {
    assertEquals(pid, host.zones().get(zone).status().pid().orElseThrow(), "the neighbour runs on");
    exec();
  }

  /**
   * How soon both answered.
   *
   * @param exec the 99th percentile of {@link Neighbour#exec}
   * @param list the 99th percentile of {@link Neighbour#list}
   */
  public record Answers(Duration exec, Duration list) {
    /** What a process may take at most on a machine of two cores, both of them busy. */
    private static final Duration BUSY = Figures.within(1);

    /** Fails if a process takes more than twice what it took {@code before}, and much. */
    public void assertBearable(Answers before) {
      Duration bound = before.exec().multipliedBy(2);
      assertTrue(
          exec.compareTo(bound.compareTo(BUSY) > 0 ? bound : BUSY) <= 0, before + ", then " + this);
    }
  }

  /** Asks both by turns, with a short rest, {@code times} times. */
  public Answers ask(int times) {
    int[] left = {times};
    return askWhile(() -> left[0]-- > 0);
  }

  /** Asks both by turns, with a short rest, as long as {@code more} says so; once at least. */
  public Answers askWhile(BooleanSupplier more) {
    List<Duration> execs = new ArrayList<>();
    List<Duration> lists = new ArrayList<>();
    do {
      execs.add(exec());
      lists.add(list());
      TestHost.rest(Duration.ofMillis(20));
    } while (more.getAsBoolean());
    return new Answers(percentile99(execs), percentile99(lists));
  }

  private static Duration percentile99(List<Duration> all) {
    Duration[] sorted = all.toArray(new Duration[0]);
    Arrays.sort(sorted);
    return sorted[(sorted.length * 99 + 99) / 100 - 1];
  }
}
