package polder.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import polder.brand.Running;
import polder.brand.ZoneProcess;
import polder.linux.Fd;
import polder.linux.Signal;
import polder.linux.SyscallException;
import polder.linux.Terminal;
import polder.linux.WaitStatus;
import polder.linux.WindowSize;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.PolderException;
import polder.model.Session;

/** Opens sessions: with a process of their own in a zone, or with the zone's main process. */
final class Sessions {
  private static final int NOT_FOUND = 127; // as shells say it
  private static final int NOT_EXECUTABLE = 126;

  private final Hall hall;
  private final Supervisor supervisor;

  Sessions(Hall hall, Supervisor supervisor) {
    this.hall = hall;
    this.supervisor = supervisor;
  }

  /** Runs one more process in a zone that runs; with the zone's lock. */
  Session exec(LocalZone zone, Life life, ExecSpec spec) {
    Running running = life.running().orElseThrow();
    try {
      Consumer<String> places = hall.executor().failpoints().places("exec");
      places.accept("run a program in zone " + zone.uuid());
      ZoneProcess process = running.exec(spec, zone.record().spec(), life.config());
      try {
        places.accept("run a program in zone " + zone.uuid());
        return new ExecSession(process, spec);
      } catch (RuntimeException e) { // no descriptors left, say: nobody would ever wait for it
        process.pidfd().signal(Signal.KILL);
        process.close();
        throw e;
      }
    } catch (PolderException e) {
      return switch (e.kind()) {
        case NOT_FOUND -> new FailedSession(NOT_FOUND, String.valueOf(e.getMessage()));
        case DENIED -> new FailedSession(NOT_EXECUTABLE, String.valueOf(e.getMessage()));
        default -> throw e;
      };
    } catch (RuntimeException e) {
      throw Failures.of(
          "run '%s' in zone '%s'".formatted(spec.command().getFirst(), zone.name()), e);
    }
  }

  /** The main process of a zone, running or to be started; with the zone's lock. */
  Session attach(LocalZone zone) {
    return new AttachedSession(zone);
  }

  /** The signal that {@code text} names. */
  static Signal signal(String text) {
    return Signal.parse(text)
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.INVALID,
                    "'%s' is no signal; write TERM, SIGTERM or 15".formatted(text)));
  }

  /** Gives {@code terminal}, if it is there, the size that the zone's is to have. */
  static void fit(LocalZone zone, Optional<Fd> terminal) {
    zone.size().ifPresent(size -> resize(terminal, size));
  }

  private static void resize(Optional<Fd> terminal, WindowSize size) {
    try {
      terminal.filter(Fd::isOpen).flatMap(Terminal::of).ifPresent(there -> there.resize(size));
    } catch (SyscallException e) {
      // it is gone, and its size with it
    }
  }

  /** With a process of its own. */
  private final class ExecSession implements Session {
    private final ZoneProcess process;
    private final CompletableFuture<WaitStatus> end;
    private final OutputStream stdin;
    private final InputStream stdout;
    private final InputStream stderr;

    ExecSession(ZoneProcess process, ExecSpec spec) {
      this.process = process;
      Optional<Fd> terminal = process.terminal();
      this.stdin =
          terminal
              .map(fd -> input(fd.duplicate(), true))
              .or(() -> process.input().map(fd -> input(fd, false)))
              .orElseGet(OutputStream::nullOutputStream);
      this.stdout = output(terminal.or(process::output));
      this.stderr = output(process.error());
      this.end = supervisor.end(process.pidfd());
      if (spec.rows() > 0 && spec.columns() > 0) {
        resize(spec.rows(), spec.columns());
      }
    }

    private OutputStream input(Fd fd, boolean terminal) {
      return new PolledOutput(hall.streams(), fd, terminal);
    }

    private InputStream output(Optional<Fd> fd) {
      return fd.<InputStream>map(open -> new PolledInput(hall.streams(), open))
          .orElseGet(InputStream::nullInputStream);
    }

    @Override
    public OutputStream stdin() {
      return stdin;
    }

    @Override
    public InputStream stdout() {
      return stdout;
    }

    @Override
    public InputStream stderr() {
      return stderr;
    }

    @Override
    public void resize(int rows, int columns) {
      Sessions.resize(process.terminal(), new WindowSize(rows, columns));
    }

    @Override
    public void signal(String signal) {
      process.pidfd().signal(Sessions.signal(signal));
    }

    @Override
    public ExitStatus await() {
      return new ExitStatus(Awaiting.of(end).shellCode());
    }

    @Override
    public void close() {
      if (!end.isDone()) {
        process.pidfd().signal(Signal.HUP);
      }
      try {
        stdin.close();
        stdout.close();
        stderr.close();
      } catch (IOException e) {
        throw new IllegalStateException("closing descriptors does not fail", e);
      }
      // the pidfd stays for who still waits for the end: the lookout watches it
      CompletableFuture<WaitStatus> _ = end.whenComplete((_, _) -> process.close());
    }
  }

  /** With a process that could not be started: what a shell would say, and exit with. */
  private record FailedSession(int code, String message) implements Session {
    @Override
    public OutputStream stdin() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream stdout() {
      return InputStream.nullInputStream();
    }

    @Override
    public InputStream stderr() {
      return new ByteArrayInputStream((message + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void resize(int rows, int columns) {}

    @Override
    public void signal(String signal) {
      Sessions.signal(signal);
    }

    @Override
    public ExitStatus await() {
      return new ExitStatus(code);
    }

    @Override
    public void close() {}
  }

  /** With the main process of a zone. */
  private final class AttachedSession implements Session {
    private final LocalZone zone;
    private final CompletableFuture<ExitStatus> end;
    private final LogStream stdout;
    private final LogStream stderr;
    private final ZoneInput stdin;

    AttachedSession(LocalZone zone) {
      this.zone = zone;
      this.end = zone.end();
      ZoneLog.Place now = zone.log().now();
      this.stdout = new LogStream(zone.log(), now, LogIndex.STDOUT);
      this.stderr = new LogStream(zone.log(), now, LogIndex.STDERR);
      this.stdin = new ZoneInput(hall, zone);
    }

    @Override
    public OutputStream stdin() {
      return stdin;
    }

    @Override
    public InputStream stdout() {
      return stdout;
    }

    @Override
    public InputStream stderr() {
      return zone.terminal() ? InputStream.nullInputStream() : stderr;
    }

    @Override
    public void resize(int rows, int columns) {
      zone.size(new WindowSize(rows, columns));
      fit(zone, zone.life().flatMap(Life::running).flatMap(Running::terminal));
    }

    @Override
    public void signal(String signal) {
      Signal wanted = Sessions.signal(signal);
      zone.life().flatMap(Life::running).ifPresent(running -> running.pidfd().signal(wanted));
    }

    @Override
    public ExitStatus await() {
      return Awaiting.of(end);
    }

    @Override
    public void close() {
      stdin.letGo();
      stdout.close();
      stderr.close();
    }
  }
}
