package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.api.client.RemoteHost;
import polder.model.Brand;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.Session;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.tests.harness.LeakCount;
import polder.tests.harness.TestHost;

/** Many short processes in one zone, through the daemon. */
@Tag("kernel")
@Timeout(3_600)
class ExecsTest {
  private static final int EXECS = Boolean.getBoolean("polder.full") ? 10_000 : 300;
  private static final int CLIENTS = 3;

  @Test
  @DisplayName("R-REAP-02 short execs each give their own exit status, and leave nothing behind")
  void shortExecs() throws Exception {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      try (Host remote = RemoteHost.open(host.home().resolve("run/api.sock"));
          ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
        ZoneSpec spec =
            ZoneSpec.of(Brand.LX)
                .with(ZoneProperties.ALIAS, "busy")
                .with(ZoneProperties.IMAGE, "busybox")
                .with(ZoneProperties.AUTOBOOT, false)
                .with(ZoneProperties.CMD, List.of("sleep", "100000"));
        ZoneRef zone = ZoneRef.of(remote.zones().create(spec).uuid());
        remote.zones().start(zone);
        assertEquals(List.of(), wrong(remote, zone, 0, 30), "the first ones");
        long daemon = host.daemonPid();
        Thread.sleep(4_000); // what served them is idle, and gone
        LeakCount before = LeakCount.of(daemon);

        List<Future<List<String>>> all = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          int first = i * EXECS / CLIENTS;
          int end = (i + 1) * EXECS / CLIENTS;
          all.add(clients.submit(() -> wrong(remote, zone, first, end)));
        }
        for (Future<List<String>> each : all) {
          assertEquals(List.of(), each.get());
        }

        TestHost.eventually("no zombie is left", () -> zombies(daemon) == 0);
        LeakCount.awaitAtRest(daemon, before);
        assertEquals(daemon, host.daemonPid(), "the daemon lived through it");
      }
    }
  }

  /** Those of the processes {@code first} to {@code end} that ended otherwise than they said. */
  private static List<String> wrong(Host host, ZoneRef zone, int first, int end) {
    List<String> wrong = new ArrayList<>();
    for (int i = first; i < end; i++) {
      int code = i % 256;
      try (Session session = host.zones().exec(zone, ExecSpec.of("sh", "-c", "exit " + code))) {
        int got = session.await().code();
        if (got != code) {
          wrong.add("%d, not %d".formatted(got, code));
        }
      }
    }
    return wrong;
  }

  /** How many children of {@code parent} have ended and are not waited for: proc_pid_stat(5). */
  private static long zombies(long parent) {
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      long zombies = 0;
      for (Path process : processes) {
        String stat = read(process.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", 3);
        if (fields.length == 3 && fields[0].equals("Z") && fields[1].equals("" + parent)) {
          zombies++;
        }
      }
      return zombies;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return ""; // it has just ended: ESRCH
    }
  }
}
