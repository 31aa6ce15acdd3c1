package polder.cli;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Usage;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * A command that the launcher script does itself, because it becomes another program. It is here
 * for its help, manual page and completion.
 */
record LauncherCommand(Usage usage) implements Command {
  static LauncherCommand daemon() {
    return new LauncherCommand(
        Usage.of("daemon", "run the daemon, polderd, in the foreground")
            .text(
                "The other commands start it in the background when none answers. Zones run on"
                    + " when it ends; the next one finds them.")
            .example("polder daemon", "runs it until SIGTERM, logging to standard error")
            .example("POLDER_HOME=/tmp/p polder daemon", "runs a second host on this machine"));
  }

  static LauncherCommand demo() {
    return new LauncherCommand(
        Usage.of("demo", "show what zones are, on a host of the demo's own")
            .text(
                "Makes a Debian userland, a native and an lx zone, compares them, crashes one, and"
                    + " cleans up. Needs root. The first run takes minutes, the next seconds.")
            .flag("--keep", "leave its zones and daemon running, and tell how to reach them")
            .example("./polder demo", "from a fresh clone to running zones"));
  }

  static LauncherCommand bench() {
    return new LauncherCommand(
        Usage.of("bench", "measure Polder beside its peers")
            .text("Prints a table; with --json one object a row.")
            .example("polder bench -j", "measures start and exec of /bin/true beside crun"));
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    throw new PolderException(
        ErrorKind.UNSUPPORTED,
        "'polder %s' is done by the launcher script; call ./polder %s, or the installed polder"
            .formatted(usage.name(), usage.name()));
  }
}
