package polder.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import polder.linux.Child;
import polder.linux.Launcher;
import polder.linux.Links;
import polder.linux.Namespace;
import polder.linux.Operand;
import polder.linux.Pipe;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;

/**
 * A shell that keeps a network namespace, and says what programs in it print. Sweeps ask it
 * thousands of times: a process of the JVM's, by nsenter, for each question would be most of what
 * they cost.
 */
final class NetworkShell implements AutoCloseable {
  private final Child shell;
  private final Pipe questions;
  private final Pipe answers;

  private NetworkShell(Child shell, Pipe questions, Pipe answers) {
    this.shell = shell;
    this.questions = questions;
    this.answers = answers;
  }

  /** A shell in a new namespace, whose loopback is up. */
  static NetworkShell start(Launcher launcher) {
    Pipe questions = Pipe.open();
    Pipe answers = Pipe.open();
    ProgramBuilder program = Program.builder(EnumSet.of(Namespace.NET));
    Operand in = program.pass(questions.reader());
    Operand out = program.pass(answers.writer());
    Links.raiseLoopback(program);
    program.process().stdio(in, out, out);
    program.process().newSession();
    program.exec("/bin/sh", List.of("sh"), List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
    Child shell = launcher.launch(program.build());
    shell.awaitStarted();
    questions.reader().close();
    answers.writer().close();
    return new NetworkShell(shell, questions, answers);
  }

  int pid() {
    return shell.pid();
  }

  /** What {@code script} prints, without its errors: it may ask for what is not there. */
  synchronized String run(String script) {
    byte[] line =
        "{ %s\n} </dev/null 2>/dev/null; printf '\\000'\n"
            .formatted(script)
            .getBytes(StandardCharsets.UTF_8);
    questions.writer().write(line, 0, line.length);
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    byte[] some = new byte[1 << 16];
    InputStream from = answers.reader().input();
    try {
      int got = from.read(some);
      while (got > 0 && some[got - 1] != 0) {
        answer.write(some, 0, got);
        got = from.read(some);
      }
      answer.write(some, 0, Math.max(0, got - 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return answer.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    shell.pidfd().signal(Signal.KILL);
    var _ = shell.pidfd().await();
    shell.close();
    questions.close();
    answers.close();
  }
}
