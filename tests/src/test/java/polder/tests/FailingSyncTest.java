package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Commands;
import polder.tests.harness.TestHost;

/** A disk that fails once to keep what it was given: strace has the daemon's calls fail. */
@Tag("kernel")
@Timeout(600)
class FailingSyncTest {
  private static final String SYNCS = "fsync,fdatasync,syncfs,sync_file_range";
  private static final int SYNCS_AT_MOST = 30;

  @TempDir private Path folder;

  @Test
  @DisplayName("R-DISK-06 a sync that fails is told, and nothing that was acknowledged is lost")
  void noSyncFailsUnnoticed() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/strace")), "no strace: apt install strace");
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      int failed = 0;
      for (int n = 1; n <= SYNCS_AT_MOST; n++) {
        String name = "zone" + n;
        Outcome made = failing(host, n, () -> host.polderWith(payload(name), "create", "-f", "-"));
        if (made.result().code() == 0) {
          host.polder("get", name).ok();
        } else {
          assertNotEquals(0, host.polder("get", name).code(), made.toString());
          host.polderWith(payload(name), "create", "-f", "-").ok();
        }
        Outcome changed = failing(host, n, () -> host.polder("update", name, "cpu_shares=777"));
        assertEquals(
            changed.result().code() == 0, isChanged(host, name), changed.result().toString());
        host.killDaemon(); // what it has in memory is gone
        assertEquals(
            changed.result().code() == 0, isChanged(host, name), changed.result().toString());
        Outcome deleted = failing(host, n, () -> host.polder("delete", name));
        if (deleted.result().code() != 0) {
          host.polder("delete", name).ok();
        }
        assertNotEquals(0, host.polder("get", name).code(), deleted.toString());
        host.killDaemon();
        assertFalse(host.polder("list").ok().out().contains(name), "it came back: " + name);
        assertEquals(List.of(), Json.asList(Json.read(host.polder("fsck", "-j").ok().out())));
        if (!made.injected() && !changed.injected() && !deleted.injected()) {
          assertTrue(failed > 0, "no sync was made to fail");
          return;
        }
        for (Outcome each : List.of(made, changed, deleted)) {
          failed += each.result().code() == 0 ? 0 : 1;
        }
      }
      throw new AssertionError("one operation syncs more than " + SYNCS_AT_MOST + " times");
    }
  }

  private static byte[] payload(String name) {
    return Json.write(
            Map.of(
                "brand", "lx", "image", "busybox", "alias", name, "cmd", List.of("sleep", "1000")))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isChanged(TestHost host, String name) {
    return host.polder("get", name, "cpu_shares").text().equals("777");
  }

  /** What a command did while the n-th sync of each of the daemon's threads failed with EIO. */
  private record Outcome(CommandResult result, boolean injected) {}

  private Outcome failing(TestHost host, int n, Supplier<CommandResult> work) throws Exception {
    Path trace = folder.resolve("trace");
    long daemon = host.daemonPid();
    Process tracer =
        Commands.start(
            Map.of(),
            List.of(
                "strace",
                "-f",
                "-q",
                "-e",
                "trace=" + SYNCS,
                "-e",
                "inject=" + SYNCS + ":error=EIO:when=" + n,
                "-e",
                "signal=none",
                "-o",
                trace.toString(),
                "-p",
                Long.toString(daemon)));
    try {
      TestHost.eventually("strace has attached", () -> isTraced(daemon));
      return new Outcome(work.get(), isInjected(trace, tracer));
    } finally {
      tracer.destroy();
      tracer.waitFor();
    }
  }

  private static boolean isInjected(Path trace, Process tracer)
      throws IOException, InterruptedException {
    tracer.destroy(); // it lets go of the daemon, and writes what it has
    assertTrue(tracer.waitFor(10, TimeUnit.SECONDS), "strace does not end");
    return Files.readString(trace).contains("(INJECTED)");
  }

  /** Whether all threads of it are. */
  private static boolean isTraced(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path each : threads.toList()) {
        if (Files.readString(each.resolve("status")).contains("TracerPid:\t0\n")) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
