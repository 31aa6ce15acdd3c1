package polder.api.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.PolderException;

/** A program of a fake zone, running on a thread of its own. */
final class FakeProcess implements FakeShell.World {
  private static final Map<String, Integer> SIGNALS =
      Map.ofEntries(
          Map.entry("HUP", 1),
          Map.entry("INT", 2),
          Map.entry("QUIT", 3),
          Map.entry("KILL", 9),
          Map.entry("USR1", 10),
          Map.entry("SEGV", 11),
          Map.entry("USR2", 12),
          Map.entry("PIPE", 13),
          Map.entry("ALRM", 14),
          Map.entry("TERM", 15),
          Map.entry("CHLD", 17),
          Map.entry("CONT", 18),
          Map.entry("STOP", 19),
          Map.entry("WINCH", 28),
          Map.entry("RTMIN+3", 37));
  private static final Set<Integer> HARMLESS = Set.of(17, 18, 19, 28);
  private static final AtomicInteger PIDS = new AtomicInteger(1000);

  /** What a program starts with. */
  record Setting(
      List<String> command,
      Map<String, String> env,
      String workdir,
      String hostname,
      Function<String, Optional<byte[]>> files) {}

  private final Setting setting;
  private final InputStream stdin;
  private final OutputStream stdout;
  private final OutputStream stderr;
  private final Consumer<ExitStatus> onExit;
  private final int pid = PIDS.incrementAndGet();
  private final AtomicInteger killedBy = new AtomicInteger();
  private final Set<Integer> ignored = java.util.concurrent.ConcurrentHashMap.newKeySet();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile Duration delay = Duration.ZERO;
  private volatile int[] window = {24, 80};
  private volatile ExitStatus exit = ExitStatus.UNKNOWN;

  FakeProcess(
      Setting setting,
      InputStream stdin,
      OutputStream stdout,
      OutputStream stderr,
      Consumer<ExitStatus> onExit) {
    this.setting = setting;
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.onExit = onExit;
    this.thread = Thread.ofPlatform().daemon().name("fake process " + pid).unstarted(this::run);
  }

  void start() {
    start(Duration.ZERO);
  }

  /** Starts it after a while, as a restart policy does. */
  void start(Duration after) {
    delay = after;
    thread.start();
  }

  int pid() {
    return pid;
  }

  private void run() {
    int code;
    try {
      Thread.sleep(delay);
      code = new FakeShell(this).run(setting.command());
    } catch (IOException | InterruptedException e) {
      code = 141; // SIGPIPE, unless it was killed
    } catch (RuntimeException e) {
      code = 2;
    }
    int signal = killedBy.get();
    exit = new ExitStatus(signal == 0 ? code : 128 + signal);
    Thread.interrupted(); // what killed the program must not break its end
    close(stdin);
    close(stdout);
    close(stderr);
    onExit.accept(exit);
    ended.countDown();
  }

  private static void close(AutoCloseable stream) {
    try {
      stream.close();
    } catch (Exception e) {
      throw new IllegalStateException("streams in memory close without failing", e);
    }
  }

  void signal(String name) {
    int number = number(name);
    if (HARMLESS.contains(number) || (ignored.contains(number) && number != 9)) {
      return;
    }
    if (ended.getCount() > 0 && killedBy.compareAndSet(0, number)) {
      thread.interrupt();
    }
  }

  static int number(String name) {
    String plain = name.toUpperCase(Locale.ROOT);
    if (plain.startsWith("SIG")) {
      plain = plain.substring(3);
    }
    Integer known = SIGNALS.get(plain);
    if (known != null) {
      return known;
    }
    if (plain.matches("[1-9]|[1-5][0-9]|6[0-4]")) {
      return Integer.parseInt(plain);
    }
    throw new PolderException(
        ErrorKind.INVALID,
        "'%s' is no signal: use a name such as TERM, or 1 to 64".formatted(name));
  }

  void resize(int rows, int columns) {
    window = new int[] {rows, columns};
  }

  ExitStatus await() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PolderException(ErrorKind.HOST, "interrupted while waiting for a process", e);
    }
    return exit;
  }

  @Override
  public InputStream stdin() {
    return stdin;
  }

  @Override
  public OutputStream stdout() {
    return stdout;
  }

  @Override
  public OutputStream stderr() {
    return stderr;
  }

  @Override
  public Map<String, String> env() {
    return setting.env();
  }

  @Override
  public String workdir() {
    return setting.workdir();
  }

  @Override
  public String hostname() {
    return setting.hostname();
  }

  @Override
  public int[] window() {
    return window;
  }

  @Override
  public void ignore(String signal) {
    ignored.add(number(signal));
  }

  @Override
  public Optional<byte[]> file(String path) {
    return setting.files().apply(path);
  }

  /** What a session does to it. */
  FakeSession.Target target() {
    return new FakeSession.Target() {
      @Override
      public void resize(int rows, int columns) {
        FakeProcess.this.resize(rows, columns);
      }

      @Override
      public void signal(String signal) {
        FakeProcess.this.signal(signal);
      }

      @Override
      public void release() {
        FakeProcess.this.signal("HUP");
      }
    };
  }
}
