package polder.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Zones of ours or containers of a peer's, so many, that are started and deleted one by one. */
final class Crowd {
  /** The kernel takes a network namespace away behind our back: hundreds in about a second. */
  private static final Duration SETTLING = Duration.ofSeconds(2);

  private static final int PROMISED = 200;

  private final Stage stage;
  private final Member member;
  private final int size;
  private final int hands;

  /** One of them, known by its number. */
  interface Member {
    /** Makes it, and starts in it what only sleeps. */
    void start(int number);

    /** Takes it away, with what runs in it. */
    void delete(int number);
  }

  /** How many a second. */
  record Rates(double started, double deleted) {}

  /**
   * A crowd that is not there yet.
   *
   * @param hands how many of them are worked on at once
   */
  Crowd(Stage stage, Member member, int size, int hands) {
    this.stage = stage;
    this.member = member;
    this.size = size;
    this.hands = hands;
  }

  /** The contender that starts a crowd of ours, and the one that deletes it. */
  static Entrant ours(String name, int hands, boolean deleting) {
    return entrant(name, "zones", hands, deleting, stage -> new ZoneMembers(ZoneHost.of(stage)));
  }

  /** As {@link #ours}, of the peer's. */
  static Entrant peers(String name, int hands, boolean deleting) {
    return entrant(
        name, "crun", hands, deleting, stage -> Crun.of(stage).members(stage.crowd(PROMISED)));
  }

  private static Entrant entrant(
      String name, String kind, int hands, boolean deleting, Function<Stage, Member> member) {
    return Entrant.slow(
        name,
        stage -> {
          Shared<Rates> rates =
              Crowds.of(stage)
                  .rates(
                      kind + hands,
                      () -> new Crowd(stage, member.apply(stage), stage.crowd(PROMISED), hands));
          return () -> {
            Rates next = rates.next(name);
            return deleting ? next.deleted() : next.started();
          };
        });
  }

  /** Has all of them for a moment. */
  Rates comeAndGo() {
    stage.rest(SETTLING);
    double up = fill();
    stage.rest(Duration.ofMillis(500));
    double down = clear();
    return new Rates(size / up, size / down);
  }

  /** Starts all; says how many seconds that took. */
  double fill() {
    try {
      return each(
          number -> {
            stage.checkGoing();
            member.start(number);
          });
    } catch (RuntimeException e) {
      try {
        clear();
      } catch (RuntimeException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** Deletes all; says how many seconds that took. */
  double clear() {
    return each(member::delete);
  }

  int size() {
    return size;
  }

  private double each(IntConsumer work) {
    AtomicInteger next = new AtomicInteger();
    long start = System.nanoTime();
    try (ExecutorService workers = Executors.newFixedThreadPool(hands)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < hands; i++) {
        all.add(
            workers.submit(
                () -> {
                  for (int n = next.getAndIncrement(); n < size; n = next.getAndIncrement()) {
                    work.accept(n);
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** The crowds of a stage: who starts one and who deletes it look at the same. */
  static final class Crowds implements AutoCloseable {
    private final Map<String, Shared<Rates>> all = new HashMap<>();

    static Crowds of(Stage stage) {
      return stage.prop(Crowds.class, any -> new Crowds());
    }

    Shared<Rates> rates(String name, Supplier<Crowd> crowd) {
      return all.computeIfAbsent(
          name,
          any -> {
            Crowd made = crowd.get();
            return new Shared<>(made::comeAndGo);
          });
    }

    @Override
    public void close() {
      // each is gone when it has been measured
    }
  }
}
