package polder.image.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** Where a registry may lead us, and what is told to whom: against a registry of our own. */
class RegistryTrustTest {
  private static final byte[] BLOB = "a blob of some bytes".getBytes(StandardCharsets.UTF_8);
  private static final Optional<Credential> ME =
      Optional.of(new Credential.Password("me", "hunter2"));

  private final TestNetwork network = new TestNetwork();
  private HostileServer registry;
  private HostileServer other;
  private Digest blob;

  RegistryTrustTest() throws IOException {
    registry = new HostileServer("127.0.2.1");
    other = new HostileServer("127.0.3.1");
    blob = registry.blob(BLOB);
  }

  @BeforeEach
  void names() {
    network.names.put("r.example", List.of("127.0.2.1"));
    network.names.put("o.example", List.of("127.0.3.1"));
    other.blob(BLOB);
  }

  @AfterEach
  void close() throws IOException {
    registry.close();
    other.close();
  }

  private String host() {
    return "r.example:" + registry.port();
  }

  private String elsewhere() {
    return "o.example:" + other.port();
  }

  private String settings() {
    return "{\"%s\": {\"plain_http\": true}, \"%s\": {\"plain_http\": true}}"
        .formatted(host(), elsewhere());
  }

  private byte[] pull(Optional<Credential> who) throws IOException {
    return pull(host(), settings(), who);
  }

  private byte[] pull(String host, String settings, Optional<Credential> who) throws IOException {
    Registries registries = network.registries(settings, who);
    try (RemoteRepository repository = registries.open(Reference.of(host + "/a:1"));
        var stream = repository.blob(blob, BLOB.length)) {
      return stream.readAllBytes();
    }
  }

  /** Wants a name and a password before it answers anything. */
  private void wantsBasic() {
    registry.trick(
        (asked, out) -> {
          if (!asked.header("authorization").isEmpty()) {
            return false;
          }
          HostileServer.reply(out, 401, "WWW-Authenticate: Basic realm=\"x\"\r\n", "");
          return true;
        });
  }

  private void leadsTo(int status, String location) {
    registry.trick(
        (asked, out) -> {
          HostileServer.reply(out, status, "Location: " + location + "\r\n", "");
          return true;
        });
  }

  @Test
  void logsInWhenAskedTo() throws IOException {
    wantsBasic();

    assertArrayEquals(BLOB, pull(ME));
    assertEquals(List.of("Basic bWU6aHVudGVyMg=="), registry.authorizations());
    assertEquals(
        ErrorKind.DENIED, assertThrows(PolderException.class, () -> pull(Optional.empty())).kind());
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  @DisplayName("S-REG-01 a redirect to another host is followed without saying who we are")
  void tellsNobodyElseWhoWeAre(int status) throws IOException {
    wantsBasic();
    leadsTo(status, "http://" + elsewhere() + "/v2/a/blobs/" + blob);

    assertArrayEquals(BLOB, pull(ME));
    assertEquals(1, other.asked.size());
    assertEquals(List.of(), other.authorizations());
    assertFalse(other.asked.get(0).headers().toString().contains("hunter2"));
  }

  @Test
  @DisplayName("S-REG-01 not even where the other host asks for it, or leads back")
  void tellsNothingWhenAskedByAnother() {
    wantsBasic();
    leadsTo(307, "http://" + elsewhere() + "/v2/a/blobs/" + blob);
    other.trick(
        (asked, out) -> {
          HostileServer.reply(out, 401, "WWW-Authenticate: Basic realm=\"x\"\r\n", "");
          return true;
        });

    assertThrows(PolderException.class, () -> pull(ME));
    assertEquals(List.of(), other.authorizations());
  }

  @Test
  @DisplayName("S-REG-01 a token service on another host learns nothing, and is not asked")
  void tellsNoForeignTokenService() throws IOException {
    registry.trick(
        (asked, out) -> {
          if (asked.header("authorization").startsWith("Bearer ")) {
            return false;
          }
          String realm = "http://" + elsewhere() + "/token";
          HostileServer.reply(
              out, 401, "WWW-Authenticate: Bearer realm=\"" + realm + "\",service=\"s\"\r\n", "");
          return true;
        });
    other.trick(
        (asked, out) -> {
          HostileServer.reply(out, 200, "", "{\"token\": \"tok\"}");
          return true;
        });

    PolderException e = assertThrows(PolderException.class, () -> pull(ME));
    assertTrue(e.toString().contains("token_host"), e.toString());
    assertEquals(0, other.asked.size());

    assertArrayEquals(BLOB, pull(Optional.empty())); // nobody may ask for a token anywhere
    assertEquals(List.of(), other.authorizations());
    assertEquals(List.of("Bearer tok"), registry.authorizations());

    String told = settings().replaceFirst("\\{\"plain", "{\"token_host\": \"o.example\", \"plain");
    assertArrayEquals(BLOB, pull(host(), told, ME));
    assertEquals(List.of("Basic bWU6aHVudGVyMg=="), other.authorizations());
  }

  @Test
  @DisplayName(
      "S-REG-01 a token is asked for once, for what is done, and sent to its registry only")
  void asksForATokenOnce() throws IOException {
    registry.manifest("1", "{}");
    registry.trick(
        (asked, out) -> {
          if (asked.target().startsWith("/token")) {
            HostileServer.reply(out, 200, "", "{\"access_token\": \"tok\", \"expires_in\": 300}");
            return true;
          }
          if (!asked.header("authorization").startsWith("Bearer ")) {
            String realm = "http://" + host() + "/token";
            HostileServer.reply(
                out, 401, "WWW-Authenticate: Bearer realm=\"" + realm + "\",service=\"s\"\r\n", "");
            return true;
          }
          return false;
        });
    Registries registries = network.registries(settings(), ME);
    try (RemoteRepository repository = registries.open(Reference.of(host() + "/a:1"))) {
      repository.find(Reference.of(host() + "/a:1"));
      try (var stream = repository.blob(blob, BLOB.length)) {
        assertArrayEquals(BLOB, stream.readAllBytes());
      }
    }
    List<HostileServer.Asked> tokens =
        registry.asked.stream().filter(a -> a.target().startsWith("/token")).toList();
    assertEquals(1, tokens.size());
    assertEquals("/token?service=s&scope=repository%3Aa%3Apull&account=me", tokens.get(0).target());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://here.example:1/",
        "http://[::1]:1/",
        "http://0.0.0.0:1/",
        "file:///etc/shadow",
        "ftp://o.example/",
        "http://10.0.0.1/",
        "http://inside.example/",
        "http://x@o.example/",
        ""
      })
  @DisplayName("S-REG-02 a registry outside leads to nothing near, and to no other scheme")
  void isNotLedInside(String location) {
    network.names.put("here.example", List.of("127.0.0.1"));
    network.names.put("inside.example", List.of("127.0.1.1"));
    leadsTo(302, location);
    String all =
        settings()
            .replaceFirst(
                "\\{",
                "{\"here.example:1\": {\"plain_http\": true}, \"inside.example\":"
                    + " {\"plain_http\": true}, \"10.0.0.1\": {\"plain_http\": true},"
                    + " \"169.254.169.254\": {\"plain_http\": true}, \"0.0.0.0:1\":"
                    + " {\"plain_http\": true},");

    PolderException e =
        assertThrows(PolderException.class, () -> pull(host(), all, Optional.empty()));
    assertEquals(ErrorKind.DENIED, e.kind(), e.toString());
    assertEquals(List.of("127.0.2.1"), network.connected);
  }

