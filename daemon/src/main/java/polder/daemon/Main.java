package polder.daemon;

import polder.engine.HostPaths;
import polder.engine.Polder;

/** Begins polderd. */
public final class Main {
  private Main() {}

  /** Runs the daemon of the host that the environment names, until SIGTERM. */
  public static void main(String[] words) {
    DaemonLog.install(System.getenv());
    HostPaths paths = HostPaths.fromEnvironment();
    System.exit(Daemon.run(() -> Polder.open(paths), paths.socket()));
  }
}
