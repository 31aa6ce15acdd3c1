package polder.brand.zone;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import polder.linux.Links;
import polder.linux.MountSteps;
import polder.linux.Namespace;
import polder.linux.Operand;
import polder.linux.ProcessSteps;
import polder.linux.Program;
import polder.linux.ProgramBuilder;

/** A zone's first process as a list of system calls. Looks at nothing but its arguments. */
final class ZoneProgram {
  /** Where a process has its terminal's master while it waits for go, to be taken from there. */
  static final int MASTER = 300; // above all numbers that descriptors are passed as

  /** Where a process has its end of a handover while it waits for go. */
  private static final int HANDOVER = 301;

  private static final int AFTER_REPORT = 4; // 3 is the report socket, while nothing is inherited
  private static final Set<Namespace> NAMESPACES =
      EnumSet.of(Namespace.MOUNT, Namespace.PID, Namespace.NET, Namespace.UTS, Namespace.IPC);

  private ZoneProgram() {}

  /** The program for {@code blueprint}, whose descriptors must be open at its launch. */
  static Program of(Blueprint blueprint) {
    Set<Namespace> namespaces = EnumSet.copyOf(NAMESPACES);
    if (blueprint.userNamespace()) {
      namespaces.add(Namespace.USER);
    }
    ProgramBuilder program = Program.builder(namespaces);
    program.bornIn(blueprint.cgroup());
    program.waitForGo(); // ids, and the rest of its control group
    Launched.join(program, blueprint.cgroup());
    ProcessSteps process = program.process();
    if (blueprint.userNamespace()) {
      becomeRoot(process);
    }
    process.unshare(EnumSet.of(Namespace.CGROUP)); // its root is the group it is in now
    process.setHostname(blueprint.hostname());
    if (!blueprint.domainname().isEmpty()) {
      process.setDomainname(blueprint.domainname());
    }
    Links.raiseLoopback(program);
    build(program, blueprint);
    ConfinementSteps.begin(program, blueprint.confinement());
    program.waitForGo();
    if (blueprint.terminal()) {
      program.files().close(Operand.of(MASTER));
    }
    blueprint
        .handover()
        .ifPresent(each -> program.files().receive(Operand.of(HANDOVER), each.count()));
    ConfinementSteps.finish(program, blueprint.confinement(), blueprint.command().workdir());
    start(program, blueprint);
    return program.build();
  }

  /** From the host's ids, which it has none of in its namespace, to its own. */
  static void becomeRoot(ProcessSteps process) {
    process.setGroups(List.of());
    process.setGid(0);
    process.setUid(0);
  }

  private static void build(ProgramBuilder program, Blueprint blueprint) {
    program.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
    KernelMounts kernel =
        KernelMounts.make(program, blueprint.cgroup().unified(), blueprint.sysctls());
    var root = new RootSteps(program);
    root.enter(blueprint.root());
    root.attach(blueprint.attachments());
    root.makeDirectories(blueprint.command().workdir());
    blueprint.directories().forEach(root::makeDirectories);
    kernel.attach(blueprint.devices());
    ProcessSteps process = program.process();
    if (blueprint.terminal()) {
      Operand peer = kernel.terminal(MASTER, (int) blueprint.confinement().account().uid());
      process.stdio(peer, peer, peer);
    } else {
      process.stdio(
          program.pass(blueprint.stdio().in()),
          program.pass(blueprint.stdio().out()),
          program.pass(blueprint.stdio().err()));
    }
    if (blueprint.readOnlyRoot()) {
      root.makeReadOnly();
    }
    List<Integer> kept = new ArrayList<>();
    if (blueprint.terminal()) {
      kept.add(MASTER);
    }
    if (blueprint.handover().isPresent()) {
      Operand end = program.pass(blueprint.handover().get().theirs());
      program.files().dup3(end, HANDOVER);
      kept.add(HANDOVER);
    }
    closeAllBut(program, kept);
  }

  /** Nothing that leads to the host stays open while it waits, or later, but {@code kept}. */
  static void closeAllBut(ProgramBuilder program, List<Integer> kept) {
    int first = AFTER_REPORT;
    for (int each : kept) {
      if (each > first) {
        program.files().closeRange(first, each - 1);
      }
      first = each + 1;
    }
    program.files().closeRange(first, Integer.MAX_VALUE);
  }

  private static void start(ProgramBuilder program, Blueprint blueprint) {
    switch (blueprint.first()) {
      case IDLE -> {
        program.process().newSession();
        program.beIdleInit();
        return;
      }
      case INIT -> program.beInit();
      case PROGRAM -> {}
    }
    execute(program, blueprint.command(), blueprint.terminal());
  }

  /** As the leader of a session of its own, with the terminal as the session's. */
  static void execute(ProgramBuilder program, Command command, boolean terminal) {
    program.process().newSession();
    if (terminal) {
      program.process().takeTerminal(Operand.of(0));
    }
    program.execAnyOf(command.candidates(), command.arguments(), command.environmentStrings());
  }
}
