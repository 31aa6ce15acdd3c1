package polder.brand.zone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import polder.linux.CgroupEntrance;
import polder.linux.Child;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.FileType;
import polder.linux.LaunchException;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;
import polder.linux.Stat;
import polder.linux.StatFs;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** What is done from outside to a zone's process while it waits. */
final class Launched {
  /** When memory is short the kernel should look among zones before it looks at the host. */
  private static final int OOM_SCORE = 500;

  private static final int OWN_SCORE = ownScore();

  private static final int PTMX_MAJOR = 5; // Documentation/admin-guide/devices.txt
  private static final int PTMX_MINOR = 2;

  private Launched() {}

  /** The first steps of every process of a zone: into its control group, and its place in need. */
  static void confine(ProgramBuilder program, CgroupEntrance cgroup) {
    program.bornIn(cgroup);
    join(program, cgroup);
  }

  /** The same, of a process that was born into the group, and has done nothing but wait. */
  static void join(ProgramBuilder program, CgroupEntrance cgroup) {
    program.join(cgroup);
    if (OWN_SCORE < OOM_SCORE) { // without CAP_SYS_RESOURCE it can only be raised
      program.process().oomScoreAdj(OOM_SCORE);
    }
  }

  /**
   * Takes the terminal's master from a process that waits with it, and makes sure that it is one:
   * in a running zone somebody else may have put something in its place.
   */
  static Fd master(Child child) {
    return master(child.pidfd().getFd(ZoneProgram.MASTER));
  }

  /** {@code taken}, if it is a terminal's master; else it is closed, and refused. */
  static Fd master(Fd taken) {
    try {
      Stat stat = Stat.of(taken);
      boolean ptmx =
          stat.type() == FileType.CHARACTER_DEVICE
              && stat.special().major() == PTMX_MAJOR
              && stat.special().minor() == PTMX_MINOR;
      if (!ptmx) {
        throw new SyscallException("the zone's /dev/pts/ptmx is something else", Errno.ENODEV);
      }
      StatFs.of(taken).require(StatFs.DEVPTS, "the zone's /dev/pts/ptmx");
      return taken;
    } catch (RuntimeException e) {
      taken.close();
      throw e;
    }
  }

  /** What a process of ours begins with. */
  private static int ownScore() {
    try {
      return Integer.parseInt(Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("read the score that we have when memory is short", e);
    }
  }

  /** Takes away a process that is not to be started. */
  static void abandon(Child child, RuntimeException why) {
    try {
      child.pidfd().signal(Signal.KILL);
      var _ = child.pidfd().await();
      child.close();
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  /** Why a process was not started, for people. */
  static PolderException refused(String what, LaunchException e) {
    if (e.step().endsWith("ptmx") && e.errno().equals(Optional.of(Errno.ENOSPC))) {
      // without its cause, which would be taken for a full disk
      return new PolderException(
          ErrorKind.NO_ROOM,
          ("cannot %s: no terminal is left: the zone has its %d open, or all zones together what"
                  + " the host allows; end programs that hold some, or raise kernel.pty.max")
              .formatted(what, KernelMounts.TERMINALS));
    }
    ErrorKind kind =
        switch (e.shellCode()) {
          case 127 -> ErrorKind.NOT_FOUND;
          case 126 -> ErrorKind.DENIED;
          default -> ErrorKind.HOST;
        };
    return new PolderException(kind, "cannot %s: %s".formatted(what, e.getMessage()), e);
  }
}
