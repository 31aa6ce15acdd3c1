package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.tests.harness.LeakCount;
import polder.tests.harness.TestHost;

/** Streams of processes through the daemon: bounded while they last, and gone afterwards. */
@Tag("kernel")
@Timeout(3_600)
class SessionsTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final long MIB = 1 << 20;

  @Test
  @DisplayName("R-OOM-04 output that is not read waits in the zone, not in the daemon")
  void outputIsBounded() throws Exception {
    long bytes = FULL ? 10_240 * MIB : 256 * MIB;
    String[] much = {"exec", "a", "head", "-c", String.valueOf(bytes), "/dev/zero"};
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      sleeper(host, "a", false);
      host.polder("exec", "a", "head", "-c", "4194304", "/dev/zero").ok(); // classes, pools
      long daemon = host.daemonPid();
      long before = anonymous(daemon);

      Process unread = host.start(much);
      Process read = host.start(much);
      long got = 0;
      long most = 0;
      byte[] buffer = new byte[1 << 16];
      try (InputStream out = read.getInputStream()) {
        for (int n = out.read(buffer); n >= 0; n = out.read(buffer)) {
          got += n;
          if (got % (4 * MIB) < n) {
            most = Math.max(most, anonymous(daemon));
          }
        }
      }
      assertEquals(0, read.waitFor());
      assertEquals(bytes, got);
      assertTrue(unread.isAlive(), "it waits for its reader");
      assertEquals("running", host.json("get", "a").get("state"));
      long grown = (Math.max(most, anonymous(daemon)) - before) / MIB;
      assertTrue(grown <= 48, "the daemon's memory grew by " + grown + " MiB");

      unread.toHandle().destroyForcibly();
      assertTrue(unread.waitFor(10, TimeUnit.SECONDS));
      TestHost.eventually(
          "the process of a client that was killed is gone",
          () -> host.polder("exec", "a", "pidof", "head").code() == 1);
      assertEquals(daemon, host.daemonPid(), "the daemon lived through it");
    }
  }

  @Test
  @DisplayName("S-API-13 exec, attach and console sessions cut at random leave nothing behind")
  void cutSessionsLeaveNothing() throws Exception {
    int count = FULL ? 500 : 60;
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      sleeper(host, "a", false);
      sleeper(host, "console", true);
      Path socket = host.home().resolve("run/api.sock");
      for (int i = 0; i < 10; i++) {
        cut(open(socket, new Random(i)), new Random(i)); // loads classes
      }
      long daemon = host.daemonPid();
      Thread.sleep(4_000); // what served them is idle, and gone
      LeakCount before = LeakCount.of(daemon);

      List<SocketChannel> sessions = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sessions.add(open(socket, new Random(1000 + i)));
      }
      Random random = new Random(42);
      java.util.Collections.shuffle(sessions, random);
      for (SocketChannel session : sessions) {
        cut(session, random);
      }
      LeakCount.awaitAtRest(daemon, before);
      assertEquals(daemon, host.daemonPid(), "the daemon lived through it");
      assertEquals("running", host.json("get", "a").get("state"));
      assertEquals("running", host.json("get", "console").get("state"));
    }
  }

  private static void sleeper(TestHost host, String alias, boolean terminal) {
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            alias,
            "tty",
            terminal,
            "open_stdin",
            terminal,
            "cmd",
            List.of("sh", "-c", "while true; do echo tick; sleep 1; done")));
    host.polder("start", alias).ok();
  }

  /** One more session, all kinds by turns; asked for whole, or broken off in the midst of it. */
  @SuppressWarnings("MustBeClosedChecker") // the caller cuts it
  private static SocketChannel open(Path socket, Random random) throws IOException {
    String body =
        switch (random.nextInt(6)) {
          case 0 -> "{\"command\":[\"cat\"],\"stdin\":true}";
          case 1 -> "{\"command\":[\"sleep\",\"1000\"],\"tty\":true,\"stdin\":true}";
          case 2 -> "{\"command\":[\"yes\"]}";
          case 3 -> "{\"command\":[\"sh\",\"-c\",\"echo a; sleep 0.1; echo b >&2\"]}";
          default -> "";
        };
    String target = !body.isEmpty() ? "/v1/zones/a/exec" : "/v1/zones/" + oneOf(random) + "/attach";
    byte[] request =
        ("POST %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: polder-stream\r\n"
                + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s")
            .formatted(target, body.length(), body)
            .getBytes(StandardCharsets.US_ASCII);
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    int length = random.nextInt(8) == 0 ? random.nextInt(request.length) : request.length;
    channel.write(ByteBuffer.wrap(request, 0, length));
    return channel;
  }

  private static String oneOf(Random random) {
    return random.nextBoolean() ? "a" : "console";
  }

  private static void cut(SocketChannel session, Random random)
      throws IOException, InterruptedException {
    try (session) {
      Thread.sleep(random.nextInt(20));
      switch (random.nextInt(4)) {
        case 0 -> session.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 0, 5, 'a'}));
        case 1 -> session.shutdownOutput();
        case 2 -> session.read(ByteBuffer.allocate(1 + random.nextInt(100)));
        default -> {} // just gone
      }
    } catch (IOException e) {
      // it was over already
    }
  }

  /** What a process holds in memory of its own, in bytes: proc_pid_status(5). */
  private static long anonymous(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
