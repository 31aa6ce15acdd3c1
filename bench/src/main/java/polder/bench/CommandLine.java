package polder.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import polder.model.Brand;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** {@code polder} as it is typed, a JVM each time, beside the stage's daemon. */
final class CommandLine implements AutoCloseable {
  private static final int LISTED = 200;
  private static final Duration CACHE = Duration.ofSeconds(60);

  private final Stage stage;
  private final DaemonHost daemon;

  private CommandLine(Stage stage, DaemonHost daemon) {
    this.stage = stage;
    this.daemon = daemon;
  }

  /** The stage's command line. */
  static CommandLine of(Stage stage) {
    return stage.prop(CommandLine.class, CommandLine::make);
  }

  private static CommandLine make(Stage stage) {
    DaemonHost daemon = DaemonHost.of(stage);
    Path cache = daemon.root().resolve("target/dist/polder.aot");
    long until = System.nanoTime() + CACHE.toNanos();
    while (!Files.exists(cache) && System.nanoTime() < until) {
      stage.rest(Duration.ofMillis(100)); // the build makes it in the background
    }
    return new CommandLine(stage, daemon);
  }

  /** {@code polder version}, which asks nobody. */
  Contender version() {
    return contender("version");
  }

  /** {@code polder run --rm} of true. */
  Contender run() {
    return contender("run", "--rm", ZoneHost.IMAGE, "true");
  }

  /** {@code polder list} of zones that do not run. */
  Contender list() {
    int count = stage.crowd(LISTED);
    List<ZoneRef> zones = new ArrayList<>();
    Contender list = contender("list");
    Contender contender =
        new Contender() {
          @Override
          public double measure() {
            return list.measure();
          }

          @Override
          public void close() {
            zones.forEach(zone -> daemon.host().zones().delete(zone, true));
          }
        };
    try {
      for (int i = 0; i < count; i++) {
        ZoneSpec spec =
            ZoneSpec.of(Brand.LX)
                .with(ZoneProperties.ALIAS, "listed-" + i)
                .with(ZoneProperties.IMAGE, ZoneHost.IMAGE)
                .with(ZoneProperties.AUTOBOOT, false)
                .with(ZoneProperties.MAX_PHYSICAL_MEMORY, 256L)
                .with(ZoneProperties.CMD, List.of("/bin/sleep", "1000000"));
        zones.add(ZoneRef.of(daemon.host().zones().create(spec).uuid()));
      }
      return contender;
    } catch (RuntimeException e) {
      contender.close();
      throw e;
    }
  }

  private Contender contender(String... words) {
    List<String> all = new ArrayList<>(List.of(daemon.program()));
    all.addAll(List.of(words));
    Command command = Command.with(stage, all, daemon.environment());
    return () -> Contender.milliseconds(command::run);
  }

  /** A JVM that prints hello, with the flags that {@code polder} gives its own. */
  static Contender hello(Stage stage) {
    Command command =
        Command.with(
            stage,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xlog:disable",
                "-cp",
                Path.of(Hello.class.getProtectionDomain().getCodeSource().getLocation().getPath())
                    .toString(),
                Hello.class.getName()),
            List.of());
    return () -> Contender.milliseconds(command::run);
  }

  @Override
  public void close() {
    // the daemon is a prop of its own
  }
}
