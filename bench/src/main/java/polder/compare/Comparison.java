package polder.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import polder.bench.Missing;
import polder.model.Brand;

/**
 * One run: every place is started, then all of them stand side by side while each workload goes
 * round them, so that what else the machine does meets all alike.
 */
final class Comparison {
  static final String BARE = "bare";

  /** All there are. */
  static final List<String> PLACES =
      List.of(
          BARE,
          "native",
          "lx",
          "vm-emulated-tcg",
          "vm-virtio-tcg",
          "vm-emulated-kvm",
          "vm-virtio-kvm");

  private static final double GIBIBYTE = 1024; // MiB
  private static final int STEPS = 12;
  private static final int MOST_GROWTH = 8;

  private final Options options;
  private final Path cache;
  private final Consumer<String> progress;
  private final Results results = new Results();
  private final Thread worker = Thread.currentThread();
  private volatile boolean stopped;

  /**
   * A comparison, made on the thread that runs it.
   *
   * @param cache where a kernel for guests is kept
   * @param progress told what is going on
   */
  Comparison(Options options, Path cache, Consumer<String> progress) {
    this.options = options;
    this.cache = cache;
    this.progress =
        words -> {
          if (stopped) {
            throw new IllegalStateException("stopped");
          }
          progress.accept(words);
        };
  }

  /** Has it end soon, and take away what it made. From any thread. */
  void stop() {
    stopped = true;
    worker.interrupt();
  }

  /**
   * Does all of it, and takes away what it made.
   *
   * @throws Missing if nothing can be compared here
   */
  Results run() {
    try (Workshop workshop = Workshop.make();
        TrialHost host = TrialHost.open(workshop);
        Crew crew = new Crew()) {
      hire(crew, workshop, host);
      crew.places().forEach(place -> results.place(place.name(), place.what()));
      Map<String, Running> running = start(crew);
      for (Workload workload : options.chosen()) {
        measure(workload, running);
      }
      progress.accept("");
      return results;
    }
  }

  private void hire(Crew crew, Workshop workshop, TrialHost host) {
    crew.add(new BarePlace(workshop));
    for (Brand brand : List.of(Brand.NATIVE, Brand.LX)) {
      if (options.wants(brand.word())) {
        attempt(brand.word(), () -> new ZonePlace(host, brand)).ifPresent(crew::add);
      }
    }
    for (String accelerator : List.of("tcg", "kvm")) {
      for (Devices devices : Devices.values()) {
        String name = "vm-%s-%s".formatted(devices.word(), accelerator);
        if (options.wants(name)) {
          guest(workshop, host, devices, accelerator, name).ifPresent(crew::add);
        }
      }
    }
  }

  private Optional<Place> guest(
      Workshop workshop, TrialHost host, Devices devices, String accelerator, String name) {
    Optional<String> refused = host.refused(accelerator);
    if (refused.isPresent()) {
      results.remark("%s is left out: %s".formatted(name, refused.get()));
      return Optional.empty();
    }
    progress.accept("a kernel for guests");
    return attempt(
        name, () -> new GuestPlace(host, workshop, GuestKernel.of(cache), devices, accelerator));
  }

  /** What {@code work} gives; if it fails, a remark. */
  private <T> Optional<T> attempt(String name, Supplier<T> work) {
    try {
      return Optional.of(work.get());
    } catch (RuntimeException e) {
      if (stopped) {
        throw e;
      }
      String how = e instanceof Missing ? "is left out" : "failed";
      results.remark("%s %s: %s".formatted(name, how, e.getMessage()));
      return Optional.empty();
    }
  }

  /** Starts each several times, and leaves each running and prepared. */
  private Map<String, Running> start(Crew crew) {
    crew.places().forEach(this::warmUp);
    Map<String, Running> running = new LinkedHashMap<>();
    for (int round = 0; round < options.starts(); round++) {
      for (Place place : crew.places()) {
        progress.accept("start %d: %s".formatted(round + 1, place.name()));
        Optional.ofNullable(running.remove(place.name())).ifPresent(crew::end);
        long began = System.nanoTime();
        attempt(place.name(), place::start)
            .ifPresent(
                each -> {
                  crew.keep(each);
                  results.add(Measure.START, place.name(), (System.nanoTime() - began) / 1e6);
                  running.put(place.name(), each);
                });
      }
    }
    running.entrySet().removeIf(each -> !settle(each.getKey(), each.getValue()));
    return running;
  }

  /** A host that has run for a minute has compiled what a start takes; so has this one then. */
  private void warmUp(Place place) {
    progress.accept("warming up: " + place.name());
    for (int i = 0; i < place.warmUps(); i++) {
      attempt(place.name(), place::start).ifPresent(Running::close);
    }
  }

  /** Measures what a place is at rest, and prepares it for work; says whether it can work. */
  private boolean settle(String name, Running running) {
    double mebibytes = ProcessMemory.of(running.pid());
    results.add(Measure.RESIDENT, name, mebibytes);
    results.add(Measure.FIT, name, Math.floor(GIBIBYTE / mebibytes));
    return attempt(name, () -> prepared(running)).isPresent();
  }

  private static Running prepared(Running running) {
    running.shell().run("prepare", 1);
    return running;
  }

  private void measure(Workload workload, Map<String, Running> running) {
    List<Turn> turns = new ArrayList<>();
    running.forEach(
        (name, place) -> {
          progress.accept("%s: how often, %s".formatted(workload.word(), name));
          attempt("%s in %s".formatted(workload.word(), name), () -> count(workload, place))
              .ifPresent(count -> turns.add(new Turn(name, place, count)));
        });
    for (int round = 1; round <= options.rounds(); round++) {
      String words = "%s: round %d, ".formatted(workload.word(), round);
      turns.removeIf(
          turn -> {
            progress.accept(words + turn.name());
            return !measure(workload, turn);
          });
    }
  }

  private boolean measure(Workload workload, Turn turn) {
    Optional<Double> seconds =
        attempt(
            "%s in %s".formatted(workload.word(), turn.name()),
            () -> time(workload, turn.place(), turn.count()));
    seconds.ifPresent(
        each -> results.add(workload.measure(), turn.name(), workload.rate(turn.count(), each)));
    return seconds.isPresent();
  }

  /** Who is next, and how often the workload is done then. */
  private record Turn(String name, Running place, int count) {}

  /** How often it is done in the time that a round has. */
  private int count(Workload workload, Running place) {
    int count = workload.least();
    for (int i = 0; i < STEPS; i++) {
      double seconds = time(workload, place, count);
      if (seconds > options.seconds() / 2 || count == workload.most()) {
        break;
      }
      double growth = Math.min(MOST_GROWTH, options.seconds() / Math.max(seconds, 1e-6));
      count = (int) Math.min(workload.most(), Math.max(count + 1, count * growth));
    }
    return count;
  }

  private static double time(Workload workload, Running place, int count) {
    long began = System.nanoTime();
    workload.run(place, count);
    return (System.nanoTime() - began) / 1e9;
  }

  /** The places of a run and what runs of them; all of it ends with it. */
  private static final class Crew implements AutoCloseable {
    private final List<Place> places = new ArrayList<>();
    private final List<Running> running = new ArrayList<>();

    void add(Place place) {
      places.add(place);
    }

    List<Place> places() {
      return List.copyOf(places);
    }

    void keep(Running each) {
      running.add(each);
    }

    void end(Running each) {
      running.remove(each);
      each.close();
    }

    @Override
    public void close() {
      var _ = Thread.interrupted(); // who wants it to end wants it clean
      running.forEach(Running::close);
      places.reversed().forEach(Place::close);
    }
  }
}
