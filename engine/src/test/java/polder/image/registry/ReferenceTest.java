package polder.image.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import polder.engine.Figures;
import polder.model.ErrorKind;
import polder.model.PolderException;

class ReferenceTest {
  private static final String DIGITS = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource({
    "debian, docker.io/library/debian:latest, debian:latest",
    "debian:12, docker.io/library/debian:12, debian:12",
    "team/app, docker.io/team/app:latest, team/app:latest",
    "docker.io/debian, docker.io/library/debian:latest, debian:latest",
    "index.docker.io/library/debian, docker.io/library/debian:latest, debian:latest",
    "localhost/app, localhost/app:latest, localhost/app:latest",
    "localhost:5000/app:1, localhost:5000/app:1, localhost:5000/app:1",
    "Registry.Example/app, registry.example/app:latest, registry.example/app:latest",
    "127.0.0.1:5000/a/b_c/d-e.f__g, 127.0.0.1:5000/a/b_c/d-e.f__g:latest, 127.0.0.1:5000/a/b_c/d-e.f__g:latest",
    "[::1]:5000/app:1, [::1]:5000/app:1, [::1]:5000/app:1"
  })
  void fillsInWhatIsLeftOut(String text, String whole, String familiar) {
    assertEquals(whole, Reference.of(text).toString());
    assertEquals(familiar, Reference.of(text).familiar());
  }

  @Test
  void takesADigestBeforeATag() {
    Reference reference = Reference.of("debian:12@sha256:" + DIGITS);

    assertEquals("docker.io/library/debian:12@sha256:" + DIGITS, reference.toString());
    assertEquals("sha256:" + DIGITS, reference.wanted());
    assertEquals(
        "docker.io/library/debian@sha256:" + DIGITS,
        Reference.of("debian@sha256:" + DIGITS).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "@",
        "/",
        "a:",
        ":a",
        "a@",
        "a b",
        "a//b",
        "/a",
        "a/",
        "a..b",
        "../a",
        "a/../b",
        "a/.b",
        "a.",
        "a___b",
        "a:tag:tag",
        "A",
        "a/B",
        "a:-b",
        "a:.b",
        "-a/b",
        "a.b-/c/d",
        "http://a.example/b",
        "a.example:0/b",
        "a.example:70000/b",
        "a.example:x/b",
        "a\nb",
        "ä",
        "a@b@c",
        "a?x=1",
        "a#b",
        "a%2e%2e/b",
        "[::1/a",
        "a_b.c/d"
      })
  @DisplayName(
      "S-IMG-06 a reference that breaks the grammar is refused before anything is made of it")
  void refusesBadReferences(String text) {
    assertEquals(
        ErrorKind.INVALID, assertThrows(PolderException.class, () -> Reference.of(text)).kind());
  }

  @Test
  @DisplayName("S-IMG-06 digests: algorithm, case and length are exact")
  void refusesBadDigests() {
    for (String digest :
        List.of(
            "sha256:../x",
            "sha256:" + DIGITS.toUpperCase(java.util.Locale.ROOT),
            "sha256:" + DIGITS.substring(1),
            "sha256:" + DIGITS + "0",
            "sha512:" + DIGITS,
            "md5:" + DIGITS.substring(32),
            "sha256:",
            ":",
            "sha256",
            "SHA256:" + DIGITS,
            "sha256:" + DIGITS + "\n")) {
      assertThrows(PolderException.class, () -> Reference.of("a@" + digest), digest);
    }
  }

  @Test
  @DisplayName("S-IMG-06 lengths are bounded, and a long name costs no time")
  void boundsLengths() {
    assertEquals(128, Reference.of("a:" + "t".repeat(128)).tag().orElseThrow().length());
    assertTimeoutPreemptively(
        Figures.within(5),
        () -> {
          for (String text :
              List.of(
                  "a:" + "t".repeat(129),
                  "a".repeat(256),
                  DIGITS,
                  "a-".repeat(120) + "!",
                  "a".repeat(100_000),
                  "a.".repeat(400) + "/x")) {
            assertThrows(PolderException.class, () -> Reference.of(text));
          }
        });
  }
}
