package polder.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.api.client.RemoteHost;
import polder.linux.Child;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;
import polder.model.Host;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

/** A polderd as it is installed, with its state in the stage's directory, and a client of it. */
final class DaemonHost implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path root;
  private final Path home;
  private final Child process;
  private final Host host;

  private DaemonHost(Path root, Path home, Child process, Host host) {
    this.root = root;
    this.home = home;
    this.process = process;
    this.host = host;
  }

  /** The stage's daemon, which answers. */
  static DaemonHost of(Stage stage) {
    return stage.prop(DaemonHost.class, DaemonHost::make);
  }

  private static DaemonHost make(Stage stage) {
    Path root = Path.of(System.getProperty("polder.root", "..")).toAbsolutePath().normalize();
    if (!Files.exists(root.resolve("target/dist/built"))) {
      throw new Missing("polder is not built: run ./polder build");
    }
    Userland userland = Userland.of(stage);
    Path home = stage.directory().resolve("daemon");
    ProgramBuilder p = Program.builder(Set.of());
    String program = program(root);
    p.exec(program, List.of(program, "daemon"), environment(home));
    Child process = stage.launcher().launch(p.build());
    Host host = RemoteHost.open(home.resolve("run/api.sock"));
    DaemonHost made = new DaemonHost(root, home, process, host);
    try (InputStream tarball = Files.newInputStream(userland.tarball())) {
      made.awaitAnswer(stage);
      host.images().importTarball(tarball, ImageRequest.of(ZoneHost.IMAGE), Progress.NONE);
      return made;
    } catch (IOException e) {
      made.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  private void awaitAnswer(Stage stage) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        host.info();
        return;
      } catch (PolderException e) {
        if (System.nanoTime() - until > 0 || process.pidfd().status().isPresent()) {
          throw e;
        }
        stage.rest(Duration.ofMillis(20));
      }
    }
  }

  Host host() {
    return host;
  }

  /** Where Polder is. */
  Path root() {
    return root;
  }

  /** The program of the command line. */
  String program() {
    return program(root);
  }

  /** What leads the command line to this daemon. */
  List<String> environment() {
    return environment(home);
  }

  private static String program(Path root) {
    return root.resolve("polder").toString();
  }

  private static List<String> environment(Path home) {
    return List.of(
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "JAVA_HOME=" + System.getProperty("java.home"),
        "POLDER_NO_BUILD=1",
        "POLDER_HOME=" + home);
  }

  long pid() {
    return process.pid();
  }

  /** How many processes it has made that are in no zone: in the same process namespace as it. */
  long helpers() {
    Optional<Path> namespace = namespace(pid());
    return ProcessHandle.of(pid()).stream()
        .flatMap(ProcessHandle::descendants)
        .map(each -> namespace(each.pid()))
        .filter(each -> each.isPresent() && each.equals(namespace))
        .count();
  }

  private static Optional<Path> namespace(long pid) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid")));
    } catch (IOException e) {
      return Optional.empty(); // it has just ended
    }
  }

  @Override
  public void close() {
    host.close();
    process.pidfd().signal(Signal.TERM);
    if (process.pidfd().await(PATIENCE).isEmpty()) {
      process.pidfd().signal(Signal.KILL);
      process.pidfd().await();
    }
    process.close();
  }
}
