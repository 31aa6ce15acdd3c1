package polder.image.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** What is sent to a registry arrives whole, and nowhere else: against a registry of our own. */
@Timeout(120)
class PublicationTest {
  private static final Optional<Credential> ME =
      Optional.of(new Credential.Password("me", "hunter2"));
  private static final byte[] BLOB = new byte[300_000];

  static {
    for (int i = 0; i < BLOB.length; i++) {
      BLOB[i] = (byte) (i * 31 + i / 251);
    }
  }

  private final TestNetwork network = new TestNetwork();
  private final HostileServer registry;
  private final HostileServer other;
  private final Digest blob = Digest.of(BLOB);

  PublicationTest() throws IOException {
    registry = new HostileServer("127.0.2.1");
    other = new HostileServer("127.0.3.1");
  }

  @BeforeEach
  void names() {
    network.names.put("r.example", List.of("127.0.2.1"));
    network.names.put("o.example", List.of("127.0.3.1"));
  }

  @AfterEach
  void close() throws IOException {
    registry.close();
    other.close();
  }

  private Publication publication() {
    String host = "r.example:" + registry.port();
    String settings =
        "{\"%s\": {\"plain_http\": true}, \"o.example:%d\": {\"plain_http\": true}}"
            .formatted(host, other.port());
    return network.registries(settings, ME).publish(Reference.of(host + "/a:1"));
  }

  private void send() {
    try (Publication there = publication()) {
      there.send(blob, BLOB.length, PublicationTest::from);
    }
  }

  private static ByteArrayInputStream from(long offset) {
    return new ByteArrayInputStream(BLOB, (int) offset, BLOB.length - (int) offset);
  }

  private long patches() {
    return registry.asked.stream().filter(asked -> asked.method().equals("PATCH")).count();
  }

  @Test
  void blobsAndDocumentsArrive() {
    Document manifest = new Document("application/x", "{}".getBytes(StandardCharsets.UTF_8));
    try (Publication there = publication()) {
      assertFalse(there.has(blob));
      there.send(blob, BLOB.length, PublicationTest::from);
      assertTrue(there.has(blob));
      assertTrue(there.mount(blob, "other"));
      assertFalse(there.mount(blob, "another"));
      there.tag(manifest, "1");
    }
    assertArrayEquals(BLOB, registry.blobs.get(blob.value()));
    assertArrayEquals(manifest.bytes(), registry.manifests.get("1"));
  }

  @Test
  @DisplayName("S-REG-04 an upload that breaks off goes on with what the registry does not have")
  void goesOnWhereItBrokeOff() {
    AtomicInteger cuts = new AtomicInteger();
    registry.trick(
        (asked, out) -> {
          String place = asked.target().replaceFirst("\\?.*", "");
          if (asked.method().equals("PATCH") && cuts.incrementAndGet() <= 3) {
            byte[] had = registry.uploads.getOrDefault(place, new byte[0]);
            byte[] body = asked.body();
            byte[] now = Arrays.copyOf(had, had.length + body.length / 3);
            System.arraycopy(body, 0, now, had.length, body.length / 3);
            registry.uploads.put(place, now);
            throw new IOException("cut");
          }
          if (asked.method().equals("GET") && place.contains("/up/")) {
            int has = Objects.requireNonNull(registry.uploads.get(place)).length;
            HostileServer.reply(out, 204, "Range: 0-%d\r\n".formatted(has - 1), "");
            return true;
          }
          return false;
        });

    send();

    assertArrayEquals(BLOB, registry.blobs.get(blob.value()));
    assertEquals(4, patches());
    List<String> ranges =
        registry.asked.stream().map(asked -> asked.header("content-range")).distinct().toList();
    assertTrue(ranges.contains("100000-299999"), ranges.toString());
  }