  @Test
  @DisplayName(
      "S-REG-02 a name that leads to this host, or to where clouds keep secrets, is refused")
  void connectsToNoNameOfThisHost() {
    for (String address : List.of("127.0.0.1", "169.254.169.254", "0.0.0.0", "::1")) {
      network.names.put("r.example", List.of(address));
      PolderException e = assertThrows(PolderException.class, () -> pull(Optional.empty()));
      assertEquals(ErrorKind.DENIED, e.kind(), e.toString());
    }
    assertEquals(List.of(), network.connected);
  }

  @Test
  @DisplayName("S-REG-02 a name that changes its answer is connected to as it was looked at")
  void connectsToTheAddressThatWasLookedAt() throws IOException {
    network.names.put("r.example", List.of("127.0.2.1", "127.0.0.1", "169.254.169.254"));
    registry.trick(
        (asked, out) -> {
          if (registry.asked.size() > 1) {
            return false;
          }
          throw new IOException("so that it has to connect again");
        });

    PolderException e = assertThrows(PolderException.class, () -> pull(Optional.empty()));
    assertEquals(ErrorKind.DENIED, e.kind(), e.toString());
    assertEquals(List.of("127.0.2.1"), network.connected);
  }

  @Test
  @DisplayName(
      "S-REG-02 what is meant is allowed: this host by its address, by a name if that is said")
  void allowsWhatIsMeant() throws IOException {
    try (HostileServer here = new HostileServer("127.0.0.1")) {
      here.blob(BLOB);
      network.names.put("r.example", List.of("127.0.0.1"));
      String name = "r.example:" + here.port();

      assertArrayEquals(BLOB, pull("127.0.0.1:" + here.port(), "{}", Optional.empty()));
      assertArrayEquals(BLOB, pull("localhost:" + here.port(), "{}", Optional.empty()));
      assertArrayEquals(
          BLOB,
          pull(
              name,
              "{\"%s\": {\"plain_http\": true, \"loopback\": true}}".formatted(name),
              Optional.empty()));
    }
  }

  @Test
  @DisplayName("S-REG-01 a mirror is asked first, and learns nothing of the registry's")
  void asksTheMirrorFirst() throws IOException {
    String mirrored =
        "{\"%s\": {\"plain_http\": true, \"mirrors\": [\"%s/m\"]}, \"%s\": {\"plain_http\": true}}"
            .formatted(host(), elsewhere(), elsewhere());

    assertArrayEquals(BLOB, pull(host(), mirrored, Optional.empty()));
    assertEquals("/v2/m/a/blobs/" + blob, other.asked.get(0).target());
    assertEquals(0, registry.asked.size());

    other.blobs.clear();
    assertArrayEquals(BLOB, pull(host(), mirrored, Optional.empty()));
    assertEquals(1, registry.asked.size());
  }
}
