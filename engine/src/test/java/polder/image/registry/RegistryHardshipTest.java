package polder.image.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import polder.engine.Figures;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** Registries that stall, trickle, break off and lie about parts; time limits are a second here. */
class RegistryHardshipTest {
  private static final Duration LIMIT = Figures.within(3); // the limit and two seconds
  private static final byte[] BLOB = new byte[200_000];

  static {
    new Random(42).nextBytes(BLOB);
  }

  private final TestNetwork network = new TestNetwork();
  private final HostileServer registry;
  private final Digest blob;

  RegistryHardshipTest() throws IOException {
    registry = new HostileServer("127.0.2.1");
    blob = registry.blob(BLOB);
  }

  @BeforeEach
  void names() {
    network.names.put("r.example", List.of("127.0.2.1"));
  }

  @AfterEach
  void close() throws IOException {
    registry.close();
  }

  private Reference image(int port) {
    return Reference.of("r.example:" + port + "/a:1");
  }

  private RemoteRepository open() {
    return open(registry.port(), "{\"plain_http\": true}");
  }

  private RemoteRepository open(int port, String entry) {
    String settings = "{\"r.example:%d\": %s}".formatted(port, entry);
    return network.registries(settings, Optional.empty()).open(image(port));
  }

  /** What comes before the stream ends, well or not. */
  private byte[] pull() throws IOException {
    try (RemoteRepository repository = open();
        InputStream stream = repository.blob(blob, BLOB.length)) {
      return stream.readAllBytes();
    }
  }

  private static boolean isBlob(HostileServer.Asked asked) {
    return asked.target().contains("/blobs/");
  }

  /** Where a server stops, or begins to trickle. */
  enum Place {
    BEFORE_THE_ANSWER(""),
    IN_THE_STATUS("HTTP/1.1 2"),
    IN_THE_FIELDS("HTTP/1.1 200 OK\r\nContent-Le"),
    IN_THE_BODY("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\nabc"),
    IN_A_CHUNK("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30d40\r\nabc");

    private final String before;

    Place(String before) {
      this.before = before;
    }
  }

