package polder.engine;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.PolderException;

class PacingTest {
  @Test
  void aZoneGoesBackOnceAMinute() {
    Pacing pacing = new Pacing();
    UUID web = UUID.randomUUID();
    long start = Long.MAX_VALUE - 7; // the clock may run over
    pacing.goBack(web, start);
    pacing.goBack(UUID.randomUUID(), start);
    long soon = start + Duration.ofSeconds(59).toNanos();
    assertThrows(PolderException.class, () -> pacing.goBack(web, soon));
    pacing.goBack(web, start + Duration.ofSeconds(60).toNanos());
    assertThrows(PolderException.class, () -> pacing.goBack(web, start + 61_000_000_000L));
  }
}
