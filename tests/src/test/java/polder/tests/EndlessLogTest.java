package polder.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
import polder.tests.harness.Usage;

/** A zone that writes to its log as fast as it can. */
@Tag("kernel")
@Timeout(3_600)
class EndlessLogTest {
  private static final Duration SPAN =
      Duration.ofSeconds(Boolean.getBoolean("polder.full") ? 60 : 5);
  private static final long KEPT = 3 * (10L << 20) + (64 << 10);
  private static final int ASKED = 30;

  @ParameterizedTest(name = "terminal: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("R-DISK-04 a zone that logs without end takes its share of disk and CPU, no more")
  void takesItsShare(boolean terminal) throws IOException {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      try (Host remote = RemoteHost.open(host.home().resolve("run/api.sock"))) {
        Neighbour neighbour = Neighbour.on(remote, "neighbour");
        neighbour.ask(ASKED);
        Neighbour.Answers before = neighbour.ask(ASKED);
        ZoneRef zone = chatterer(remote, terminal);
        TestHost.rest(Duration.ofSeconds(1));

        long daemon = host.daemonPid();
        long start = System.nanoTime();
        Duration cpu = Usage.cpu(daemon);
        long[] most = {0};
        Neighbour.Answers during =
            neighbour.askWhile(
                () -> {
                  most[0] = Math.max(most[0], Usage.logged(host.home()));
                  long passed = System.nanoTime() - start;
                  boolean little = !terminal && most[0] <= KEPT / 2;
                  return passed < (little ? Figures.within(SPAN) : SPAN).toNanos();
                });
        double cores =
            (double) Usage.cpu(daemon).minus(cpu).toNanos() / (System.nanoTime() - start);
        remote.zones().stop(zone, StopOptions.FORCED);
        most[0] = Math.max(most[0], Usage.logged(host.home()));

        assertTrue(most[0] <= KEPT, most[0] + " bytes are kept");
        assertTrue(terminal || most[0] > KEPT / 2, "only " + most[0] + " bytes were written");
        assertTrue(cores <= 1.0, "the daemon took " + cores + " cores");
        during.assertBearable(before);
        neighbour.livesOn();
      }
    }
  }

  private static ZoneRef chatterer(Host host, boolean terminal) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, "chatterer")
            .with(ZoneProperties.IMAGE, "busybox")
            .with(ZoneProperties.TTY, terminal)
            .with(ZoneProperties.CMD, List.of("yes", "a long line ".repeat(80)));
    ZoneRef zone = ZoneRef.of(host.zones().create(spec).uuid());
    host.zones().start(zone);
    return zone;
  }
}
