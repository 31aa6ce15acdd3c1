package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.api.client.RemoteHost;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.Session;
import polder.model.StopOptions;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.tests.harness.Guest;
import polder.tests.harness.LeakCount;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** What a daemon holds after many lives of zones, asked through REST. */
@Tag("kernel")
class LeakTest {
  private static final int CYCLES = Boolean.getBoolean("polder.full") ? 1_000 : 50;
  private static final int GUESTS = Boolean.getBoolean("polder.full") ? 100 : 20;

  @Test
  @DisplayName(
      "R-LEAK-01 lives of zones through the daemon leave no descriptor and no thread behind")
  void livesLeaveNothing() throws IOException {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      try (Host remote = RemoteHost.open(host.home().resolve("run/api.sock"))) {
        for (int i = 0; i < 10; i++) {
          live(remote, i); // pools and caches fill
        }
        LeakCount before = LeakCount.of(host.daemonPid());
        for (int i = 0; i < CYCLES; i++) {
          live(remote, i);
        }
        LeakCount.awaitAtRest(host.daemonPid(), before);
      }
    }
  }

  @Test
  @DisplayName(
      "R-LEAK-03 lives of guests, to their firmware only, leave no card, process or socket behind")
  void livesOfGuestsLeaveNothing() throws Exception {
    Guest.assumeQemu();
    try (Space inside = new Space();
        TestHost host = new TestHost(inside.file())) {
      inside.run("ip", "link", "set", "lo", "up");
      host.polder("network", "create", "lab", "-k", "etherstub", "-s", "10.1.0.0/24").ok();
      try (Host remote = RemoteHost.open(host.home().resolve("run/api.sock"))) {
        for (int i = 0; i < 3; i++) {
          liveAsGuest(host, remote);
        }
        LeakCount before = LeakCount.of(host.daemonPid());
        for (int i = 0; i < GUESTS; i++) {
          liveAsGuest(host, remote);
        }
        LeakCount.awaitAtRest(host.daemonPid(), before); // also who waited for a QEMU to listen
      }
      host.polder("network", "delete", "lab").ok();
      assertEquals("lo", inside.run("sh", "-c", "ip -o link | cut -d: -f2 | xargs").strip());
    }
  }

  private static void liveAsGuest(TestHost host, Host remote) {
    String uuid =
        host.create(
            Map.of(
                "brand",
                "vm",
                "ram",
                32,
                "accel",
                "tcg",
                "disks",
                List.of(Map.of("size", 1)),
                "nics",
                List.of(Map.of("nic_tag", "lab"))));
    ZoneRef guest = new ZoneRef(uuid);
    remote.zones().start(guest);
    assertTrue(host.processesOf(UUID.fromString(uuid)) > 0);
    remote.zones().stop(guest, StopOptions.FORCED);
    remote.zones().delete(guest, false);
  }

  /** Create, start, exec, stop, delete; every other one fails to start. */
  private static void live(Host host, int number) throws IOException {
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, "cycle" + number)
            .with(ZoneProperties.IMAGE, "busybox")
            .with(ZoneProperties.CMD, List.of("sleep", "1000"))
            .with(ZoneProperties.AUTOBOOT, false);
    boolean fails = number % 2 == 1;
    Zone zone =
        host.zones().create(fails ? spec.with(ZoneProperties.CMD, List.of("nothing-here")) : spec);
    ZoneRef ref = ZoneRef.of(zone.uuid());
    if (fails) {
      try {
        host.zones().start(ref);
        throw new AssertionError("it started without a program");
      } catch (PolderException e) {
        assertEquals(ErrorKind.NOT_FOUND, e.kind(), e.getMessage());
      }
    } else {
      host.zones().start(ref);
      try (Session session = host.zones().exec(ref, ExecSpec.of("echo", "here"))) {
        assertEquals(
            "here\n",
            new String(session.stdout().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        assertEquals(0, session.await().code());
      }
      host.zones().stop(ref, StopOptions.FORCED);
    }
    host.zones().delete(ref, false);
  }
}
