package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.api.client.RemoteHost;
import polder.model.Host;
import polder.tests.harness.Guest;
import polder.tests.harness.GuestShell;
import polder.tests.harness.Neighbour;
import polder.tests.harness.TestHost;
import polder.tests.harness.Usage;

/** A guest that takes all that it can get. */
@Tag("kernel")
@Timeout(3_600)
class HostileGuestTest {
  private static final int DISK = 48; // MiB
  private static final long FLOOD = Boolean.getBoolean("polder.full") ? 100_000_000 : 1_000_000;
  private static final long KEPT = 3 * (10L << 20) + (64 << 10);
  private static final double CAP = 0.5; // of a processor
  private static final Duration SPAN = Duration.ofSeconds(10);
  private static final int ASKED = 30;

  private static Map<String, Object> payload() {
    Guest guest = Guest.linux();
    Map<String, Object> payload = new HashMap<>();
    payload.put("brand", "vm");
    payload.put("alias", "guest");
    payload.put("ram", 128);
    payload.put("vcpus", 2);
    payload.put("accel", "tcg");
    payload.put("open_stdin", true);
    payload.put("disks", List.of(Map.of("size", DISK, "model", "virtio")));
    payload.put("kernel", guest.kernel().toString());
    payload.put("initrd", guest.initrd().toString());
    payload.put("cmdline", "console=ttyS0 quiet panic=-1 do=shell");
    return payload;
  }

  @Test
  @DisplayName("S-VM-05 a guest fills its disk, floods its console and spins: all stays its own")
  void keepsToItsOwn() throws IOException {
    Map<String, Object> payload = payload();
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.create(payload);
      host.polder("start", "guest").ok();
      try (Host remote = RemoteHost.open(host.home().resolve("run/api.sock"));
          GuestShell shell = new GuestShell(host, "guest")) {
        Neighbour neighbour = Neighbour.on(remote, "neighbour");
        neighbour.ask(ASKED);
        Neighbour.Answers before = neighbour.ask(ASKED);

        assertFalse(shell.can("dd if=/dev/zero of=/dev/vda bs=1M 2> /dev/null"), "it is full");
        assertEquals(
            String.valueOf(DISK << 20), shell.run("blockdev --getsize64 /dev/vda"), "as ever");
        assertEquals(List.of((long) DISK << 20), disks(host));
        neighbour.ask(ASKED).assertBearable(before);

        long[] most = {0};
        String flood = "yes '" + "a long line ".repeat(10) + "' | head -c " + FLOOD + "; echo";
        CompletableFuture<Void> flooding = CompletableFuture.runAsync(() -> shell.runLoud(flood));
        neighbour
            .askWhile(
                () -> {
                  most[0] = Math.max(most[0], Usage.logged(host.home()));
                  return !flooding.isDone();
                })
            .assertBearable(before);
        flooding.join();
        assertTrue(most[0] <= KEPT, most[0] + " bytes are kept");
        assertTrue(most[0] >= Math.min(FLOOD, KEPT / 2), "only " + most[0] + " bytes were written");

        host.polder("update", "guest", "cpu_cap=" + (int) (CAP * 100)).ok();
        shell.run("for i in 1 2; do while :; do :; done & done");
        long qemu = Long.parseLong(String.valueOf(host.json("get", "guest").get("pid")));
        TestHost.rest(Duration.ofSeconds(1)); // what it was given before is used up
        long start = System.nanoTime();
        Duration cpu = Usage.cpu(qemu);
        neighbour.askWhile(() -> System.nanoTime() - start < SPAN.toNanos()).assertBearable(before);
        double cores = (double) Usage.cpu(qemu).minus(cpu).toNanos() / (System.nanoTime() - start);
        assertTrue(cores <= CAP * 1.05, "it took " + cores + " processors");
        assertTrue(cores >= CAP / 10, "it does not spin: " + cores);
        neighbour.livesOn();
      }
      host.polder("delete", "--force", "guest").ok();
    }
  }

  /** The sizes of the files that are disks of guests. */
  private static List<Long> disks(TestHost host) {
    try (Stream<Path> all = Files.walk(host.home().resolve("state"))) {
      return all.filter(each -> each.getFileName().toString().equals("disk0"))
          .map(each -> each.toFile().length())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
