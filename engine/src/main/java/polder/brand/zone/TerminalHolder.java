package polder.brand.zone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import polder.linux.Cgroup;
import polder.linux.CgroupEntrance;
import polder.linux.Child;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.linux.Operand;
import polder.linux.Pidfd;
import polder.linux.ProcessIdentity;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.SyscallException;

/**
 * The master of a zone's terminal, and a process that keeps it open while we are away: if the last
 * master closed, the zone's session would be hung up.
 *
 * <p>The process is one of the launcher's, in the zone's control group but in the host's
 * namespaces, by which it is found again: nothing that runs in a zone has those. It ends with the
 * zone's first process.
 */
final class TerminalHolder {
  private static final String NAME = "polder-terminal"; // 15 bytes, as many as there can be
  private static final Duration END = Duration.ofSeconds(1);

  private final Fd master;
  private final @Nullable Child holder;

  private TerminalHolder(Fd master, @Nullable Child holder) {
    this.master = master;
    this.holder = holder;
  }

  /** Has {@code master}, which is taken over, held until {@code first} ends. */
  static TerminalHolder start(Launcher launcher, Cgroup cgroup, Fd master, Pidfd first) {
    try (CgroupEntrance entrance = cgroup.entrance()) {
      ProgramBuilder program = Program.builder(Set.of());
      Launched.confine(program, entrance);
      program.waitForGo(); // by then it has the descriptors
      program.files().dup2(program.pass(master), ZoneProgram.MASTER);
      Operand end = program.pass(first.fd());
      program.process().setName(NAME);
      program.process().awaitEnd((Operand.Constant) end);
      Child holder = launcher.launch(program.build());
      try {
        holder.awaitReady();
        holder.go();
        return new TerminalHolder(master, holder);
      } catch (RuntimeException e) {
        Launched.abandon(holder, e);
        throw e;
      }
    } catch (RuntimeException e) {
      master.close();
      throw e;
    }
  }

  /** Finds the master again that somebody holds for the zone of {@code cgroup}. */
  static Optional<TerminalHolder> find(Cgroup cgroup) {
    for (long pid : cgroup.pids()) {
      Optional<Fd> master = ProcessIdentity.of((int) pid).flatMap(TerminalHolder::master);
      if (master.isPresent()) {
        return Optional.of(new TerminalHolder(master.get(), null));
      }
    }
    return Optional.empty();
  }

  private static Optional<Fd> master(ProcessIdentity identity) {
    Optional<Pidfd> process = Pidfd.open(identity);
    if (process.isEmpty()) {
      return Optional.empty();
    }
    try (Pidfd pidfd = process.get()) {
      if (!isHolder(identity.pid())) {
        return Optional.empty();
      }
      Fd master = Launched.master(pidfd.getFd(ZoneProgram.MASTER));
      if (!pidfd.isAlive()) { // then it may have been another one's
        master.close();
        return Optional.empty();
      }
      return Optional.of(master);
    } catch (SyscallException e) {
      return Optional.empty();
    }
  }

  private static boolean isHolder(int pid) {
    Path proc = Path.of("/proc", Integer.toString(pid));
    try {
      String name = Files.readString(proc.resolve("comm"), StandardCharsets.ISO_8859_1).strip();
      return name.equals(NAME)
          && Files.readSymbolicLink(proc.resolve("ns/pid"))
              .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/pid")));
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  /** The master; it belongs to this. */
  Fd master() {
    return master;
  }

  /** Lets go of the master, and of the holder if its zone has ended. */
  void release(boolean ended) {
    master.close();
    if (holder != null) {
      if (ended) {
        var _ = holder.pidfd().await(END);
      }
      holder.leave();
    }
  }
}
