package polder.cli.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import polder.cli.call.Output;

class TableTest {
  private static Table zones() {
    Table table = new Table(List.of("alias", "memory", "state"));
    table.row("web", "256", "running");
    table.row("a:b\\c", "-", "stopped");
    return table;
  }

  private static String people(Table table, boolean heading, int width) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Output out = new Output(bytes, false);
    table.print(out, heading, width);
    out.flush();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void columnsAreAsWideAsTheirWidestCellAndNumbersStandRight() {
    assertEquals(
        """
        ALIAS  MEMORY  STATE
        web       256  running
        a:b\\c       -  stopped
        """,
        people(zones(), true, 0));
  }

  @Test
  void linesAreCutAtTheTerminalsWidth() {
    assertEquals(
        "ALIAS  ME…\nweb       …\na:b\\c    …\n".replace("web       …", "web      …"),
        people(zones(), true, 10));
  }

  @Test
  void withoutHeadingOnlyRowsRemain() {
    assertEquals("web    256  running\na:b\\c    -  stopped\n", people(zones(), false, 0));
  }

  @Test
  void parsableCellsEscapeColonsAndBackslashes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Output out = new Output(bytes, false);
    zones().printParsable(out);
    out.flush();
    assertEquals("web:256:running\na\\:b\\\\c::stopped\n", bytes.toString(StandardCharsets.UTF_8));
  }

  @Test
  void nobodysNameMovesTheCursor() {
    Table table = new Table(List.of("alias"));
    table.row("a\u001b[2Jb\nc");
    assertEquals("a?[2Jb?c\n", people(table, false, 0));
  }
}
