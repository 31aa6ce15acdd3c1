package polder.brand.zone;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.linux.CgroupEntrance;
import polder.linux.Fd;
import polder.linux.FileSteps;
import polder.linux.Namespace;
import polder.linux.Operand;
import polder.linux.Pidfd;
import polder.linux.ProcessSteps;
import polder.linux.Program;
import polder.linux.ProgramBuilder;

/**
 * A process that enters a zone, as a list of system calls. Looks at nothing but its arguments.
 *
 * <p>It is in the zone's control groups before it joins a namespace, and cannot be traced until it
 * executes: a zone's root has no power over a process that the host's root made.
 */
final class EntryProgram {
  private static final Set<Namespace> NAMESPACES =
      EnumSet.of(
          Namespace.MOUNT,
          Namespace.PID,
          Namespace.NET,
          Namespace.UTS,
          Namespace.IPC,
          Namespace.CGROUP);

  private EntryProgram() {}

  /**
   * The program.
   *
   * @param first the zone's first process
   * @param cgroup the way into the zone's control group
   * @param streams the zone's ends of input, output and error; empty with a terminal
   */
  static Program of(Entry entry, Pidfd first, CgroupEntrance cgroup, Optional<Streams> streams) {
    ProgramBuilder program = Program.builder(Set.of());
    Launched.confine(program, cgroup);
    ProcessSteps process = program.process();
    streams.ifPresent(
        s -> {
          Operand output = program.pass(s.output());
          Operand error = program.pass(s.error());
          process.stdio(program.pass(s.input()), output, error);
        });
    Set<Namespace> namespaces = EnumSet.copyOf(NAMESPACES);
    if (entry.userNamespace()) {
      namespaces.add(Namespace.USER);
    }
    process.joinNamespaces(program.pass(first.fd()), namespaces);
    if (entry.userNamespace()) {
      ZoneProgram.becomeRoot(process);
    }
    if (entry.terminal()) {
      openTerminal(program, (int) entry.confinement().account().uid());
    }
    ZoneProgram.closeAllBut(program, entry.terminal() ? List.of(ZoneProgram.MASTER) : List.of());
    program.forkOn(); // the pid namespace begins with the next process
    ConfinementSteps.begin(program, entry.confinement());
    if (entry.terminal()) {
      program.waitForGo(); // the master is taken
      program.files().close(Operand.of(ZoneProgram.MASTER));
    }
    ConfinementSteps.finish(program, entry.confinement(), entry.command().workdir());
    ZoneProgram.execute(program, entry.command(), entry.terminal());
    return program.build();
  }

  /** Of the zone's own devpts; that it is one, we see before we trust what it is given. */
  private static void openTerminal(ProgramBuilder program, int owner) {
    Operand master =
        program
            .files()
            .openIn(
                Operand.AT_FDCWD,
                "/dev/pts/ptmx",
                FileSteps.O_RDWR | FileSteps.O_NOCTTY,
                FileSteps.RESOLVE_NO_SYMLINKS | FileSteps.RESOLVE_IN_ROOT);
    program.files().dup3(master, ZoneProgram.MASTER);
    Operand peer = program.process().peerOf(Operand.of(ZoneProgram.MASTER));
    program.files().own(peer, owner, 5);
    program.process().stdio(peer, peer, peer);
  }

  /**
   * The zone's ends of a process's streams.
   *
   * @param input to read from
   * @param output to write to
   * @param error to write to
   */
  record Streams(Fd input, Fd output, Fd error) {}
}
