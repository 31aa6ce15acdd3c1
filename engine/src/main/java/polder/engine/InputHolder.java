package polder.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import polder.linux.Child;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.linux.Operand;
import polder.linux.Pidfd;
import polder.linux.ProcessIdentity;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;

/**
 * A process that keeps the writing end of a zone's input open, so that our death is not the end of
 * that input. It ends with the zone's first process, or when the input is to end.
 */
final class InputHolder {
  private static final String NAME = "polder-stdin";
  private static final Duration END = Duration.ofSeconds(1);

  private final ProcessIdentity identity;
  private final Pidfd pidfd;
  private final @Nullable Child child;

  private InputHolder(ProcessIdentity identity, Pidfd pidfd, @Nullable Child child) {
    this.identity = identity;
    this.pidfd = pidfd;
    this.child = child;
  }

  /** Has {@code input}, which stays the caller's, held until {@code first} ends. */
  static InputHolder start(Launcher launcher, Fd input, Pidfd first) {
    ProgramBuilder program = Program.builder(Set.of());
    program.waitForGo(); // by then it has the descriptors; it never says that it started
    program.pass(input);
    Operand end = program.pass(first.fd());
    program.process().setName(NAME);
    program.process().awaitEnd((Operand.Constant) end);
    Child child = launcher.launch(program.build());
    try {
      child.awaitReady();
      child.go();
      ProcessIdentity identity = ProcessIdentity.of(child.pid()).orElseThrow(); // not reaped yet
      return new InputHolder(identity, child.pidfd(), child);
    } catch (RuntimeException e) {
      child.pidfd().signal(Signal.KILL);
      child.leave();
      throw e;
    }
  }

  /** Finds the one that an engine before us started. */
  static Optional<InputHolder> find(ProcessIdentity identity) {
    return Pidfd.open(identity).map(pidfd -> new InputHolder(identity, pidfd, null));
  }

  ProcessIdentity identity() {
    return identity;
  }

  /** Ends it, and with it its hold on the input. */
  void end() {
    pidfd.signal(Signal.KILL);
    if (child != null) {
      var _ = pidfd.await(END); // somebody has to reap it
    }
  }

  /** Lets go of it; it goes on. */
  void letGo() {
    if (child == null) {
      pidfd.close();
    } else {
      child.leave();
    }
  }
}
