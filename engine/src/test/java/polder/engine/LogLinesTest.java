package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import polder.model.LogLine;

class LogLinesTest {
  private final LogLines lines = new LogLines();

  private List<LogLine> add(String text) {
    return lines.add(
        new LogReader.Piece(LogIndex.STDOUT, Instant.now(), text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void cutsWhatIsTooLongBetweenCharacters() {
    List<LogLine> cut = add("ä".repeat(LogLines.LONGEST) + "\n");
    assertEquals(3, cut.size());
    assertTrue(cut.get(0).partial());
    assertTrue(cut.get(1).partial());
    assertEquals("", cut.get(2).text());
    assertFalse(cut.get(2).partial());
    assertEquals(
        "ä".repeat(LogLines.LONGEST), cut.get(0).text() + cut.get(1).text() + cut.get(2).text());
  }

  @Test
  void replacesWhatIsNotUtf8() {
    List<LogLine> made =
        lines.add(
            new LogReader.Piece(
                LogIndex.STDERR, Instant.now(), new byte[] {'a', (byte) 0xff, 'b', '\n'}));
    assertEquals("a\ufffdb", made.getFirst().text());
    assertEquals("stderr", made.getFirst().stream());
  }
}
