package polder.cli.host;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import polder.cli.call.HostFactory;
import polder.cli.call.Words;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.PolderException;

/**
 * The way to this machine's daemon, which is started when none answers.
 *
 * @param environment where {@code POLDER_HOST} names a daemon, {@code POLDER_HOME} a host below one
 *     directory, and {@code POLDER_START=no} forbids to start one
 * @param launcher the script that runs polder; empty if we were not started by it
 * @param client makes the host that speaks through a socket
 * @param tell told what takes a while
 */
public record LocalDaemon(
    Map<String, String> environment,
    Optional<String> launcher,
    Function<Path, Host> client,
    Consumer<String> tell)
    implements HostFactory {

  private static final Duration PATIENCE = Duration.ofMinutes(1); // for a busy host
  private static final long PERIOD = 20; // ms between two looks at the socket

  @Override
  public Host connect() {
    Optional<Path> named = named();
    Path socket = named.orElseGet(this::socket);
    if (!answers(socket)) {
      if (named.isPresent()) {
        throw unreachable("no daemon answers at " + socket + ", which POLDER_HOST names");
      }
      if (variable("POLDER_START").equals(Optional.of("no"))) {
        throw unreachable("no daemon answers at " + socket);
      }
      start(socket);
    }
    return client.apply(socket);
  }

  /**
   * The first Unix socket of a JVM takes some 25 ms, in which it prepares random names that ours do
   * not need: time in which another thread can read the command line.
   */
  @Override
  public void prepare() {
    Thread.ofPlatform()
        .daemon()
        .name("socket")
        .start(
            () -> {
              try (SocketChannel _ = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                // what is prepared stays
              } catch (IOException e) {
                // whoever connects is told
              }
            });
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  private Optional<Path> named() {
    return variable("POLDER_HOST")
        .map(
            text -> {
              if (!text.startsWith("unix:///")) {
                throw new PolderException(
                    ErrorKind.UNSUPPORTED,
                    "POLDER_HOST '"
                        + Words.printable(text)
                        + "' is not understood: this version speaks unix:///PATH");
              }
              return Path.of(text.substring("unix://".length()));
            });
  }

  private Optional<Path> home() {
    return variable("POLDER_HOME").map(home -> Path.of(home).toAbsolutePath().normalize());
  }

  private Path socket() {
    return home().map(home -> home.resolve("run/api.sock")).orElse(Path.of("/run/polder/api.sock"));
  }

  private Path log() {
    return home().map(home -> home.resolve("log")).orElse(Path.of("/var/log/polder"));
  }

  private static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("Permission denied")) {
        throw new PolderException(
            ErrorKind.DENIED,
            "you may not use "
                + socket
                + ": be root, or have root add you to its group (usermod -aG polder USER)",
            e);
      }
      return false;
    }
  }

  private void start(Path socket) {
    String script =
        launcher.orElseThrow(
            () ->
                unreachable("no daemon answers at " + socket + "; start one with 'polder daemon'"));
    tell.accept("starting polderd");
    Path log = log().resolve("polderd.log");
    Process daemon;
    try {
      Files.createDirectories(log());
      ProcessBuilder builder =
          new ProcessBuilder(List.of("setsid", script, "daemon")) // no terminal's SIGHUP ends it
              .directory(Path.of("/").toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .redirectErrorStream(true);
      home().ifPresent(home -> builder.environment().put("POLDER_HOME", home.toString()));
      daemon = builder.start();
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.UNREACHABLE,
          "no daemon answers at " + socket + ", and none can be started: " + e.getMessage(),
          e);
    }
    await(socket, daemon, log);
  }

  private static void await(Path socket, Process daemon, Path log) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!answers(socket)) {
      try {
        if (daemon.waitFor(PERIOD, TimeUnit.MILLISECONDS) && daemon.exitValue() != 0) {
          if (answers(socket)) {
            return; // somebody else started one at the same time
          }
          throw unreachable("polderd ended with " + daemon.exitValue() + ": " + last(log));
        }
        if (!daemon.isAlive()) {
          Thread.sleep(PERIOD);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw unreachable("interrupted while polderd was starting");
      }
      if (System.nanoTime() > end) {
        throw unreachable("polderd does not answer within a minute; see " + log);
      }
    }
  }

  /** The last line of the log, which says why. */
  private static String last(Path log) {
    try {
      List<String> lines = Files.readString(log).lines().filter(line -> !line.isBlank()).toList();
      return lines.isEmpty() ? "see " + log : lines.getLast() + " (" + log + ")";
    } catch (IOException e) {
      return "see " + log;
    }
  }

  private static PolderException unreachable(String sentence) {
    return new PolderException(ErrorKind.UNREACHABLE, sentence);
  }
}
