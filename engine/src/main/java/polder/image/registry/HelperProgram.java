package polder.image.registry;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import polder.linux.Child;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.LaunchException;
import polder.linux.Launcher;
import polder.linux.Operand;
import polder.linux.Pipe;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;
import polder.linux.SyscallException;
import polder.linux.WaitStatus;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/**
 * Credential helpers as programs of this host. Only root's directories are searched. Its answer is
 * left in a pipe until it ended: one that says more than fits there waits, and is given up in time.
 */
public final class HelperProgram implements CredentialProgram {
  private static final List<String> PLACES =
      List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin");
  private static final int LONGEST = 64 << 10;
  private static final String UNKNOWN = "credentials not found in native keychain";

  private final Launcher launcher;
  private final List<String> places;
  private final Duration limit;

  /** Started by {@code launcher}; each may take half a minute. */
  public HelperProgram(Launcher launcher) {
    this(launcher, PLACES, Duration.ofSeconds(30));
  }

  HelperProgram(Launcher launcher, List<String> places, Duration limit) {
    this.launcher = launcher;
    this.places = List.copyOf(places);
    this.limit = limit;
  }

  @Override
  public Optional<Map<String, Object>> get(String program, String server) {
    try (Pipe question = Pipe.open();
        Pipe answer = Pipe.open()) {
      byte[] asked = (server + "\n").getBytes(StandardCharsets.UTF_8);
      question.writer().write(asked, 0, asked.length); // fits into the pipe
      question.writer().close();
      Pipe.setCapacity(answer.writer(), LONGEST);
      WaitStatus status = run(program, question.reader(), answer.writer());
      answer.writer().close();
      return read(program, server, status, left(answer.reader()));
    } catch (LaunchException e) {
      throw new PolderException(
          ErrorKind.HOST,
          "cannot run the credential helper %s: %s".formatted(program, e.getMessage()),
          e);
    } catch (SyscallException e) {
      throw new PolderException(
          ErrorKind.HOST,
          "cannot ask the credential helper %s: %s".formatted(program, e.getMessage()),
          e);
    }
  }

  private WaitStatus run(String program, Fd question, Fd answer) {
    ProgramBuilder builder = Program.builder(Set.of());
    Operand in = builder.pass(question);
    Operand out = builder.pass(answer);
    builder.process().stdio(in, out, Operand.of(2));
    builder.process().newSession();
    builder.execAnyOf(
        places.stream().map(place -> place + "/" + program).toList(),
        List.of(program, "get"),
        List.of("PATH=" + String.join(":", places), "HOME=" + System.getProperty("user.home")));
    try (Child child = launcher.launch(builder.build())) {
      child.awaitStarted();
      Optional<WaitStatus> status = child.pidfd().await(limit);
      if (status.isEmpty()) {
        child.pidfd().signal(Signal.KILL);
        child.pidfd().await();
        throw new PolderException(
            ErrorKind.TIMED_OUT,
            "the credential helper %s did not answer within %d s"
                .formatted(program, limit.toSeconds()));
      }
      return status.get();
    }
  }

  /** What is in the pipe; who else may have it open is not waited for. */
  private static byte[] left(Fd pipe) {
    pipe.setBlocking(false);
    byte[] buffer = new byte[LONGEST];
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
    return Arrays.copyOf(buffer, length);
  }

  private static Optional<Map<String, Object>> read(
      String program, String server, WaitStatus status, byte[] told) {
    if (status instanceof WaitStatus.Exited(int code) && code == 0) {
      try {
        return Optional.of(Json.object(told));
      } catch (PolderException e) {
        throw Refused.invalid("the credential helper %s answers with no JSON object", program);
      }
    }
    String said = new String(told, StandardCharsets.UTF_8).strip();
    if (said.contains(UNKNOWN)) {
      return Optional.empty();
    }
    throw new PolderException(
        ErrorKind.HOST,
        "the credential helper %s failed for %s (%s): %s"
            .formatted(program, server, status, Refused.shown(said)));
  }
}
