package polder.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import polder.linux.Child;
import polder.linux.Program;
import polder.linux.ProgramBuilder;
import polder.linux.Signal;

/**
 * Where the time of a row goes, by system call: strace(1) looks at this JVM, the launcher and
 * everything they start while our side of the row is done some rounds long.
 *
 * <p>Times are wall clock and counted by strace, which makes every call some 20 us slower: to be
 * read as shares, not as a sum. Calls that only wait for somebody else are left out.
 */
final class Profile {
  private static final String WAITING =
      "trace=!futex,poll,ppoll,epoll_wait,epoll_pwait,clock_nanosleep,restart_syscall,recvmsg,"
          + "waitid,wait4,accept4";
  private static final Duration PAUSE = Duration.ofMillis(60);
  private static final int PATIENCE_MILLIS = 5_000;

  private Profile() {}

  /**
   * Does our side of {@code row} {@code rounds} times after {@code warmUps}, and answers strace's
   * table.
   */
  static String of(Row row, Stage stage, int warmUps, int rounds) {
    Path strace =
        Command.find("strace").orElseThrow(() -> new Missing("no strace here: apt install strace"));
    Path table = stage.directory().resolve("strace");
    try (Contender ours = row.ours().opener().open(stage)) {
      repeat(stage, ours, warmUps);
      Child tracer = start(stage, strace, table);
      try {
        repeat(stage, ours, rounds);
      } finally {
        tracer.pidfd().signal(Signal.INT); // it detaches and writes
        var _ = tracer.pidfd().await();
        tracer.close();
      }
      return Files.readString(table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Child start(Stage stage, Path strace, Path table) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("strace", "-f", "-c", "-w", "-o", table.toString(), "-e", WAITING));
    List<Long> traced = new ArrayList<>(List.of(ProcessHandle.current().pid()));
    ProcessHandle.current().descendants().map(ProcessHandle::pid).forEach(traced::add);
    for (long pid : traced) {
      words.add("-p");
      words.add(Long.toString(pid));
    }
    ProgramBuilder p = Program.builder(Set.of());
    p.exec(strace.toString(), words, List.of());
    Child tracer = stage.launcher().launch(p.build());
    tracer.awaitStarted();
    awaitTraced(stage, traced);
    return tracer;
  }

  private static void awaitTraced(Stage stage, List<Long> pids) {
    for (int waited = 0; waited < PATIENCE_MILLIS; waited += 10) {
      if (pids.stream().allMatch(Profile::isTraced)) {
        return;
      }
      stage.rest(Duration.ofMillis(10));
    }
    throw new IllegalStateException("strace may not trace here: it needs CAP_SYS_PTRACE");
  }

  private static boolean isTraced(long pid) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), "status"))
          .lines()
          .anyMatch(line -> line.startsWith("TracerPid:") && !line.endsWith("\t0"));
    } catch (IOException e) {
      return true; // it has ended meanwhile
    }
  }

  private static void repeat(Stage stage, Contender ours, int times) {
    for (int i = 0; i < times; i++) {
      ours.measure();
      stage.rest(PAUSE);
    }
  }
}
