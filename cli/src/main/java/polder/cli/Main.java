package polder.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    Output out = new Output(new FileOutputStream(FileDescriptor.out), isTerminal(1));
    Output err = new Output(new FileOutputStream(FileDescriptor.err), isTerminal(2));
    LocalDaemon daemon =
        new LocalDaemon(
            System.getenv(),
            Optional.ofNullable(System.getProperty("polder.launcher")),
            RemoteHost::open,
            sentence -> {
              if (err.terminal()) {
                err.line("polder: " + sentence);
              }
            });
    Caller caller =
        new Caller(
            new FileInputStream(FileDescriptor.in),
            isTerminal(0),
            out,
            err,
            System.getenv(),
            Path.of(""),
            daemon,
            LocalScreen::open);
    System.exit(new Dispatcher(caller).run(List.of(words)));
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
