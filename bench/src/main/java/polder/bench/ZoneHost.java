package polder.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import polder.engine.HostPaths;
import polder.engine.Polder;
import polder.model.Brand;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.Host;
import polder.model.ImageRequest;
import polder.model.Progress;
import polder.model.Session;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/**
 * Polder as a program embeds it: the library, in this JVM, with its state in the stage's directory
 * and brand lx from the same userland that the peer has.
 */
final class ZoneHost implements AutoCloseable {
  static final String IMAGE = "bench";

  /** A daemon that has run for a minute has compiled what an exec takes; so have we then. */
  private static final int EXECS_BEFORE = 300;

  /** As well for starts. */
  private static final int STARTS_BEFORE = 200;

  private static final long MEGABYTE = 1 << 20;

  private final Host host;

  private ZoneHost(Host host) {
    this.host = host;
  }

  /** The stage's host. */
  static ZoneHost of(Stage stage) {
    return stage.prop(ZoneHost.class, ZoneHost::make);
  }

  private static ZoneHost make(Stage stage) {
    Userland userland = Userland.of(stage);
    HostPaths paths = HostPaths.below(stage.directory().resolve("host"));
    Host host =
        Polder.open(
            new HostPaths(
                paths.config(),
                paths.state(),
                stage.memory().resolve("run"), // as of a host that is installed
                paths.log(),
                paths.socket()));
    try (InputStream tarball = Files.newInputStream(userland.tarball())) {
      host.images().importTarball(tarball, ImageRequest.of(IMAGE), Progress.NONE);
      return new ZoneHost(host);
    } catch (IOException e) {
      host.close();
      throw new UncheckedIOException(e);
    }
  }

  Host host() {
    return host;
  }

  /** A zone that runs /bin/true, from start to its end. */
  Contender start(boolean limited) {
    ZoneRef zone = create("true", limited, "/bin/true");
    Runnable work =
        () -> {
          host.zones().start(zone);
          check(host.zones().await(zone));
        };
    for (int i = 0; i < STARTS_BEFORE; i++) {
      work.run();
    }
    return contender(zone, work);
  }

  /** As {@link #start}, until all of it is taken down: nothing is done to a zone before that. */
  Contender startAndClear() {
    ZoneRef zone = create("true-down", false, "/bin/true");
    return contender(
        zone,
        () -> {
          host.zones().start(zone);
          check(host.zones().await(zone));
          host.zones().attach(zone).close();
        });
  }

  /** /bin/true as one more process of a zone that sleeps. */
  Contender exec(boolean limited) {
    ZoneRef zone = create("sleep", limited, "/bin/sleep", "1000000");
    host.zones().start(zone);
    ExecSpec command = ExecSpec.of("/bin/true");
    Runnable work =
        () -> {
          try (Session session = host.zones().exec(zone, command)) {
            check(session.await());
          }
        };
    for (int i = 0; i < EXECS_BEFORE; i++) {
      work.run();
    }
    return contender(zone, work);
  }

  private Contender contender(ZoneRef zone, Runnable work) {
    return new Contender() {
      @Override
      public double measure() {
        return Contender.milliseconds(work);
      }

      @Override
      public void close() {
        host.zones().delete(zone, true);
      }
    };
  }

  private ZoneRef create(String alias, boolean limited, String... command) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, "bench-" + alias + (limited ? "-limited" : ""))
            .with(ZoneProperties.IMAGE, IMAGE)
            .with(ZoneProperties.AUTOBOOT, false)
            .with(ZoneProperties.CMD, List.of(command));
    if (limited) {
      spec =
          spec.with(ZoneProperties.MAX_PHYSICAL_MEMORY, OciBundle.MEMORY / MEGABYTE)
              .with(ZoneProperties.MAX_LWPS, OciBundle.PIDS)
              .with(ZoneProperties.CPU_SHARES, OciBundle.CPU_SHARES);
    }
    return ZoneRef.of(host.zones().create(spec).uuid());
  }

  static void check(ExitStatus status) {
    if (!status.success()) {
      throw new IllegalStateException("/bin/true ended with " + status.code());
    }
  }

  @Override
  public void close() {
    try (host) {
      host.images().delete(IMAGE);
    }
  }
}
