package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class UserNamespaceKernelTest {
  private static final IdMap IDS = IdMap.of(1_000_000, 65_536);

  private static Launcher launcher;

  @BeforeAll
  static void start() {
    launcher = Launcher.start();
  }

  @AfterAll
  static void stop() {
    launcher.close();
  }

  @Test
  @DisplayName("S-ID-07 the kernel takes what we take and refuses what we refuse")
  void theKernelAgrees() {
    Random random = new Random(13);
    int taken = 0;
    int refused = 0;
    for (int round = 0; round < 200; round++) {
      StringBuilder text = new StringBuilder();
      int lines = 1 + random.nextInt(4);
      for (int i = 0; i < lines; i++) {
        text.append(edge(random)).append(' ').append(edge(random)).append(' ');
        text.append(random.nextInt(8) == 0 ? edge(random) : random.nextInt(5)).append('\n');
      }
      boolean ours = weTake(text.toString());
      assertEquals(ours, kernelTakes(text.toString()), text::toString);
      taken += ours ? 1 : 0;
      refused += ours ? 0 : 1;
    }
    assertTrue(taken > 20 && refused > 20, taken + " taken, " + refused + " refused");
  }

  @Test
  @DisplayName("S-ID-07 340 lines are taken, 341 are refused")
  void theKernelAgreesAboutTheLongest() {
    for (int lines : new int[] {340, 341}) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < lines; i++) {
        text.append(i).append(' ').append(i).append(" 1\n");
      }
      assertEquals(lines == 340, weTake(text.toString()));
      assertEquals(lines == 340, kernelTakes(text.toString()));
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append("%d %d 1\n".formatted(4_000_000_000L + i, 4_100_000_000L + i));
    }
    assertTrue(text.length() > 4095);
    assertEquals(false, weTake(text.toString()));
    assertEquals(false, kernelTakes(text.toString()));
  }

  @Test
  void idsAreMappedOnce() {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.USER));
    p.waitForGo();
    p.exec("/bin/sh", List.of("sh", "-c", "test $(id -u) = 65534"), List.of("PATH=/usr/bin:/bin"));
    try (Child child = launcher.launch(p.build())) {
      child.awaitReady();
      UserNamespace.denySetgroups(child.pid());
      UserNamespace.map(child.pid(), IDS, IDS);
      assertEquals(IDS, IdMap.parse(Procfs.text("/proc/" + child.pid() + "/uid_map")));
      assertEquals("deny", Procfs.text("/proc/" + child.pid() + "/setgroups"));
      SyscallException e =
          assertThrows(SyscallException.class, () -> UserNamespace.map(child.pid(), IDS, IDS));
      assertEquals(Errno.EPERM, e.errno());
      child.go();
      child.awaitStarted();
      assertEquals(new WaitStatus.Exited(0), child.pidfd().await());
    }
  }

  @Test
  @DisplayName("S-CAP-01 a process has exactly the capabilities it is given")
  void readsTheCapabilitiesOfAProcess() {
    long zone = Capability.mask(Capability.zone());
    ProgramBuilder idle = Program.builder(Set.of());
    idle.process().boundingSet(zone, 40);
    idle.process().capabilities(zone, zone, 0);
    idle.waitForGo();
    try (Child child = launcher.launch(idle.build())) {
      child.awaitReady();
      assertEquals(new CapabilitySets(0, zone, zone, zone, 0), CapabilitySets.of(child.pid()));
      child.pidfd().signal(Signal.KILL);
      assertEquals(128 + 9, child.pidfd().await().shellCode());
    }
    assertTrue(CapabilitySets.own().has(Capability.SYS_ADMIN));
  }

  private static long edge(Random random) {
    long[] edges = {
      0, 1, 2, 3, 4, 5, 100, 65535, 0x7fffffffL, 0xfffffffdL, 0xfffffffeL, 0xffffffffL
    };
    return edges[random.nextInt(edges.length)];
  }

  private static boolean weTake(String text) {
    try {
      return !IdMap.parse(text).extents().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Writes the text as it is to the uid_map of a process that waits. */
  private static boolean kernelTakes(String text) {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.USER));
    p.waitForGo();
    try (Child child = launcher.launch(p.build())) {
      child.awaitReady();
      try (Fd map = Procfs.open("/proc/" + child.pid() + "/uid_map", OpenFlags.O_WRONLY)) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        map.write(bytes, 0, bytes.length);
        return true;
      } catch (SyscallException e) {
        assertEquals(Errno.EINVAL, e.errno());
        return false;
      } finally {
        child.pidfd().signal(Signal.KILL);
        var _ = child.pidfd().await();
      }
    }
  }
}
