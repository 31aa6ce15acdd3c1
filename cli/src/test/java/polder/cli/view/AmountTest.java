package polder.cli.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import polder.cli.call.UsageException;

class AmountTest {
  @Test
  void bytesAreShownInTheLargestUnitThatFits() {
    assertEquals("0 B", Amount.bytes(0));
    assertEquals("1023 B", Amount.bytes(1023));
    assertEquals("1.5 KiB", Amount.bytes(1536));
    assertEquals("100 MiB", Amount.bytes(100L << 20));
    assertEquals("2.0 TiB", Amount.bytes(2L << 40));
  }

  @Test
  void memoryIsReadAsMebibytes() {
    assertEquals(512, Amount.mebibytes("512"));
    assertEquals(32, Amount.mebibytes("32m"));
    assertEquals(2048, Amount.mebibytes("2G"));
    assertEquals(2048, Amount.mebibytes("2GiB"));
    assertEquals(2, Amount.mebibytes("2048k"));
    for (String wrong : List.of("", "0", "-1", "x", "1.5G", "9999999999999999T", "G")) {
      assertThrows(UsageException.class, () -> Amount.mebibytes(wrong), wrong);
    }
  }

  @Test
  void timesAreSecondsUnlessTheySayOtherwise() {
    assertEquals(Duration.ofSeconds(10), Amount.duration("10"));
    assertEquals(Duration.ofMinutes(5), Amount.duration("5m"));
    assertThrows(UsageException.class, () -> Amount.duration("soon"));
    Instant now = Instant.parse("2026-11-23T10:00:00Z");
    assertEquals(Instant.parse("2026-11-23T09:00:00Z"), Amount.moment("1h", now));
    assertEquals(
        Instant.parse("2026-11-23T08:00:00Z"), Amount.moment("2026-11-23T09:00:00+01:00", now));
    assertThrows(UsageException.class, () -> Amount.moment("2026-T", now));
  }

  @Test
  void progressShowsABarWhereTheTotalIsKnown() {
    assertEquals(
        "unpacking [###############...............] 50% 512 KiB of 1.0 MiB",
        ProgressLine.picture("unpacking", 512 << 10, 1 << 20));
    assertEquals("reading 3.0 KiB", ProgressLine.picture("reading", 3072, -1));
  }
}
