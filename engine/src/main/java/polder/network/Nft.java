package polder.network;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.linux.Child;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.LaunchException;
import polder.linux.Launcher;
import polder.linux.Namespace;
import polder.linux.Operand;
import polder.linux.Pipe;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;
import polder.linux.SyscallException;
import polder.linux.WaitStatus;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * nft(8), which makes tables, sets and rules of a text, in one transaction. Its library is under
 * another licence than ours, so it runs as a program.
 */
final class Nft {
  private static final List<String> PLACES =
      List.of("/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin");
  private static final int LARGEST = 1 << 20; // what fits into a pipe
  private static final int LONGEST_ANSWER = 1 << 16;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Launcher launcher;
  private final Fd network;

  /** For the tables of {@code network}, which stays the caller's. */
  Nft(Launcher launcher, Fd network) {
    this.launcher = launcher;
    this.network = network;
  }

  /**
   * Does all that {@code text} says, or nothing.
   *
   * @throws PolderException UNSUPPORTED if there is no such program, HOST with its words if it
   *     refuses
   */
  void apply(String text) {
    byte[] input = text.getBytes(StandardCharsets.UTF_8);
    if (input.length > LARGEST) {
      throw new PolderException(
          ErrorKind.NO_ROOM,
          "the rules have %d bytes, more than %d; have fewer networks or firewall rules"
              .formatted(input.length, LARGEST));
    }
    try (Pipe in = Pipe.open();
        Pipe out = Pipe.open()) {
      Pipe.setCapacity(in.writer(), Math.max(input.length, 1 << 12));
      in.writer().write(input, 0, input.length);
      in.writer().close();
      Pipe.setCapacity(out.writer(), LONGEST_ANSWER);
      WaitStatus status = run(in.reader(), out.writer());
      out.writer().close();
      if (!status.equals(new WaitStatus.Exited(0))) {
        throw new PolderException(ErrorKind.HOST, "nft refuses the rules: " + said(out.reader()));
      }
    } catch (LaunchException e) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "networks need nft, which cannot be run; install the package nftables: " + e.getMessage(),
          e);
    }
  }

  private WaitStatus run(Fd input, Fd answer) {
    ProgramBuilder builder = Program.builder(Set.of());
    Operand in = builder.pass(input);
    Operand out = builder.pass(answer);
    Operand host = builder.pass(network);
    builder.process().joinNamespaces(host, EnumSet.of(Namespace.NET));
    builder.process().stdio(in, out, out);
    builder.process().newSession();
    builder.execAnyOf(
        PLACES.stream().map(place -> place + "/nft").toList(),
        List.of("nft", "-f", "-"),
        List.of("PATH=" + String.join(":", PLACES), "LC_ALL=C"));
    try (Child child = launcher.launch(builder.build())) {
      child.awaitStarted();
      Optional<WaitStatus> status = child.pidfd().await(LIMIT);
      if (status.isEmpty()) {
        child.pidfd().signal(Signal.KILL);
        child.pidfd().await();
        throw new PolderException(
            ErrorKind.TIMED_OUT, "nft did not end within %d s".formatted(LIMIT.toSeconds()));
      }
      return status.get();
    }
  }

  /** What it wrote, as one line. */
  private static String said(Fd pipe) {
    pipe.setBlocking(false);
    byte[] buffer = new byte[LONGEST_ANSWER];
    int length = 0;
    try {
      for (int got = 1; got > 0 && length < buffer.length; length += Math.max(0, got)) {
        got = pipe.read(buffer, length, buffer.length - length);
      }
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EAGAIN)) {
        throw e;
      }
    }
    return new String(Arrays.copyOf(buffer, length), StandardCharsets.UTF_8)
        .strip()
        .replaceAll("\\s+", " ");
  }
}
