package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ResumeTokenTest {
  private static final String DIGEST = "0123456789abcdef".repeat(4);

  private static ResumeToken token(Optional<UUID> since, boolean withoutImage) {
    return new ResumeToken(
        UUID.randomUUID(),
        UUID.randomUUID(),
        UUID.randomUUID(),
        since,
        true,
        withoutImage,
        7,
        DIGEST);
  }

  @Test
  void isOneWordThatIsReadBack() {
    for (ResumeToken token :
        List.of(token(Optional.of(UUID.randomUUID()), false), token(Optional.empty(), true))) {
      assertTrue(token.text().matches("[A-Za-z0-9_-]{1,1000}"), token.text());
      assertEquals(token, ResumeToken.parse(token.text()));
    }
  }

  @Test
  @DisplayName("S-API-10 a damaged resume token is refused, or is another one")
  void damageIsRefused() {
    String text = token(Optional.of(UUID.randomUUID()), false).text();
    for (int i = 0; i < text.length(); i++) {
      for (String other : List.of("", "A", "_", "=", "é", "AA", "\0")) {
        String damaged = text.substring(0, i) + other + text.substring(i + 1);
        try {
          assertEquals(damaged, ResumeToken.parse(damaged).text());
        } catch (PolderException refused) {
          assertEquals(ErrorKind.INVALID, refused.kind(), refused.getMessage());
        }
      }
    }
    for (String none : List.of("", "polder1-", "polder2-" + text.substring(8), "x".repeat(5000))) {
      assertThrows(PolderException.class, () -> ResumeToken.parse(none), none);
    }
  }

  @Test
  void saysNothingThatCannotBe() {
    assertThrows(PolderException.class, () -> token(Optional.of(UUID.randomUUID()), true));
    UUID id = UUID.randomUUID();
    assertThrows(
        PolderException.class,
        () -> new ResumeToken(id, id, id, Optional.empty(), false, false, 0, DIGEST));
    assertThrows(
        PolderException.class,
        () -> new ResumeToken(id, id, id, Optional.empty(), false, false, 1, "ABC"));
  }
}
