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
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.Host;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Security;
import polder.model.StopOptions;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** Failing steps, many at once, over and over. */
@Tag("kernel")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HardshipKernelTest {
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
  @DisplayName("R-CRASH-03 an error before or after each step leaves nothing, and retry succeeds")
  void eachStepMayFail() {
    ZoneSpec spec = TestHost.spec("step", "exec sleep 1000");
    ZoneRef step = TestHost.ref("step");
    for (String errno : List.of("EIO", "ENOSPC")) {
      fails("create", 8, errno, host -> host.zones().create(spec), true);
      fails("start", 12, errno, host -> host.zones().start(step), true);
      fails(
          "update",
          4,
          errno,
          host ->
              host.zones()
                  .update(step, new Patch(Map.of("max_lwps", (long) errno.length())), false),
          true);
      fails("stop", 10, errno, host -> host.zones().stop(step, StopOptions.FORCED), false);
      fails("delete", 6, errno, host -> host.zones().delete(step, true), false);
    }
  }

  /** What is done with a host. */
  @FunctionalInterface
  private interface Work {
    void on(Host host);
  }

  /**
   * Fails once at each place.
   *
   * @param absent whether nothing may be left of what failed; else it may be half done, and goes on
   */
  private void fails(String operation, int places, String errno, Work work, boolean absent) {
    for (int place = 1; place <= places; place++) {
      String where = operation + "." + place + "=" + errno;
      test.open(Failpoints.parse("%s.%d=1*error(%s)".formatted(operation, place, errno)));
      if (operation.equals("stop")) {
        test.host().zones().start(TestHost.ref("step"));
        work.on(test.host()); // it ends; what could not be taken down is told by the state
        if (test.get("step").state() == ZoneState.FAILED) {
          test.host().zones().start(TestHost.ref("step"));
          work.on(test.host());
        }
        assertEquals(ZoneState.INSTALLED, test.get("step").state(), where);
      } else {
        if (operation.equals("delete") && errno.equals("ENOSPC")) {
          attempt(work); // the reserve may have carried it through
        } else if (operation.equals("start") && errno.equals("ENOSPC")) {
          work.on(test.host()); // the reserve carries it through
          if (place < places) {
            test.host().zones().stop(TestHost.ref("step"), StopOptions.FORCED);
          }
        } else {
          PolderException e =
              assertThrows(PolderException.class, () -> work.on(test.host()), where);
          assertTrue(String.valueOf(e.getMessage()).contains("failpoint"), where);
          assertEquals(errno.equals("EIO") ? ErrorKind.HOST : ErrorKind.NO_ROOM, e.kind(), where);
        }
      }
      if (absent) {
        assertEquals(List.of(), test.host().fsck(), where);
      }
      if (place == places && !operation.equals("stop")) {
        attempt(work);
        assertEquals(List.of(), test.host().fsck(), where);
        if (operation.equals("delete")) {
          assertEquals(0, test.host().zones().list().size());
        }
      } else if (operation.equals("delete")) {
        attempt(work);
        assertEquals(List.of(), test.host().fsck(), where);
        test.host().zones().create(TestHost.spec("step", "exec sleep 1000"));
      }
    }
    test.open(Failpoints.NONE);
  }

  private void attempt(Work work) {
    try {
      work.on(test.host());
    } catch (PolderException e) {
      assertEquals(ErrorKind.NOT_FOUND, e.kind(), e.getMessage());
    }
  }

  @Test
  @DisplayName("R-CONC-03 many at random on one zone: no failure but those that are meant")
  void manyAtRandomOnOneZone() throws InterruptedException {
    test.host().zones().create(TestHost.spec("busy", "exec sleep 1000"));
    ZoneRef busy = TestHost.ref("busy");
    List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    for (int i = 0; i < 16; i++) {
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
      assertTrue(thread.join(Duration.ofMinutes(1)), "a deadlock");
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
                      for (int round = 0; round < 2; round++) {
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
      assertTrue(thread.join(Duration.ofMinutes(2)), "a deadlock");
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
  @DisplayName("R-BOOT-05 reboot and power off from inside")
  void rebootFromInside() {
    File reboot = new File("/usr/bin/python3");
    assumeTrue(reboot.exists(), "no python3 on this host");
    ZoneSpec spec =
        TestHost.spec("inside", "exec sleep 1000")
            .with(
                ZoneProperties.SECURITY,
                new Security(List.of("SYS_BOOT"), List.of(), "unconfined", false, false, true));
    test.run(spec);
    int pid = test.get("inside").status().pid().orElseThrow();
    call("inside", "0x1234567");
    TestHost.eventually(
        "it is up again",
        () ->
            test.get("inside").state() == ZoneState.RUNNING
                && test.get("inside").status().pid().orElse(pid) != pid);
    assertEquals(1, test.get("inside").status().restarts());
    call("inside", "0x4321fedc");
    TestHost.eventually("it is off", () -> test.get("inside").state() == ZoneState.INSTALLED);
    TestHost.pause(300);
    assertEquals(ZoneState.INSTALLED, test.get("inside").state());
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
