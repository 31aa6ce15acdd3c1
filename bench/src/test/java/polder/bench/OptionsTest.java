package polder.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void readsWhatIsAsked() {
    Options options = Options.parse(List.of("-j", "--rounds", "7", "--warm-ups=2", "launch"));

    assertTrue(options.json());
    assertEquals(7, options.rounds());
    assertEquals(2, options.warmUps());
    assertEquals(List.of("launch"), options.names());
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertEquals("'--fast' is not known", refusal("--fast"));
    assertEquals("--rounds needs a value", refusal("--rounds"));
    assertEquals("--rounds '0': use a number from 1 to 10000", refusal("--rounds", "0"));
    assertEquals("--rounds 'x': use a number from 1 to 10000", refusal("--rounds=x"));
  }

  @Test
  void choosesRowsByNameOrBeginning() {
    List<Row> all = Rows.all();
    assertEquals(all, Options.parse(List.of()).choose(all));
    assertEquals(
        List.of("host"),
        Options.parse(List.of("host")).choose(all).stream().map(Row::name).toList());
    assertTrue(Options.parse(List.of("launch*")).choose(all).size() > 1);
  }

  @Test
  void aNameThatNoRowHasIsRefused() {
    Options options = Options.parse(List.of("lunch"));
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> options.choose(Rows.all()))
                .getMessage());
    assertTrue(message.startsWith("no row is named 'lunch': there are host, "), message);
  }

  @Test
  void noTwoRowsShareAName() {
    List<String> names = Rows.all().stream().map(Row::name).toList();
    assertEquals(names.size(), new HashSet<>(names).size());
  }

  private static String refusal(String... words) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> Options.parse(List.of(words)))
            .getMessage());
  }
}
