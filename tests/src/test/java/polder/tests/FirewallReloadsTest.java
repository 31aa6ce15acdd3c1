package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.api.client.RemoteHost;
import polder.model.FirewallPayload;
import polder.model.FirewallRequest;
import polder.model.FirewallSentence;
import polder.model.Host;
import polder.model.PolderException;
import polder.tests.harness.Commands;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** What the firewall does not allow is kept out while its rules change and the daemon dies. */
@Tag("kernel")
@Timeout(1800)
class FirewallReloadsTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final int RELOADS = FULL ? 1_000 : 60;
  private static final int DEATHS = FULL ? 20 : 3;

  private static final String PROBE =
      """
      import socket, time
      prober = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      while True:
          prober.sendto(b'probe', ('10.1.0.1', 9000))
          time.sleep(0.001)
      """;

  private static final String HEAR =
      """
      import socket
      hearer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      hearer.bind(('10.1.0.1', 9000))
      while True:
          hearer.recv(100)
          print('heard', flush=True)
      """;

  @Test
  @DisplayName("S-NET-06 rules reloaded, and the daemon killed at it: no denied packet gets in")
  void noReloadLetsInWhatIsDenied() throws Exception {
    try (Space inside = new Space();
        TestHost host = new TestHost(inside.file())) {
      host.importBusybox();
      host.polder("network", "create", "backend", "-k", "etherstub", "-s", "10.1.0.0/24").ok();
      run(host, "server", true);
      run(host, "prober", false);
      String prober = host.polder("get", "prober", "pid").ok().out().strip();
      Process hears = python(host.polder("get", "server", "pid").ok().out().strip(), HEAR);
      Process probes = python(prober, PROBE);
      try {
        AtomicInteger heard = counted(hears);
        awaitProbes(prober, 200);
        try (Host remote = remote(host)) {
          for (int i = 0; i < RELOADS; i++) {
            reload(remote, i);
          }
        }
        assertEquals(0, heard.get(), "of all that was sent while rules changed");
        for (int i = 0; i < DEATHS; i++) {
          killAtReload(host);
          assertTrue(inside.run("nft", "list", "tables").contains("_fw"), "its table is there");
          awaitProbes(prober, 200); // nobody is there to mend anything
          assertEquals(0, heard.get(), "of all that was sent after death " + i);
        }
        String rule = "FROM tag role = prober TO tag role = server ALLOW udp PORT 9000";
        host.polder("firewall", "add", "--enable", rule).ok();
        TestHost.eventually("what a rule allows gets in", () -> heard.get() > 0);
      } finally {
        probes.destroyForcibly().waitFor();
        hears.destroyForcibly().waitFor();
      }
    }
  }

  private static void run(TestHost host, String name, boolean guarded) {
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            name,
            "tags",
            Map.of("role", name),
            "firewall_enabled",
            guarded,
            "nics",
            List.of(Map.of("nic_tag", "backend")),
            "cmd",
            List.of("sleep", "100000")));
    host.polder("start", name).ok();
  }

  /** One whose rules are about the same zones, so that their chains are written anew. */
  private static void reload(Host host, int number) {
    String rule =
        "FROM tag role = prober TO tag role = server ALLOW tcp PORT " + (1 + number % 60_000);
    FirewallRequest request = FirewallRequest.of(FirewallSentence.of(rule));
    String uuid =
        host.firewall()
            .add(FirewallPayload.of(request), false)
            .rules()
            .getFirst()
            .uuid()
            .toString();
    host.firewall().delete(uuid);
  }

  private static void killAtReload(TestHost host) throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    AtomicBoolean killed = new AtomicBoolean();
    Thread reloading;
    try (Host remote = remote(host)) {
      reloading =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; !killed.get(); i++) {
                        reload(remote, i);
                        done.incrementAndGet();
                      }
                    } catch (PolderException | IllegalStateException e) {
                      // it died
                    }
                  });
      TestHost.eventually("rules are reloaded", () -> done.get() > 1);
      host.killDaemon();
      killed.set(true);
      reloading.join();
    }
  }

  private static Host remote(TestHost host) {
    host.polder("info").ok(); // there is a daemon
    return RemoteHost.open(host.home().resolve("run/api.sock"));
  }

  private static Process python(String pid, String script) {
    return Commands.start(
        Map.of(), List.of("nsenter", "--net=/proc/" + pid + "/ns/net", "python3", "-c", script));
  }

  private static AtomicInteger counted(Process process) {
    AtomicInteger lines = new AtomicInteger();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (BufferedReader out =
                  new BufferedReader(
                      new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                while (out.readLine() != null) {
                  lines.incrementAndGet();
                }
              } catch (IOException e) {
                // it was ended
              }
            });
    return lines;
  }

  private static void awaitProbes(String pid, int more) {
    long before = sent(pid);
    TestHost.eventually("it probes", () -> sent(pid) >= before + more);
  }

  /** How many packets left a zone's card. */
  private static long sent(String pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/net/dev")).stream()
          .map(String::strip)
          .filter(line -> line.startsWith("eth0:"))
          .mapToLong(line -> Long.parseLong(line.substring(5).strip().split(" +")[9]))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
