package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.api.client.RemoteHost;
import polder.model.Brand;
import polder.model.Host;
import polder.model.StopOptions;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.tests.harness.Figures;
import polder.tests.harness.Neighbour;
import polder.tests.harness.TestHost;

/** A zone that makes processes until it may not, and goes on trying. */
@Tag("kernel")
@Timeout(3_600)
class ForkBombTest {
  private static final int RUNS = Boolean.getBoolean("polder.full") ? 100 : 3;
  private static final int PROCESSES = 2_048;
  private static final int ALL_ZONES = 4_096;
  private static final int ASKED = 30;
  private static final Duration LIST = Figures.within(1);
  private static final Duration KILLED = Figures.within(5);

  /** A process that may not fork ends, or tries again: the zone stays full, and is never still. */
  private static final String BOMB =
      """
      import os, signal, sys
      signal.signal(signal.SIGCHLD, signal.SIG_IGN)
      main = os.getpid()
      while True:
          try:
              os.fork()
          except OSError:
              if os.getpid() != main and os.getpid() % 3 == 0:
                  os._exit(0)
      """;

  @Test
  @DisplayName("R-OOM-03 a fork bomb keeps to its zone, its host answers, and all of it is killed")
  void aForkBombKeepsToItsZone() {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      try (Host remote = RemoteHost.open(host.home().resolve("run/api.sock"))) {
        Neighbour neighbour = Neighbour.on(remote, "neighbour");
        host.limitProcesses(ALL_ZONES); // so that a failure of ours spares the machine
        neighbour.ask(ASKED);
        Neighbour.Answers before = neighbour.ask(ASKED);
        long daemon = host.daemonPid();
        for (int run = 0; run < RUNS; run++) {
          bombed(host, remote, neighbour, before, run);
        }
        neighbour.livesOn();
        assertEquals(daemon, host.daemonPid(), "the daemon lived through it");
      }
    }
  }

  private static void bombed(
      TestHost host, Host remote, Neighbour neighbour, Neighbour.Answers before, int run) {
    String mark = "# fork bomb " + System.nanoTime();
    ZoneSpec spec =
        ZoneSpec.of(Brand.NATIVE)
            .with(ZoneProperties.ALIAS, "bomb" + run)
            .with(ZoneProperties.MAX_LWPS, (long) PROCESSES)
            .with(ZoneProperties.CMD, List.of("python3", "-c", BOMB + mark));
    UUID uuid = remote.zones().create(spec).uuid();
    ZoneRef zone = ZoneRef.of(uuid);
    remote.zones().start(zone);
    TestHost.eventually("the zone is full", () -> host.processesOf(uuid) > PROCESSES - 100);
    Neighbour.Answers during = neighbour.ask(ASKED);
    int had = host.processesOf(uuid);
    assertTrue(had > PROCESSES / 2 && had <= PROCESSES, "it had " + had);

    long start = System.nanoTime();
    if (run % 2 == 0) {
      remote.zones().delete(zone, true);
    } else {
      remote.zones().stop(zone, StopOptions.FORCED);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertEquals(0, processes(mark), "survivors");
    assertTrue(took.compareTo(KILLED) <= 0, "killed after " + took);
    if (run % 2 != 0) {
      remote.zones().delete(zone, true);
    }
    assertTrue(during.list().compareTo(LIST) <= 0, before + ", then " + during);
    during.assertBearable(before);
  }

  /** How many processes of the machine have {@code mark} in their command line. */
  private static int processes(String mark) {
    int count = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (commandLine(process).contains(mark)) {
          count++;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return count;
  }

  private static String commandLine(Path process) {
    try {
      return new String(
          Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it has just ended
    }
  }
}
