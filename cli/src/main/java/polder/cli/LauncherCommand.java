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

  static LauncherCommand compare() {
    return new LauncherCommand(
        Usage.of("compare", "measure what each way of virtualizing costs")
            .text(
                "Does the same work on the bare host, in a native zone, in an lx zone and in virtual"
                    + " machines with emulated and with paravirtual devices, in turn in one run."
                    + " Prints a table with ratios to the bare host; with --json one object a"
                    + " figure. Needs root; fetches a kernel for guests the first time. Places are"
                    + " native, lx, vm-emulated-tcg, vm-virtio-tcg and, where KVM works,"
                    + " vm-emulated-kvm and vm-virtio-kvm; workloads cpu, memory, syscalls,"
                    + " processes, write, sync, read, tcp and http.")
            .flag("--quick", "fewer and shorter rounds: some minutes in all")
            .option("--rounds", "N", "rounds that count, 1 to 100 (5; 3 with --quick)")
            .option("--report", "FILE", "write a page with plots, too")
            .option("--place", "NAME,…", "only these, beside the bare host")
            .option("--workload", "NAME,…", "only these")
            .example("polder compare --quick", "a table in some minutes")
            .example("polder compare --report compare.html", "and a page with plots"));
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    throw new PolderException(
        ErrorKind.UNSUPPORTED,
        "'polder %s' is done by the launcher script; call ./polder %s, or the installed polder"
            .formatted(usage.name(), usage.name()));
  }
}
