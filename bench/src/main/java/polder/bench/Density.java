package polder.bench;

import java.time.Duration;

/** What zones cost that are there and do nothing: on a daemon of ours, or a peer's. */
final class Density implements AutoCloseable {
  private static final int PROMISED = 500;
  private static final int FEW = 10;
  private static final int HANDS = 2;

  /** For the kernel to end what it does behind the back of whoever asked, and the JVM too. */
  private static final Duration SETTLING = Duration.ofSeconds(3);

  private final Stage stage;
  private final DaemonHost daemon;
  private final Shared<Figures> figures = new Shared<>(this::measure);

  /**
   * What was found.
   *
   * @param memory MiB of this machine for each zone: its process, the kernel's and the daemon's
   * @param helpers processes of the daemon for each zone, outside all zones
   * @param daemon the daemon's resident MiB with all of them
   */
  private record Figures(double memory, double helpers, double daemon) {}

  private Density(Stage stage, DaemonHost daemon) {
    this.stage = stage;
    this.daemon = daemon;
  }

  private static Density of(Stage stage) {
    return stage.prop(Density.class, s -> new Density(s, DaemonHost.of(s)));
  }

  /** Memory for each zone. */
  static Contender memory(Stage stage) {
    Density density = of(stage);
    return () -> density.figures.next("memory").memory();
  }

  /** Processes outside for each zone. */
  static Contender helpers(Stage stage) {
    Density density = of(stage);
    return () -> density.figures.next("helpers").helpers();
  }

  /** The daemon's memory. */
  static Contender daemon(Stage stage) {
    Density density = of(stage);
    return () -> density.figures.next("daemon").daemon();
  }

  /** Memory for each container of the peer's. */
  static Contender peer(Stage stage) {
    int size = stage.crowd(PROMISED);
    Crowd crowd = new Crowd(stage, Crun.of(stage).members(size), size, HANDS);
    return () -> {
      double before = settled(stage);
      crowd.fill();
      try {
        return (settled(stage) - before) / crowd.size();
      } finally {
        crowd.clear();
      }
    };
  }

  private Figures measure() {
    Crowd.Member members = new ZoneMembers(daemon.host());
    Crowd few = new Crowd(stage, members, FEW, HANDS);
    few.fill(); // what the first zones cost for all
    few.clear();
    Crowd crowd = new Crowd(stage, members, stage.crowd(PROMISED), HANDS);
    double memory = settled(stage);
    long helpers = daemon.helpers();
    crowd.fill();
    try {
      double each = (settled(stage) - memory) / crowd.size();
      double more = (daemon.helpers() - helpers) / (double) crowd.size();
      return new Figures(each, more, Memory.resident(daemon.pid()));
    } finally {
      crowd.clear();
    }
  }

  private static double settled(Stage stage) {
    stage.rest(SETTLING);
    return Memory.used();
  }

  @Override
  public void close() {
    // the daemon is a prop of its own
  }
}