  private void isGivenUpInTime() {
    network.pace = TestNetwork.IMPATIENT;
    PolderException e =
        assertTimeoutPreemptively(
            LIMIT, () -> assertThrows(PolderException.class, this::pull), "it goes on waiting");
    assertEquals(ErrorKind.TIMED_OUT, e.kind(), e.toString());
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  @DisplayName("S-REG-04 a registry that stops is given up in time")
  void givesUpWhoStops(Place place) {
    registry.trick(
        (asked, out) -> {
          HostileServer.text(out, place.before);
          Thread.sleep(10_000);
          return true;
        });
    isGivenUpInTime();
    assertEquals(1, registry.asked.size()); // and is not asked again
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  @DisplayName("S-REG-04 a registry that trickles is given up in time")
  void givesUpWhoTrickles(Place place) {
    registry.trick(
        (asked, out) -> {
          HostileServer.text(out, place.before);
          while (true) {
            Thread.sleep(100);
            HostileServer.text(out, "1");
          }
        });
    isGivenUpInTime();
  }

  @Test
  @DisplayName("S-REG-04 a server that says nothing where TLS should begin is given up in time")
  void givesUpWhoIsSilentInTls() throws IOException {
    network.pace = TestNetwork.IMPATIENT;
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.2.1"));
        RemoteRepository repository = open(silent.getLocalPort(), "{}")) {
      PolderException e =
          assertTimeoutPreemptively(
              LIMIT,
              () ->
                  assertThrows(
                      PolderException.class, () -> repository.find(image(silent.getLocalPort()))));
      assertEquals(ErrorKind.TIMED_OUT, e.kind(), e.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90})
  @DisplayName("S-REG-04 a blob that is cut off goes on where it was")
  void goesOnWhereItWasCut(int percent) throws IOException {
    int at = BLOB.length / 100 * percent;
    registry.trick(
        (asked, out) -> {
          if (!isBlob(asked) || registry.asked.size() > 1) {
            return false;
          }
          HostileServer.head(out, 200, BLOB.length, "");
          out.write(BLOB, 0, at);
          out.flush();
          throw new IOException("cut");
        });

    assertArrayEquals(BLOB, pull());
    assertEquals(2, registry.asked.size());
    String range = registry.asked.get(1).header("range");
    assertEquals(at == 0 ? "" : "bytes=%d-".formatted(at), range);
  }

  /** Gives that much of {@code content} for each question, then breaks off. */
  private void cutsEach(byte[] content, int length) {
    registry.trick(
        (asked, out) -> {
          String range = asked.header("range");
          int from = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
          String part = "Content-Range: bytes %d-%d/*\r\n".formatted(from, content.length - 1);
          HostileServer.head(
              out, from == 0 ? 200 : 206, content.length - from, from == 0 ? "" : part);
          out.write(content, from, Math.min(length, content.length - from));
          out.flush();
          throw new IOException("cut");
        });
  }

  @Test
  @DisplayName("S-REG-04 a blob that is cut off at each tenth goes on each time")
  void goesOnAtEachTenth() throws IOException {
    byte[] large = new byte[1_000_000];
    new Random(43).nextBytes(large);
    cutsEach(large, large.length / 10);
    try (RemoteRepository repository = open();
        InputStream stream = repository.blob(Digest.of(large), large.length)) {
      assertArrayEquals(large, stream.readAllBytes());
    }
    assertEquals(10, registry.asked.size());
  }

  @Test
  @DisplayName("S-REG-04 a blob that hardly comes on is given up, and not asked for for ever")
  void givesUpWhatHardlyComesOn() {
    cutsEach(BLOB, 1000);
    PolderException e = assertThrows(PolderException.class, this::pull);
    assertEquals(ErrorKind.UNAVAILABLE, e.kind(), e.toString());
    assertEquals(4, registry.asked.size());
  }

  @Test
  @DisplayName("S-REG-04 a manifest that is cut off is taken from its beginning")
  void takesACutManifestAgain() {
    Digest manifest = registry.manifest("1", "{\"schemaVersion\": 2}");
    AtomicInteger cuts = new AtomicInteger();
    registry.trick(
        (asked, out) -> {
          if (!asked.method().equals("GET") || cuts.incrementAndGet() > 2) {
            return false;
          }
          HostileServer.head(out, 200, 20, "");
          HostileServer.text(out, "{\"schema");
          throw new IOException("cut");
        });
    try (RemoteRepository repository = open()) {
      assertEquals(manifest, repository.find(image(registry.port())).digest());
    }
    assertEquals(3, cuts.get());
  }

  /** What a server may answer to the question for the second half. */
  enum Part {
    ANOTHER_RANGE(206, "Content-Range: bytes 0-%2$d/%3$d\r\n", 0),
    ANOTHER_SIZE(206, "Content-Range: bytes %1$d-%2$d/7\r\n", 1),
    NO_RANGE(206, "", 1),
    THE_WHOLE(200, "", 0),
    NOT_TO_BE_HAD(416, "", 2);

    private final int status;
    private final String field;
    private final int halves; // that it leaves out

    Part(int status, String field, int halves) {
      this.status = status;
      this.field = field;
      this.halves = halves;
    }
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  @DisplayName("S-REG-04 a part of another place is not taken: the blob is right in the end")
  void takesNoPartOfAnotherPlace(Part part) throws IOException {
    int half = BLOB.length / 2;
    registry.trick(
        (asked, out) -> {
          if (registry.asked.size() == 1) {
            HostileServer.head(out, 200, BLOB.length, "");
            out.write(BLOB, 0, half);
            out.flush();
            throw new IOException("cut");
          }
          if (asked.header("range").isEmpty()) {
            return false;
          }
          int from = half * part.halves;
          HostileServer.head(
              out,
              part.status,
              BLOB.length - from,
              part.field.formatted(half, BLOB.length - 1, BLOB.length));
          out.write(BLOB, from, BLOB.length - from);
          return true;
        });

    assertArrayEquals(BLOB, pull());
    assertTrue(registry.asked.size() <= 3, registry.asked.toString());
  }

  @Test
  @DisplayName("S-REG-04 wrong bytes under a right range end the pull: their last is not given")
  void neverEndsWellWithWrongBytes() throws IOException {
    registry.trick(
        (asked, out) -> {
          boolean first = registry.asked.size() == 1;
          HostileServer.head(
              out,
              first ? 200 : 206,
              first ? BLOB.length : BLOB.length / 2,
              "Content-Range: bytes %d-%d/%d\r\n"
                  .formatted(BLOB.length / 2, BLOB.length - 1, BLOB.length));
          out.write(BLOB, 0, BLOB.length / 2); // the first half again
          out.flush();
          throw new IOException("cut");
        });
    ByteArrayOutputStream given = new ByteArrayOutputStream();
    try (RemoteRepository repository = open();
        InputStream stream = repository.blob(blob, BLOB.length)) {
      PolderException e = assertThrows(PolderException.class, () -> stream.transferTo(given));
      assertEquals(ErrorKind.INVALID, e.kind(), e.toString());
    }
    assertTrue(given.size() < BLOB.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504})
  @DisplayName(
      "S-REG-04 what fails for a moment is asked again, what fails for good is not for ever")
  void asksAgainWhatFails(int status) throws IOException {
    AtomicInteger failing = new AtomicInteger(3);
    registry.trick(
        (asked, out) -> {
          if (failing.getAndDecrement() <= 0) {
            return false;
          }
          HostileServer.reply(out, status, "Retry-After: 86400\r\n", "busy"); // at most 20 ms here
          return true;
        });
    assertArrayEquals(BLOB, pull());
    assertEquals(4, registry.asked.size());

    failing.set(Integer.MAX_VALUE);
    PolderException e = assertThrows(PolderException.class, this::pull);
    assertTrue(e.kind() == ErrorKind.UNAVAILABLE || status == 504, e.toString());
    assertEquals(8, registry.asked.size());
  }

  @Test
  @DisplayName("S-REG-04 a pull that somebody closes ends at once, and asks nobody any more")
  void endsWhenClosed() throws Exception {
    registry.trick(
        (asked, out) -> {
          HostileServer.text(out, Place.IN_THE_BODY.before);
          Thread.sleep(10_000);
          return true;
        });
    try (var thread = Executors.newSingleThreadExecutor();
        RemoteRepository repository = open();
        InputStream stream = repository.blob(blob, BLOB.length)) {
      assertEquals('a', stream.read());
      Future<byte[]> rest = thread.submit(stream::readAllBytes);
      Runnable close = repository::close;
      close.run();
      ExecutionException end =
          assertThrows(
              ExecutionException.class, () -> rest.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
      PolderException e = assertInstanceOf(PolderException.class, end.getCause());
      assertEquals(ErrorKind.WRONG_STATE, e.kind(), e.toString());
      assertEquals(1, registry.asked.size());
    }
  }

  /** A length that does not fit what was asked for. */
  private void lies(String length, byte[] body) {
    registry.trick(
        (asked, out) -> {
          OutputStream answer = out;
          HostileServer.text(answer, "HTTP/1.1 200 OK\r\n" + length + "\r\n");
          answer.write(body);
          answer.flush();
          throw new IOException("closed on purpose");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 199999\r\n",
        "Content-Length: 200001\r\n",
        "Content-Length: 200000\r\nContent-Length: 7\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 9223372036854775808\r\n",
        "Content-Length: 200000\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n"
      })
  @DisplayName("S-REG-04 an answer whose end is not clear, or is another one, is refused")
  void refusesUnclearLengths(String length) {
    lies(length, BLOB);
    PolderException e = assertThrows(PolderException.class, this::pull);
    assertTrue(e.kind() == ErrorKind.INVALID || e.kind() == ErrorKind.UNAVAILABLE, e.toString());
  }

  @Test
  @DisplayName("S-REG-04 more than was announced is refused, however it comes")
  void refusesMore() {
    byte[] more = java.util.Arrays.copyOf(BLOB, BLOB.length + 1);
    lies("Connection: close\r\n", more);
    PolderException e = assertThrows(PolderException.class, this::pull);
    assertEquals(ErrorKind.INVALID, e.kind(), e.toString());
  }
}
