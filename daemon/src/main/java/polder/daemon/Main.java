package polder.daemon;

import polder.engine.HostPaths;
import polder.engine.Polder;
import polder.model.PolderException;

/** {@code polder daemon}: this machine's host, until SIGTERM. */
public final class Main {
  private Main() {}

  /** Takes no arguments: {@code POLDER_HOME} and {@code POLDER_LOG} say all there is to say. */
  public static void main(String[] args) {
    if (args.length > 0) {
      System.err.println(
          "polderd: '%s' is not known; it takes no arguments, POLDER_HOME says where its files are"
              .formatted(args[0]));
      System.exit(2);
    }
    DaemonLog.install(System.getenv());
    System.exit(run());
  }

  private static int run() {
    try {
      HostPaths paths = HostPaths.fromEnvironment();
      return Daemon.run(() -> Polder.open(paths), paths.socket());
    } catch (PolderException e) {
      System.err.println("polderd: " + e.getMessage());
      return 1;
    }
  }
}
