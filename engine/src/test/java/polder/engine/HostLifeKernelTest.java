package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.linux.Namespace;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.StopOptions;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;

/** A host is opened and closed, wholly or not at all, by a program that lives on. */
@Tag("kernel")
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostLifeKernelTest {
  private TestHost test;

  @BeforeEach
  void open() throws IOException {
    test = new TestHost();
  }

  @AfterEach
  void leavesNothing() {
    test.close();
  }

  /** What a program holds: descriptors by what they are, threads of ours, children. */
  private record Held(List<String> descriptors, List<String> threads, long children) {
    static Held now() throws IOException {
      List<String> descriptors = new ArrayList<>();
      try (var all = Files.list(Path.of("/proc/self/fd"))) {
        for (Path each : all.toList()) {
          try {
            descriptors.add(Files.readSymbolicLink(each).toString().replaceAll("\\d+", "N"));
          } catch (IOException e) {
            // the one that the list was read through
          }
        }
      }
      descriptors.removeIf(name -> name.contains("/proc/") || name.endsWith(".jar"));
      return new Held(
          descriptors.stream().sorted().toList(),
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .filter(name -> name.startsWith("polder-"))
              .sorted()
              .toList(),
          ProcessHandle.current().children().filter(ProcessHandle::isAlive).count());
    }
  }

  private static void same(Held before, String after) {
    TestHost.eventually(
        after,
        () -> {
          try {
            return Held.now().equals(before);
          } catch (IOException e) {
            return false;
          }
        });
  }

  @Test
  void anOpenThatFailsLeavesNothingOpen() throws IOException {
    HostPaths paths = HostPaths.below(test.home());
    test.letGo();
    Held before = Held.now();
    for (Path part :
        List.of(
            paths.zones(),
            paths.quarantine(),
            paths.journal(),
            paths.events(),
            paths.images().resolve("sha256"),
            paths.storage(),
            paths.runningZones())) {
      Path aside = part.resolveSibling("aside");
      Files.move(part, aside);
      Files.writeString(part, "a file");
      PolderException e = assertThrows(PolderException.class, test::open, part.toString());
      assertEquals(ErrorKind.HOST, e.kind());
      same(before, "nothing is held for " + part);
      Files.delete(part);
      Files.move(aside, part);
    }
    assertThrows(
        PolderException.class,
        () ->
            LocalHost.open(
                paths,
                (launcher, where) -> {
                  throw new IllegalStateException("no brands today");
                },
                Failpoints.NONE,
                10,
                Namespace.NET.own()));
    same(before, "nothing is held without brands");
    test.open();
  }

  @Test
  void aCloseLetsGoOfEverything() throws IOException {
    test.run(
        TestHost.spec("web", "exec sleep 1000")
            .with(ZoneProperties.OPEN_STDIN, true)
            .with(ZoneProperties.TTY, false));
    test.run(TestHost.spec("shown", "exec sleep 1000").with(ZoneProperties.TTY, true));
    test.letGo();
    Held before = Held.now();
    for (int i = 0; i < 3; i++) {
      test.open();
      assertEquals("0", test.exec("web", "true"));
      test.host().zones().reboot(TestHost.ref("shown"), StopOptions.FORCED);
      test.letGo();
      same(before, "nothing is held after " + i);
    }
    test.letGo(); // once more does nothing
    test.open();
  }

  @Test
  void whoWaitsIsToldThatTheHostIsClosed() throws Exception {
    test.runDeaf("deaf");
    test.run(TestHost.spec("runs", "exec sleep 1000"));
    test.host().zones().create(TestHost.spec("down", "exec sleep 1000"));
    ZoneRef deaf = TestHost.ref("deaf");
    ZoneRef runs = TestHost.ref("runs");
    Map<String, Consumer<Host>> waits =
        Map.of(
            "stop", host -> host.zones().stop(deaf, StopOptions.GRACEFUL),
            "await", host -> host.zones().await(runs),
            "attach", host -> host.zones().attach(runs).await(),
            "attach to what is down", host -> host.zones().attach(TestHost.ref("down")).await());
    Map<String, CompletableFuture<Void>> ends = new TreeMap<>();
    Host host = test.host();
    waits.forEach(
        (what, wait) -> {
          CompletableFuture<Void> end = new CompletableFuture<>();
          ends.put(what, end);
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      wait.accept(host);
                      end.complete(null);
                    } catch (RuntimeException e) {
                      end.completeExceptionally(e);
                    }
                  });
        });
    TestHost.pause(300);
    test.letGo();
    for (var end : ends.entrySet()) {
      try {
        end.getValue().get(Figures.within(5).toSeconds(), TimeUnit.SECONDS);
        throw new AssertionError(end.getKey() + " came back as if it had ended");
      } catch (TimeoutException e) {
        throw new AssertionError(end.getKey() + " waits on", e);
      } catch (ExecutionException e) {
        assertTrue(e.getCause() instanceof PolderException, end.getKey() + ": " + e.getCause());
        assertEquals(ErrorKind.WRONG_STATE, ((PolderException) e.getCause()).kind());
        assertTrue(String.valueOf(e.getMessage()).contains("the host was closed"));
      }
    }
    assertEquals(ErrorKind.WRONG_STATE, assertThrows(PolderException.class, host::zones).kind());
    test.open();
  }
}
