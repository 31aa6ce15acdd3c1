package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import polder.model.PolderException;

/** An error at each step of each operation, once and for good; see {@link CrashRows}. */
@Tag("kernel")
@Timeout(value = 180, unit = TimeUnit.MINUTES) // a host that others use, too
class ErrorAtEachStepKernelTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final List<String> ERRNOS =
      List.of("EIO", "ENOSPC", "ENOMEM", "EMFILE", "EAGAIN", "EINTR", "EBUSY");

  private final List<String> unforeseen = Collections.synchronizedList(new ArrayList<>());
  private Thread.UncaughtExceptionHandler before = (thread, failure) -> {};

  @BeforeEach
  void catchWhatNobodyCatches() throws ReflectiveOperationException {
    before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> unforeseen.add("uncaught: " + failure));
    LoggedTraces.tell(unforeseen::add);
  }

  @AfterEach
  void nothingWasUnforeseen() throws ReflectiveOperationException {
    Thread.setDefaultUncaughtExceptionHandler(before);
    LoggedTraces.forget();
    assertEquals(List.of(), unforeseen);
  }

  static List<String> once() {
    return FULL ? ERRNOS : List.of("EIO");
  }

  @ParameterizedTest
  @MethodSource("once")
  @DisplayName("R-CRASH-03 an error at each step, once: it is named, nothing is left, retry helps")
  void eachStepMayFailOnce(String errno) throws IOException, InterruptedException {
    failEverywhere("any.%d=1*error(" + errno + ")");
  }

  static List<String> forGood() {
    return FULL ? ERRNOS : List.of("ENOSPC"); // as of a full disk
  }

  @ParameterizedTest
  @MethodSource("forGood")
  @DisplayName("R-CRASH-03 an error at each step and all after it: once it is gone, retry helps")
  void eachStepMayFailForGood(String errno) throws IOException, InterruptedException {
    failEverywhere("any.%d+=error(" + errno + ")");
  }

  private void failEverywhere(String rule) throws IOException, InterruptedException {
    List<CrashRow> asked = // nobody is told of what nobody asked for
        CrashRows.wanted().stream().filter(row -> row.operation().contains(".")).toList();
    int descriptors = ofAnOpenHost();
    int heldBefore = held();
    int failures = new SideBySide().all(asked, (test, row, turn) -> sweep(test, row, rule, turn));
    assertTrue(failures > 60 || !CrashRows.ROWS.isEmpty(), "only " + failures + " failures");
    int bound = descriptors + 5;
    TestHost.eventually(() -> "descriptors are back: " + open(), () -> descriptors() <= bound);
    TestHost.eventually(() -> "no zone is held: " + open(), () -> held() <= heldBefore);
  }

  /** How many are open while a host is; what is opened once and stays is among them. */
  private static int ofAnOpenHost() throws IOException {
    try (TestHost test = new TestHost()) {
      test.host().info();
      return descriptors();
    }
  }

  /** Of how many zones the mounts are held. */
  private static int held() {
    return open().entrySet().stream()
        .filter(file -> file.getKey().startsWith("mnt:"))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** What is open, and how often. */
  private static Map<String, Integer> open() {
    Map<String, Integer> open = new TreeMap<>();
    String[] all = Path.of("/proc/self/fd").toFile().list();
    for (String fd : all == null ? new String[0] : all) {
      try {
        String target = Files.readSymbolicLink(Path.of("/proc/self/fd", fd)).toString();
        open.merge(target.replaceAll("[0-9a-f-]{36}|[0-9]{5,}", "N"), 1, Integer::sum);
      } catch (IOException e) {
        // it was closed meanwhile
      }
    }
    return open;
  }

  private static int descriptors() {
    String[] open = Path.of("/proc/self/fd").toFile().list();
    return open == null ? 0 : open.length;
  }

  private static int sweep(TestHost test, CrashRow row, String rule, SideBySide.Turn turn) {
    Failpoints points = Failpoints.unarmed();
    test.open(points);
    TestHost.awaitAutoboot(test.host());
    row.prepare().on(test.host());
    String before = CrashRows.seen(test);
    points.arm("");
    row.act().on(test.host());
    List<String> places = points.names();
    String after = CrashRows.seen(test);
    int failures = 0;
    for (int place : turn.choose(places, any -> FULL)) {
      test.clear();
      row.prepare().on(test.host());
      points.arm(rule.formatted(place));
      Optional<String> told = attempt(test, row);
      points.arm("");
      String where = "%s, %s (%s)".formatted(row, rule.formatted(place), places.get(place - 1));
      told.ifPresent(
          sentence -> assertTrue(sentence.contains("failpoint"), where + " says: " + sentence));
      if (row.undone() && told.isPresent() && !rule.contains("+")) {
        assertEquals(before, CrashRows.seen(test), where);
        assertEquals(List.of(), row.wrong(test.host()), where);
      }
      again(test, points, row, after, where);
      failures++;
    }
    return failures;
  }

  private static Optional<String> attempt(TestHost test, CrashRow row) {
    try {
      row.act().on(test.host());
      return Optional.empty();
    } catch (PolderException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Retries as a user would; what was left behind goes with the next start at the latest. */
  private static void again(
      TestHost test, Failpoints points, CrashRow row, String after, String where) {
    if (!CrashRows.seen(test).equals(after)) {
      attempt(test, row).ifPresent(told -> System.err.println(where + ": " + told));
      TestHost.eventually(
          () -> "%s: seen is\n%s\nnot\n%s".formatted(where, CrashRows.seen(test), after),
          () -> CrashRows.seen(test).equals(after));
    }
    if (!row.wrong(test.host()).isEmpty()) {
      System.err.println(where + " left " + row.wrong(test.host()));
      test.open(points);
      TestHost.eventually(where + ", fsck finds nothing", () -> row.wrong(test.host()).isEmpty());
      assertEquals(after, CrashRows.seen(test), where);
    }
  }
}
