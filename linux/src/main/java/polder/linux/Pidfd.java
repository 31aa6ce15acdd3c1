package polder.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One certain process: pids are used again, this never means another one. pidfd_open(2)
 *
 * <p>Waiting blocks the thread in the kernel; on a virtual thread it holds the carrier. Whoever
 * waits for many polls {@link #fd}, which becomes readable when the process ends.
 */
public final class Pidfd implements AutoCloseable {
  private static final long P_PGID = 2; // linux/wait.h
  private static final long P_PIDFD = 3;
  private static final long WNOHANG = 1;
  private static final long WEXITED = 4;
  private static final long WALL = 0x4000_0000L;
  private static final int SI_PID_OFFSET = 16;
  private static final int CLD_EXITED = 1; // asm-generic/siginfo.h
  private static final int CLD_DUMPED = 3;
  private static final long SIGINFO_SIZE = 128;
  private static final long PIDFD_GET_INFO = 0xc040_ff0bL; // linux/pidfd.h: _IOWR(0xff, 11, 64 B)
  private static final long PIDFD_INFO_SIZE = 64;
  private static final long PIDFD_INFO_EXIT = 8;
  private static final long PIDFD_INFO_EXIT_CODE_OFFSET = 60;
  private static final short POLLIN = 1;
  private static final int STAT_EXIT_CODE = 52; // proc_pid_stat(5)

  private final int pid;
  private final Fd fd;
  private final End end;
  private final AtomicBoolean left = new AtomicBoolean();

  /** How a process ended: a child of ours can be asked once only, so who knows it tells others. */
  private static final class End {
    private final ReentrantLock reaping = new ReentrantLock();
    private volatile @Nullable WaitStatus status;
  }

  private Pidfd(int pid, Fd fd, End end) {
    this.pid = pid;
    this.fd = fd;
    this.end = end;
  }

  /**
   * The process that has {@code pid} now. Right only for a child of ours that is not reaped yet;
   * for others use {@link #open(ProcessIdentity)}.
   *
   * @throws SyscallException {@code ESRCH} if there is none
   */
  public static Pidfd open(int pid) {
    return new Pidfd(
        pid,
        new Fd(
            Kernel.check(Kernel.call(Nr.PIDFD_OPEN, pid, 0), () -> "open a pidfd of pid " + pid)),
        new End());
  }

  /** The process that {@code identity} means, unless it is gone. */
  public static Optional<Pidfd> open(ProcessIdentity identity) {
    long opened = Kernel.call(Nr.PIDFD_OPEN, identity.pid(), 0);
    if (opened == -Errno.ESRCH.number()) {
      return Optional.empty();
    }
    Kernel.check(opened, () -> "open a pidfd of pid " + identity.pid());
    // one that we left: whoever reaps it, both know how it ended
    End end = Orphans.find(identity.pid()).map(orphan -> orphan.end).orElseGet(End::new);
    var fd = new Fd(opened);
    // looked at after opening: if it still is the one that is meant, the pidfd is of that one
    if (!identity.exists()) {
      fd.close();
      return Optional.empty();
    }
    // what was reaped before now may have had the same pid before this one
    return Optional.of(new Pidfd(identity.pid(), fd, end.status == null ? end : new End()));
  }

  /** Its number, or what was its number, in our own pid namespace. */
  public int pid() {
    return pid;
  }

  /** The descriptor, to be polled: readable once the process has ended. It belongs to this. */
  public Fd fd() {
    return fd;
  }

  /**
   * Sends a signal. pidfd_send_signal(2)
   *
   * @return false if the process has ended and is reaped
   */
  public boolean signal(Signal signal) {
    long result = Kernel.call(Nr.PIDFD_SEND_SIGNAL, fd.number(), signal.number(), 0, 0);
    if (result == -Errno.ESRCH.number()) {
      return false;
    }
    Kernel.check(result, () -> "send " + signal + " to pid " + pid);
    return true;
  }

  /** Whether it has not ended yet. */
  public boolean isAlive() {
    return end.status == null && !poll(0);
  }

  /** One of its descriptors, as one of ours. pidfd_getfd(2) */
  public Fd getFd(int number) {
    return new Fd(
        Kernel.check(
            Kernel.call(Nr.PIDFD_GETFD, fd.number(), number, 0),
            () -> "take descriptor " + number + " of pid " + pid));
  }

  /** Waits until it has ended, reaps it if it is our child, and says how it ended. */
  public WaitStatus await() {
    poll(-1);
    return reap();
  }

  /**
   * As {@link #await()}, of a child of ours that may have made another in its place, of which we
   * have not heard: kills and reaps whoever of our children is in the process group that this one
   * led. The group has its number from this one, which nobody else gets before both are reaped.
   */
  WaitStatus awaitWithGroup() {
    poll(-1);
    end.reaping.lock();
    try {
      WaitStatus status = end.status;
      if (status == null) {
        Kernel.call(Nr.KILL, -pid, Signal.KILL.number());
        status = reapGroup();
        end.status = status;
      }
      return status;
    } finally {
      end.reaping.unlock();
    }
  }

  /** How this one ended, once all others of its group are reaped. */
  private WaitStatus reapGroup() {
    @Nullable WaitStatus mine = null;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(SIGINFO_SIZE, 8);
      while (Kernel.restart(Nr.WAITID, P_PGID, pid, info.address(), WEXITED | WALL, 0) == 0) {
        if (info.get(JAVA_INT, SI_PID_OFFSET) == pid) {
          mine = status(info);
        }
      }
    }
    return mine == null ? ask() : mine;
  }

  /** As {@link #await()}, but at most {@code limit}; empty if it runs on. */
  public Optional<WaitStatus> await(Duration limit) {
    return end.status != null || poll(limit.toMillis()) ? Optional.of(reap()) : Optional.empty();
  }

  /** How it ended, if it has. Does not wait, but reaps. */
  public Optional<WaitStatus> status() {
    return await(Duration.ZERO);
  }

  /**
   * Lets go of a child of ours: it runs on, and is reaped when it ends. Whoever opens it again by
   * its identity until then is told how it ended.
   */
  public void leave() {
    if (fd.isOpen() && left.compareAndSet(false, true)) {
      if (status().isPresent()) {
        close();
      } else {
        Orphans.add(this);
      }
    }
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "pid " + pid;
  }

  private boolean poll(long milliseconds) {
    if (end.status != null) {
      return true;
    }
    long deadline = System.nanoTime() + Math.max(milliseconds, 0) * 1_000_000;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pollfd = arena.allocate(8, 4); // struct pollfd: fd, events, revents
      pollfd.set(JAVA_INT, 0, fd.number());
      pollfd.set(JAVA_SHORT, 4, POLLIN);
      while (true) {
        long left =
            milliseconds < 0
                ? -1
                : Math.max(0, (deadline - System.nanoTime() + 999_999) / 1_000_000);
        long result = Kernel.call(Nr.POLL, pollfd.address(), 1, left);
        if (result != -Errno.EINTR.number()) {
          return Kernel.check(result, () -> "wait for pid " + pid) > 0;
        }
      }
    }
  }

  /** Only after it has ended. */
  private WaitStatus reap() {
    end.reaping.lock();
    try {
      WaitStatus status = end.status;
      if (status == null) {
        status = ask();
        end.status = status;
      }
      return status;
    } finally {
      end.reaping.unlock();
    }
  }

  private WaitStatus ask() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(SIGINFO_SIZE, 8);
      long result =
          Kernel.restart(
              Nr.WAITID, P_PIDFD, fd.number(), info.address(), WEXITED | WNOHANG | WALL, 0);
      if (result == 0 && info.get(JAVA_INT, SI_PID_OFFSET) == 0) {
        reapAfterItsTracer();
        return askAboutStranger(arena);
      }
      if (result == 0) {
        return status(info);
      }
      if (result != -Errno.ECHILD.number()) {
        Kernel.check(result, () -> "wait for pid " + pid);
      }
      return askAboutStranger(arena);
    }
  }

  /** As a {@code siginfo_t} of waitid(2) says. */
  private static WaitStatus status(MemorySegment info) {
    int code = info.get(JAVA_INT, 8);
    int status = info.get(JAVA_INT, 24);
    return code == CLD_EXITED
        ? new WaitStatus.Exited(status)
        : new WaitStatus.Killed(new Signal(status), code == CLD_DUMPED);
  }

  /**
   * Who traces a process is told of its end before its parent is, and may take its time: ptrace(2).
   * Until it has looked, or ended, the process is a zombie that is not ours to reap.
   */
  private void reapAfterItsTracer() {
    Fd held = new Fd(Kernel.check(Kernel.call(Nr.PIDFD_OPEN, pid, 0), () -> "hold pid " + pid));
    Thread.ofPlatform()
        .daemon()
        .name("polder-reaper-" + pid)
        .start(
            () -> {
              try (held) {
                Kernel.restart(Nr.WAITID, P_PIDFD, held.number(), 0, WEXITED | WALL, 0);
              }
            });
  }

  /**
   * How somebody else's child ended: from /proc while it is a zombie, from the pidfd once it is
   * reaped (Linux 6.15). Between the two looks it may change from the one to the other, so twice.
   */
  private WaitStatus askAboutStranger(Arena arena) {
    for (int look = 0; look < 2; look++) {
      MemorySegment info = arena.allocate(PIDFD_INFO_SIZE, 8);
      info.set(JAVA_LONG, 0, PIDFD_INFO_EXIT);
      if (Kernel.call(Nr.IOCTL, fd.number(), PIDFD_GET_INFO, info.address()) == 0
          && (info.get(JAVA_LONG, 0) & PIDFD_INFO_EXIT) != 0) {
        return WaitStatus.ofWord(info.get(JAVA_INT, PIDFD_INFO_EXIT_CODE_OFFSET));
      }
      Optional<WaitStatus> zombie = zombie();
      if (zombie.isPresent()) {
        return zombie.get();
      }
    }
    return new WaitStatus.Unknown();
  }

  private Optional<WaitStatus> zombie() {
    try {
      byte[] stat = Files.readAllBytes(Path.of("/proc/" + pid + "/stat"));
      String text = new String(stat, StandardCharsets.ISO_8859_1);
      List<String> fields = List.of(text.substring(text.lastIndexOf(')') + 2).strip().split(" "));
      boolean mine = Kernel.call(Nr.PIDFD_SEND_SIGNAL, fd.number(), 0, 0, 0) == 0; // not reaped
      return mine && fields.getFirst().equals("Z")
          ? Optional.of(WaitStatus.ofWord(Integer.parseInt(fields.get(STAT_EXIT_CODE - 3))))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
