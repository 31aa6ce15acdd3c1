package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.engine.Polder;
import polder.model.Brand;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.ImageRequest;
import polder.model.Progress;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.tests.harness.Fixtures;

/**
 * What the kernel keeps for each thread is, in a program that embeds the engine, the same for all
 * of them: a thread that had entered a zone would take whatever runs on it next along.
 */
@Tag("kernel")
class ThreadStateTest {
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final Pattern KEPT =
      Pattern.compile("(Uid|Gid|Groups|Cap\\w+|NoNewPrivs|Seccomp|Seccomp_filters|Umask):.*");

  private static final int ZONES = 4;
  private static final int ROUNDS = Boolean.getBoolean("polder.full") ? 500 : 15;
  private static final int EXECS = 3; // and a start and a stop make 5 operations a round

  @TempDir Path directory;

  @Test
  @DisplayName("J-02 after many operations no thread differs from the main thread")
  void noThreadDiffersFromTheMainThread() throws Exception {
    try (Host host = Polder.open(directory.resolve("home"));
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      try (InputStream tar = Files.newInputStream(Fixtures.busybox())) {
        host.images().importTarball(tar, ImageRequest.of("busybox"), Progress.NONE);
      }
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < ZONES; i++) {
        String alias = "zone" + i;
        work.add(callers.submit(() -> live(host, alias)));
      }
      for (Future<?> caller : work) {
        caller.get();
      }

      Map<String, String> main = state(ProcessHandle.current().pid()).orElseThrow();
      assertTrue(
          main.keySet().containsAll(List.of("ns/mnt", "ns/user", "cwd", "root", "Umask")),
          () -> "looked at too little: " + main.keySet());
      List<String> differences = new ArrayList<>();
      int compared = 0;
      for (long thread : threads()) {
        Optional<Map<String, String>> state = state(thread);
        if (state.isPresent()) {
          compared++;
          state
              .get()
              .forEach(
                  (what, value) -> {
                    if (!value.equals(main.get(what))) {
                      differences.add(name(thread) + ": " + what + " " + value);
                    }
                  });
        }
      }
      assertTrue(compared > 10, "only " + compared + " threads were compared");
      assertEquals(List.of(), differences, () -> "the main thread: " + main);
    }
  }

  private static void live(Host host, String alias) {
    ZoneRef zone = new ZoneRef(alias);
    host.zones()
        .create(
            ZoneSpec.of(Brand.LX)
                .with(ZoneProperties.ALIAS, alias)
                .with(ZoneProperties.IMAGE, "busybox")
                .with(ZoneProperties.CMD, List.of("sleep", "1000")));
    for (int round = 0; round < ROUNDS; round++) {
      host.zones().start(zone);
      for (int i = 0; i < EXECS; i++) {
        try (Session session = host.zones().exec(zone, ExecSpec.of("true"))) {
          assertEquals(0, session.await().code());
        }
      }
      host.zones().stop(zone, StopOptions.FORCED);
    }
    host.zones().delete(zone, true);
  }

  private static List<Long> threads() throws IOException {
    try (Stream<Path> tasks = Files.list(TASKS)) {
      return tasks.map(task -> Long.valueOf(String.valueOf(task.getFileName()))).toList();
    }
  }

  /** What the kernel keeps for a thread; empty if it has ended. */
  private static Optional<Map<String, String>> state(long thread) throws IOException {
    Path task = TASKS.resolve(Long.toString(thread));
    Map<String, String> state = new TreeMap<>();
    try {
      try (Stream<Path> namespaces = Files.list(task.resolve("ns"))) {
        for (Path namespace : namespaces.toList()) {
          state.put("ns/" + namespace.getFileName(), Files.readSymbolicLink(namespace).toString());
        }
      }
      for (String link : List.of("cwd", "root")) {
        state.put(link, Files.readSymbolicLink(task.resolve(link)).toString());
      }
      for (String line : Files.readAllLines(task.resolve("status"))) {
        if (KEPT.matcher(line).matches()) {
          int colon = line.indexOf(':');
          state.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
      }
      return Optional.of(state);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static String name(long thread) {
    try {
      return Files.readString(TASKS.resolve(thread + "/comm")).strip();
    } catch (IOException e) {
      return "thread " + thread;
    }
  }
}
