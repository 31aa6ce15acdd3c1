package polder.linux;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A process that was launched, from its making to its start. It is a child of ours, to be waited
 * for through {@link #pidfd}; unless somebody does, it stays a zombie when it ends.
 *
 * <p>Closing it before the process is started makes a process that waits for {@link #go} exit;
 * after that it only closes descriptors.
 */
public final class Child implements AutoCloseable {
  private final Program program;
  private final PacketSocket report;
  private final ReentrantLock receiving = new ReentrantLock();
  private volatile @Nullable Pidfd process;
  private volatile int mainPid;
  private int forks;
  private int arrived; // at points where it waits for go
  private final AtomicInteger released = new AtomicInteger();
  private boolean atTheEnd; // the last step is about to be done
  private boolean closed; // nobody holds the report socket any more
  private @Nullable LaunchException failure;
  private @Nullable Errno
      execRefused; // of a path that was passed over, if it says more than ENOENT

  Child(Program program, PacketSocket report) {
    this.program = program;
    this.report = report;
  }

  /** Its pid as we count. With {@link ProgramBuilder#forkOn} after a go, right once it is ready. */
  public int pid() {
    return pidfd().pid();
  }

  /** The process itself, to signal and to wait for. It belongs to this. */
  public Pidfd pidfd() {
    Pidfd now = process;
    if (now == null) {
      throw new IllegalStateException("the process is not made yet");
    }
    return now;
  }

  /**
   * The pid, as we count, of the main process below a built-in init; known once it is started. It
   * is the init's child, not ours.
   */
  public OptionalInt mainPid() {
    int now = mainPid;
    return now == 0 ? OptionalInt.empty() : OptionalInt.of(now);
  }

  /**
   * Waits until the process has done every step before its next {@link ProgramBuilder#waitForGo}.
   *
   * @throws LaunchException if a step failed; nothing is left of the process then
   */
  public void awaitReady() {
    receiving.lock();
    try {
      while (arrived <= released.get() && receive()) {
        // until it has arrived
      }
      if (arrived <= released.get()) {
        throw fail();
      }
    } finally {
      receiving.unlock();
    }
  }

  /** Releases it from the next {@link ProgramBuilder#waitForGo}, whether it is there yet or not. */
  public void go() {
    released.incrementAndGet();
    report.send(new byte[1], List.of()); // if it is gone, awaitStarted says why
  }

  /**
   * Waits until the program is executed, the idle init is at work, or the last step done.
   *
   * @throws LaunchException if a step failed; nothing is left of the process then
   */
  public void awaitStarted() {
    receiving.lock();
    try {
      while (receive()) {
        // until everybody has closed the report socket
      }
      if (failure != null || !atTheEnd) {
        throw fail();
      }
    } finally {
      receiving.unlock();
    }
  }

  /** Lets go of a process that was started; it runs on, and is reaped when it ends. */
  public void leave() {
    report.close();
    pidfd().leave();
  }

  @Override
  public void close() {
    report.close();
    Pidfd now = process;
    if (now != null) {
      now.close();
    }
  }

  /**
   * Waits until the process is made, and has become the one that it will be when it next waits.
   *
   * @return false if there never was one, and the launcher did not refuse either
   */
  boolean awaitMade() {
    receiving.lock();
    try {
      while (process == null && receive()) {
        // until it is made
      }
      if (process == null && failure == null) {
        return false;
      }
      while (forks < forksBeforeWaiting() && receive()) {
        // until it is the one to be known
      }
      if (failure != null || forks < forksBeforeWaiting()) {
        LaunchException why = fail();
        close();
        throw why;
      }
      return true;
    } finally {
      receiving.unlock();
    }
  }

  private int forksBeforeWaiting() {
    int count = 0;
    for (Step step : program.steps()) {
      if (step.is(Step.ZERO_FAILS)) {
        break;
      }
      count += step.is(Step.PARENT_EXITS) ? 1 : 0;
    }
    return count;
  }

  /** Takes one message; false if there will be no more, or none that matters. */
  private boolean receive() {
    if (closed || failure != null) {
      return false;
    }
    PacketSocket.Message message = report.receive();
    if (message.length() == 0) {
      closed = true;
      return false;
    }
    long result = message.second();
    if (message.first() == 0) {
      made(result, message.sender());
    } else {
      int index = program.stepAt(message.first());
      if (index < 0 || index >= program.steps().size()) {
        // not from the launcher's code: somebody in a zone took the socket from a joining process
        failure = LaunchException.ended("hear from the process", "it reports what it was not told");
      } else {
        done(index, result, message.sender());
      }
    }
    return true;
  }

  /**
   * The launcher says its pid or -errno, or the process itself says 0; the second one is no news.
   */
  private void made(long result, int sender) {
    if (process != null) {
      return;
    }
    if (result < 0) {
      failure = LaunchException.refused("make the process", new Errno((int) -result), false);
    } else {
      process = Pidfd.open(result > 0 ? (int) result : sender);
    }
  }

  private void done(int index, long result, int sender) {
    Step step = program.steps().get(index);
    if (result < 0) {
      refused(step, new Errno((int) -result));
    } else if (step.is(Step.PARENT_EXITS)) {
      Pidfd before = process;
      process = Pidfd.open(sender);
      if (before != null) {
        before.await();
        before.close();
      }
      forks++;
    } else if (step.is(Step.PARENT_IS_INIT) && step.is(Step.REPORT)) {
      mainPid = sender;
    } else if (step.is(Step.ZERO_FAILS)) {
      arrived++;
    } else {
      atTheEnd |= step.is(Step.ANNOUNCE);
    }
  }

  private void refused(Step step, Errno errno) {
    boolean tolerated =
        (step.tolerated() & Step.ALL_ERRNOS) != 0
            || (errno.number() < 32 && (step.tolerated() >>> errno.number() & 1) != 0);
    if (step.isExec() && execRefused == null && errno.number() == Errno.EACCES.number()) {
      execRefused = errno;
    }
    if (!tolerated) {
      Errno why =
          execRefused != null && errno.number() == Errno.ENOENT.number() ? execRefused : errno;
      failure = LaunchException.refused(step.name(), why, step.isExec());
    }
  }

  /** Takes away what is left of the process, and says why it was not started. */
  private LaunchException fail() {
    LaunchException why = failure;
    Pidfd left = process;
    String how = "the process ended";
    if (left != null) {
      // it exits by itself, but an init might wait for somebody who entered its namespace
      left.signal(Signal.KILL);
      WaitStatus status = left.awaitWithGroup();
      if (status instanceof WaitStatus.Killed(Signal signal, boolean _)) {
        how = "the process was killed by " + signal;
      }
    }
    if (why == null) {
      why = LaunchException.ended(program.steps().get(lastOwnStep()).name(), how + " before that");
      failure = why;
    }
    return why;
  }

  /** The step that would have been the start. */
  private int lastOwnStep() {
    return Math.max(0, program.steps().size() - 2); // the very last one is our exit
  }
}
