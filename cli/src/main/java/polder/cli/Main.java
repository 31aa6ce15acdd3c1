package polder.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.api.client.RemoteHost;
import polder.cli.call.Caller;
import polder.cli.call.Output;
import polder.cli.host.LocalDaemon;
import polder.cli.terminal.LocalScreen;

/** Begins the command line. */
public final class Main {
  private Main() {}

  /** Does what the words ask, and ends with its exit code. */
  public static void main(String[] words) {
    int code = new Dispatcher(caller(System.getenv())).run(List.of(words));
    Runtime.getRuntime().halt(code); // all is flushed and closed; exit() would load a logger first
  }

  /** Whoever called this process. */
  static Caller caller(Map<String, String> environment) {
    Output out = new Output(new FileOutputStream(FileDescriptor.out), isTerminal(1));
    Output err = new Output(new FileOutputStream(FileDescriptor.err), isTerminal(2));
    LocalDaemon daemon =
        new LocalDaemon(
            environment,
            Optional.ofNullable(System.getProperty("polder.launcher")),
            RemoteHost::open,
            sentence -> {
              if (err.terminal()) {
                err.line("polder: " + sentence);
              }
            });
    return new Caller(
        new FileInputStream(FileDescriptor.in),
        isTerminal(0),
        out,
        err,
        environment,
        Path.of(""),
        daemon,
        LocalScreen::open);
  }

  /** By its name, because isatty(3) would be a foreign call: 18 ms. */
  private static boolean isTerminal(int descriptor) {
    try {
      String file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return file.startsWith("/dev/pts/")
          || file.startsWith("/dev/tty")
          || file.startsWith("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }
}
