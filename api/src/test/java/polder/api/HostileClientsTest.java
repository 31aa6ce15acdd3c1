package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.api.client.RemoteHost;
import polder.api.fake.FakeHost;
import polder.api.server.ApiServer;
import polder.model.Host;

/** Clients that are slow, never finish, or come again and again; and one that wants something. */
@Timeout(3_600)
class HostileClientsTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final Duration FLOOD = Duration.ofSeconds(FULL ? 10 : 1);
  private static final int FLOODING = 2;
  private static final Duration ANSWERS = Figures.within(Duration.ofMillis(500));
  private static final Duration RECOVERS = Figures.within(5);

  @TempDir Path directory;
  private Path socket;
  private FakeHost behind;
  private ApiServer server;
  private Host host;

  @BeforeEach
  void open() {
    socket = directory.resolve("run/api.sock");
    behind = new FakeHost();
    server = ApiServer.open(behind, socket);
    host = RemoteHost.open(socket);
  }

  @AfterEach
  void close() {
    server.close();
    behind.close();
  }

  @Test
  @DisplayName("R-API-01 200 slow and half-open connections do not hold up anybody else")
  void slowClientsHoldUpNobody() throws IOException {
    List<RawHttp> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        RawHttp client = new RawHttp(socket);
        slow.add(client);
        switch (i % 4) {
          case 0 -> {} // says nothing
          case 1 -> client.send("GET /v1/inf"); // half a line
          case 2 -> client.send(head("POST /v1/zones", "Content-Length: 99") + "{"); // half a body
          default -> client.send(head("GET /v1/openapi.json", "X: y").repeat(50));
        }
      }
      isAnswered(100);
    } finally {
      for (RawHttp client : slow) {
        client.close();
      }
    }
    recovers();
  }

  @Test
  @DisplayName("R-API-01 a flood of connections, each with a head too large, holds up nobody")
  void aFloodHoldsUpNobody() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong came = new AtomicLong();
    List<Thread> flood = new ArrayList<>();
    for (int i = 0; i < FLOODING; i++) {
      boolean speaks = i == 0;
      flood.add(Thread.ofPlatform().start(() -> flood(speaks, over, came)));
    }
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < FLOOD.toNanos()) {
      isAnswered(5);
    }
    over.set(true);
    for (Thread thread : flood) {
      assertTrue(thread.join(Duration.ofMinutes(1)), "the flood ends");
    }
    assertTrue(came.get() > FLOODING, came + " connections");
    recovers();
  }

  /**
   * Connects and leaves, over and over; says far too much before it leaves if it {@code speaks}.
   */
  private void flood(boolean speaks, AtomicBoolean over, AtomicLong came) {
    String large = head("GET /v1/info", "X: " + "y".repeat(1 << 20));
    while (!over.get()) {
      try (RawHttp client = new RawHttp(socket)) {
        came.incrementAndGet();
        if (speaks) {
          client.send(large);
          assertEquals(431, RawHttp.status(client.rest()));
        }
      } catch (IOException e) {
        // its queue is full, or it has heard enough
      }
    }
  }

  private static String head(String request, String field) {
    return request + " HTTP/1.1\r\nHost: x\r\n" + field + "\r\n\r\n";
  }

  private void isAnswered(int times) {
    List<Duration> all = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      long begun = System.nanoTime();
      assertTrue(host.info().daemonPid() > 0);
      all.add(Duration.ofNanos(System.nanoTime() - begun));
    }
    all.sort(null);
    Duration most = all.get((all.size() * 99 + 99) / 100 - 1);
    assertTrue(most.compareTo(ANSWERS) <= 0, () -> "the 99th percentile of " + all);
  }

  private void recovers() {
    long begun = System.nanoTime();
    isAnswered(20);
    assertTrue(System.nanoTime() - begun < RECOVERS.toNanos(), "it is as before");
  }
}
