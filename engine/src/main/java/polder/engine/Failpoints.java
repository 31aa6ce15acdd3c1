package polder.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import polder.linux.Errno;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * Named places where a test makes an operation fail, wait, or the process die.
 *
 * <p>There is one before and one after each step that changes something; those of one run of an
 * operation are counted from 1, so {@code create.3} is the one before the second step. {@code
 * create.3+} is that one and all after it, {@code create.*} is all of them. What an operation calls
 * upon has places of its own: {@code dataset-create}, {@code create-undo}. {@code any.7} is the
 * seventh place that is passed at all since the engine was opened or {@link #arm} was called. Set
 * by the system property {@code polder.failpoints}, or the environment variable {@code
 * POLDER_FAILPOINTS}:
 *
 * <pre>{@code create.3=kill;start.*=error(EIO);stop.1=delay(200);delete.2=1*error(ENOSPC)}</pre>
 *
 * <p>{@code N*} does it the first N times that the place is passed, and not afterwards.
 */
final class Failpoints {
  private static final Pattern VALID =
      Pattern.compile(
          "([a-z-]+)\\.([1-9][0-9]*\\+?|\\*)=(?:([1-9][0-9]*)\\*)?(kill|error\\(([A-Z0-9]+)\\)|delay\\(([0-9]+)\\))");
  private static final String ANY = "any";
  private static final int NAMES_KEPT = 1000;
  private static final int KILLED = 137;
  private static final Map<String, Errno> ERRNOS =
      Map.ofEntries(
          Map.entry("EIO", Errno.EIO),
          Map.entry("ENOSPC", Errno.ENOSPC),
          Map.entry("ENOMEM", Errno.ENOMEM),
          Map.entry("EMFILE", Errno.EMFILE),
          Map.entry("EAGAIN", Errno.EAGAIN),
          Map.entry("EINTR", Errno.EINTR),
          Map.entry("EBUSY", Errno.EBUSY),
          Map.entry("EROFS", Errno.EROFS),
          Map.entry("EDQUOT", Errno.EDQUOT),
          Map.entry("EPERM", Errno.EPERM));

  /** One in which nothing is set yet, for {@link #arm}. */
  static Failpoints unarmed() {
    return new Failpoints(List.of());
  }

  /** Nothing is set: what every host has that is not under test. */
  static final Failpoints NONE = new Failpoints(List.of());

  private sealed interface Action {
    record Kill() implements Action {}

    record Fail(Errno errno) implements Action {}

    record Delay(Duration time) implements Action {}
  }

  /** From place {@code first} to {@code last} of {@code operation}. */
  private record Rule(String operation, int first, int last, AtomicInteger left, Action action) {
    boolean matches(String passed, int at, int atAll) {
      int place = operation.equals(ANY) ? atAll : at;
      boolean here = operation.equals(ANY) || operation.equals(passed);
      return here && first <= place && place <= last;
    }

    static Rule of(String operation, String place, int times, Action action) {
      boolean on = place.endsWith("+");
      int first = place.equals("*") ? 1 : Integer.parseInt(on ? place.replace("+", "") : place);
      int last = on || place.equals("*") ? Integer.MAX_VALUE : first;
      return new Rule(operation, first, last, new AtomicInteger(times), action);
    }
  }

  private volatile List<Rule> rules;
  private final AtomicInteger all = new AtomicInteger();
  private final Queue<String> names = new ConcurrentLinkedQueue<>();

  private Failpoints(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** What the system property or the environment sets. */
  static Failpoints fromEnvironment() {
    @Nullable String text =
        System.getProperty("polder.failpoints", System.getenv("POLDER_FAILPOINTS"));
    return text == null || text.isBlank() ? NONE : parse(text);
  }

  /** Reads rules, separated by {@code ;}. */
  static Failpoints parse(String text) {
    List<Rule> rules = new ArrayList<>();
    for (String one : text.split(";")) {
      Matcher matcher = VALID.matcher(one.strip());
      if (!matcher.matches()) {
        throw new PolderException(
            ErrorKind.INVALID,
            "failpoint '%s': write OPERATION.N, OPERATION.N+ or OPERATION.*, '=', then kill, error(EIO) or delay(MS), with N* before it for the first N times"
                .formatted(one.strip()));
      }
      rules.add(
          Rule.of(
              matcher.group(1),
              matcher.group(2),
              matcher.group(3) == null ? Integer.MAX_VALUE : Integer.parseInt(matcher.group(3)),
              action(matcher)));
    }
    return new Failpoints(rules);
  }

  private static Action action(Matcher matcher) {
    if (matcher.group(5) != null) {
      @Nullable Errno errno = ERRNOS.get(matcher.group(5));
      if (errno == null) {
        throw new PolderException(
            ErrorKind.INVALID,
            "failpoint error '%s': use one of %s".formatted(matcher.group(5), ERRNOS.keySet()));
      }
      return new Action.Fail(errno);
    }
    return matcher.group(6) != null
        ? new Action.Delay(Duration.ofMillis(Long.parseLong(matcher.group(6))))
        : new Action.Kill();
  }

  /** The places of one run of {@code operation}, in the order in which it comes by. */
  Places of(String operation) {
    return new Places(operation);
  }

  /** As {@link #of}, for a workshop, which is told a function only. */
  Consumer<String> places(String operation) {
    return of(operation)::pass;
  }

  /** Fails as {@code text} says from here on, and counts the places of {@code any} from here on. */
  void arm(String text) {
    rules = text.isEmpty() ? List.of() : parse(text).rules;
    all.set(0);
    names.clear();
  }

  /** How many places were passed since the engine was opened or {@link #arm} was called. */
  int passed() {
    return all.get();
  }

  /** What was passed since then, in order: {@code OPERATION.N}. For a test of all of them. */
  List<String> names() {
    return List.copyOf(names);
  }

  /** Where one run of an operation has got to. */
  final class Places {
    private final String operation;
    private int passed;

    private Places(String operation) {
      this.operation = operation;
    }

    /** Comes by the next place: mostly nothing happens. */
    void pass(String step) {
      passed++;
      if (Failpoints.this == NONE) {
        return;
      }
      int atAll = all.incrementAndGet();
      if (atAll <= NAMES_KEPT) {
        names.add(operation + "." + passed);
      }
      for (Rule rule : rules) {
        if (rule.matches(operation, passed, atAll) && rule.left().getAndDecrement() > 0) {
          act(rule.action(), step);
        }
      }
    }

    private void act(Action action, String step) {
      switch (action) {
        case Action.Kill() -> Runtime.getRuntime().halt(KILLED); // no hook, no finally: as SIGKILL
        case Action.Fail(Errno errno) ->
            throw new SyscallException(
                "%s (failpoint %s.%d)".formatted(step, operation, passed), errno);
        case Action.Delay(Duration time) -> pause(time);
      }
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