  @Test
  @DisplayName("S-REG-04 where the registry forgot the upload, all of it is sent again")
  void beginsAnew() {
    AtomicInteger cuts = new AtomicInteger();
    registry.trick(
        (asked, out) -> {
          if (asked.method().equals("PATCH") && cuts.incrementAndGet() == 1) {
            throw new IOException("cut");
          }
          if (asked.method().equals("GET") && asked.target().contains("/up/")) {
            HostileServer.reply(out, 404, "", "");
            return true;
          }
          return false;
        });
    registry.uploads.put("/v2/up/0", new byte[0]); // the next place is another one

    send();

    assertArrayEquals(BLOB, registry.blobs.get(blob.value()));
  }

  @ParameterizedTest
  @ValueSource(ints = {416, 429, 500, 503})
  @DisplayName("S-REG-04 a registry that never takes a part is given up")
  void givesUp(int status) {
    registry.trick(
        (asked, out) -> {
          if (asked.method().equals("PATCH")) {
            HostileServer.reply(out, status, "", "");
            return true;
          }
          return false;
        });

    assertThrows(PolderException.class, this::send);
    assertTrue(patches() <= 5, patches() + " times");
    assertEquals(0, registry.blobs.size());
  }

  @Test
  @DisplayName("S-REG-04 a registry that does not read, or does not answer, is given up in time")
  void isNotWaitedFor() {
    registry.trick(
        (asked, out) -> {
          if (asked.method().equals("PATCH")) {
            Thread.sleep(60_000);
          }
          return false;
        });

    network.pace = TestNetwork.IMPATIENT;
    PolderException told = assertThrows(PolderException.class, this::send);
    assertEquals(ErrorKind.TIMED_OUT, told.kind());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "ftp://o.example/x",
        "http://user:word@o.example/x",
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/x",
        "http://unnamed.example/x",
        "//[fe80::1]/x",
        ""
      })
  @DisplayName("S-REG-02 an upload is led to no other scheme, to nothing near, and not without TLS")
  void isNotLedAstray(String location) {
    registry.trick(
        (asked, out) -> {
          if (asked.method().equals("POST")) {
            HostileServer.reply(out, 202, "Location: " + location + "\r\n", "");
            return true;
          }
          return false;
        });

    PolderException told = assertThrows(PolderException.class, this::send);
    assertTrue(
        List.of(ErrorKind.DENIED, ErrorKind.UNAVAILABLE).contains(told.kind()), told.toString());
    assertEquals(0, patches());
    assertEquals(List.of("127.0.2.1"), network.connected.stream().distinct().toList());
  }

  @Test
  @DisplayName("S-REG-01 an upload that is led to another host does not say there who we are")
  void tellsNobodyElseWhoWeAre() {
    registry.trick(
        (asked, out) -> {
          if (asked.header("authorization").isEmpty()) {
            HostileServer.reply(out, 401, "WWW-Authenticate: Basic realm=\"x\"\r\n", "");
            return true;
          }
          if (asked.method().equals("POST")) {
            String there = "Location: http://o.example:%d/v2/up/0\r\n".formatted(other.port());
            HostileServer.reply(out, 202, there, "");
            return true;
          }
          return false;
        });

    send();

    assertArrayEquals(BLOB, other.blobs.get(blob.value()));
    assertFalse(registry.authorizations().isEmpty());
    assertEquals(List.of(), other.authorizations());
  }

  @Test
  @DisplayName("a registry that keeps another manifest than it was sent is told of")
  void comparesDigests() {
    registry.trick(
        (asked, out) -> {
          if (asked.method().equals("PUT") && asked.target().contains("/manifests/")) {
            String lie = "Docker-Content-Digest: sha256:%s\r\n".formatted("0".repeat(64));
            HostileServer.reply(out, 201, lie, "");
            return true;
          }
          return false;
        });
    Document manifest = new Document("application/x", "{}".getBytes(StandardCharsets.UTF_8));
    try (Publication there = publication()) {
      PolderException told = assertThrows(PolderException.class, () -> there.tag(manifest, "1"));
      assertTrue(String.valueOf(told.getMessage()).contains("something else"));
    }
  }
}
