package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.PolderException;
import polder.model.Security;
import polder.model.StopOptions;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** Failing steps, many at once, over and over. */
@Tag("kernel")
@Timeout(value = 1_800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HardshipKernelTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");

  private TestHost test;

  @BeforeEach
  void open() throws IOException {
    test = new TestHost();
  }

  @AfterEach
  void leavesNothing() {
    test.close();
  }

  @Test
  @DisplayName("R-CONC-03 many at random on one zone: no failure but those that are meant")
  void manyAtRandomOnOneZone() throws InterruptedException {
    test.host().zones().create(TestHost.spec("busy", "exec sleep 1000"));
    ZoneRef busy = TestHost.ref("busy");
    List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    long until = System.nanoTime() + Duration.ofSeconds(FULL ? 60 : 5).toNanos();
    for (int i = 0; i < (FULL ? 32 : 16); i++) {
      Random random = new Random(i);
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (System.nanoTime() - until < 0) {
                      try {
                        act(busy, random.nextInt(7));
                      } catch (PolderException e) {
                        if (e.kind() != ErrorKind.WRONG_STATE && e.kind() != ErrorKind.NOT_FOUND) {
                          wrong.add(e.kind() + " " + e.getMessage());
                        }
                      } catch (RuntimeException e) {
                        wrong.add(e.toString());
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      assertTrue(thread.join(Duration.ofMinutes(5)), "a deadlock");
    }
    assertEquals(List.of(), wrong.stream().distinct().limit(5).toList());
    test.host().zones().stop(busy, StopOptions.FORCED);
    assertEquals(List.of(), test.host().fsck());
  }

  private void act(ZoneRef zone, int what) {
    switch (what) {
      case 0, 1 -> test.host().zones().start(zone);
      case 2 -> test.host().zones().stop(zone, StopOptions.FORCED);
      case 3 -> test.host().zones().pause(zone);
      case 4 -> test.host().zones().resume(zone);
      case 5 -> test.host().zones().reboot(zone, StopOptions.FORCED);
      default -> test.host().zones().get(zone);
    }
  }

  @Test
  @DisplayName("R-CONC-01 whole lives of many zones at once")
  void manyLivesAtOnce() throws InterruptedException {
    List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String name = "life" + i;
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int round = 0; round < (FULL ? 10 : 2); round++) {
                        test.run(TestHost.spec(name, "echo up; exec sleep 1000"));
                        if (!test.exec(name, "exit 7").equals("7")) {
                          wrong.add(name);
                        }
                        test.host().zones().stop(TestHost.ref(name), StopOptions.GRACEFUL);
                        test.host().zones().delete(TestHost.ref(name), false);
                      }
                    } catch (IOException | RuntimeException e) {
                      wrong.add(e.toString());
                    }
                  }));
    }
    for (Thread thread : threads) {
      assertTrue(thread.join(Duration.ofMinutes(20)), "a deadlock");
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  @DisplayName("R-LEAK-01 lives leave no descriptor and no thread behind")
  void livesLeakNothing() throws IOException {
    live(5);
    int descriptors = descriptors();
    int threads = Thread.activeCount();
    live(25);
    TestHost.eventually("descriptors are back", () -> descriptors() <= descriptors + 5);
    assertTrue(Thread.activeCount() <= threads + 2);
  }

  private void live(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      test.run(TestHost.spec("leak", "echo up; exec sleep 1000"));
      assertEquals("0", test.exec("leak", "true"));
      test.host().zones().delete(TestHost.ref("leak"), true);
    }
  }

  private static int descriptors() {
    String[] open = Path.of("/proc/self/fd").toFile().list();
    return open == null ? 0 : open.length;
  }

  @Test
  @DisplayName("R-CRASH-03 a deletion that failed before it began is not done by the next start")
  void whatWasToldAsFailedIsNotDoneLater() throws IOException {
    try (TestHost test = new TestHost()) {
      Failpoints points = Failpoints.unarmed();
      test.open(points);
      test.host().zones().create(TestHost.spec("stays", "exec sleep 1000"));
      for (int place : List.of(1, 2)) { // before its intent is written, and after
        points.arm("delete-intend.%d=1*error(EIO)".formatted(place));
        assertThrows(
            PolderException.class, () -> test.host().zones().delete(TestHost.ref("stays"), true));
        points.arm("");
        assertEquals(List.of(), test.host().fsck());
      }
      test.reopen();
      assertEquals(ZoneState.INSTALLED, test.get("stays").state());
      test.host().zones().delete(TestHost.ref("stays"), true);
    }
  }

  @Test
  @DisplayName("R-BOOT-05 reboot and power off from inside")
  void rebootFromInside() {
    File reboot = new File("/usr/bin/python3");
    assumeTrue(reboot.exists(), "no python3 on this host");
    ZoneSpec spec =
        TestHost.spec("inside", "exec sleep 1000")
            .with(
                ZoneProperties.SECURITY,
                new Security(List.of("SYS_BOOT"), List.of(), "unconfined", false, false, true));
    test.host().zones().create(spec);
    for (int round = 0; round < (FULL ? 25 : 1); round++) {
      int first = test.host().zones().start(TestHost.ref("inside")).status().pid().orElseThrow();
      call("inside", "0x1234567");
      TestHost.eventually("it is up again", () -> isUpAgain(first));
      assertEquals(1, test.get("inside").status().restarts());
      call("inside", "0x4321fedc");
      TestHost.eventually("it is off", () -> test.get("inside").state() == ZoneState.INSTALLED);
    }
    TestHost.pause(300);
    assertEquals(ZoneState.INSTALLED, test.get("inside").state());
  }

  private boolean isUpAgain(int pid) {
    Zone inside = test.get("inside");
    return inside.state() == ZoneState.RUNNING && inside.status().pid().orElse(pid) != pid;
  }

  /** reboot(2) with a command of linux/reboot.h. */
  private void call(String zone, String command) {
    String code =
        "import ctypes; ctypes.CDLL(None).syscall(169, 0xfee1dead, 672274793, " + command + ", 0)";
    try (var session =
        test.host().zones().exec(TestHost.ref(zone), ExecSpec.of("/usr/bin/python3", "-c", code))) {
      session.await();
    }
  }
}
