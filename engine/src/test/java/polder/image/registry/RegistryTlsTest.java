package polder.image.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** Which servers are believed to be who they say: against TLS servers with every kind of fault. */
class RegistryTlsTest {
  private static final byte[] BLOB = "a blob of some bytes".getBytes(StandardCharsets.UTF_8);
  private static final Optional<Credential> ME =
      Optional.of(new Credential.Password("me", "hunter2"));

  @TempDir private static Path directory;
  private static Certificates certificates;
  private static Path ours;
  private static SSLContext good;

  private final TestNetwork network = new TestNetwork();

  @BeforeAll
  static void make() throws Exception {
    certificates = new Certificates(directory);
    ours = certificates.authority("ours");
    certificates.authority("theirs");
    good = certificates.server("good", "ours", "r.example");
  }

  private byte[] pull(HostileServer server, String entry) throws IOException {
    network.names.put("r.example", List.of("127.0.2.1"));
    String host = "r.example:" + server.port();
    Digest blob = server.blob(BLOB);
    Registries registries = network.registries("{\"%s\": %s}".formatted(host, entry), ME);
    try (RemoteRepository repository = registries.open(Reference.of(host + "/a:1"));
        var stream = repository.blob(blob, BLOB.length)) {
      return stream.readAllBytes();
    }
  }

  private void isRefused(SSLContext tls, String entry) throws IOException {
    try (HostileServer server = new HostileServer("127.0.2.1", tls)) {
      PolderException e = assertThrows(PolderException.class, () -> pull(server, entry));
      assertEquals(ErrorKind.DENIED, e.kind(), e.toString());
      assertEquals(List.of(), server.asked); // it was told nothing at all
      assertEquals(List.of("127.0.2.1"), network.connected); // and not asked again
    }
  }

  private static String trusting(Path authority) {
    return "{\"ca_file\": \"%s\"}".formatted(authority);
  }

  private static String pinned(String pin) {
    return "{\"ca_file\": \"%s\", \"pins\": [\"%s\"]}".formatted(ours, pin);
  }

  @Test
  @DisplayName("S-REG-03 a certificate that is over is refused")
  void refusesWhatIsOver() throws Exception {
    SSLContext expired =
        certificates.server("expired", "ours", "r.example", "-startdate", "-9d", "-validity", "2");
    isRefused(expired, trusting(ours));
  }

  @Test
  @DisplayName("S-REG-03 a certificate for another name is refused")
  void refusesAnotherName() throws Exception {
    isRefused(certificates.server("named", "ours", "other.example"), trusting(ours));
  }

  @Test
  @DisplayName("S-REG-03 a certificate that a server signed itself is refused")
  void refusesSelfSigned() throws Exception {
    isRefused(certificates.selfSigned("self", "r.example"), "{}");
  }

  @Test
  @DisplayName("S-REG-03 a certificate by an authority that is not ours is refused")
  void refusesAnotherAuthority() throws Exception {
    isRefused(certificates.server("foreign", "theirs", "r.example"), trusting(ours));
  }

  @Test
  @DisplayName("S-REG-03 a key that is not, or no longer, pinned is refused")
  void refusesAnotherKey() throws Exception {
    String other = certificates.pin("theirs");
    isRefused(good, pinned(other));
  }

  @Test
  @DisplayName("S-REG-03 none of those faults, and it is believed")
  void believesTheRightOne() throws Exception {
    try (HostileServer server = new HostileServer("127.0.2.1", good)) {
      assertArrayEquals(BLOB, pull(server, trusting(ours)));
      assertArrayEquals(BLOB, pull(server, pinned(certificates.pin("good"))));
    }
  }
}
