package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small words that say what is allowed when they are made. */
class WordsTest {
  @Test
  void restartPolicies() {
    assertEquals(new RestartPolicy(RestartPolicy.Mode.ON_FAILURE, 5), policy("on-failure:5"));
    for (String word : List.of("no", "always", "unless-stopped", "on-failure", "on-failure:5")) {
      assertEquals(word, policy(word).word());
    }
    for (String bad : List.of("", "yes", "always:3", "on-failure:0", "on-failure:-1", "NO")) {
      assertThrows(PolderException.class, () -> policy(bad), bad);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-x", "x-", "..", "../x", "a/b", "A", "a b", "a\n"})
  void zoneReferencesAreSafeAsFileNames(String text) {
    assertThrows(PolderException.class, () -> new ZoneRef(text));
  }

  @Test
  void imageNames() {
    assertEquals("latest", ImageRequest.of("debian").tag());
    assertEquals("12", ImageRequest.of("library/debian:12").tag());
    for (String bad : List.of("", ":", "a:", "A", "-a", "../a", "a//b/", "a:b c", "a:-x")) {
      assertThrows(PolderException.class, () -> ImageRequest.of(bad), bad);
    }
    String hostile = "a.".repeat(200_000) + "!";
    assertThrows(PolderException.class, () -> ImageRequest.of(hostile));
  }

  @Test
  void ulimits() {
    new Ulimit(1, -1);
    new Ulimit(-1, -1);
    assertThrows(PolderException.class, () -> new Ulimit(2, 1));
    assertThrows(PolderException.class, () -> new Ulimit(-1, 1));
    assertThrows(PolderException.class, () -> new Ulimit(-2, 1));
  }

  @Test
  void execCommands() {
    assertThrows(PolderException.class, () -> ExecSpec.of());
    assertThrows(PolderException.class, () -> ExecSpec.of("a\0b"));
    assertEquals(List.of("printf", "\033[1m\n"), ExecSpec.of("printf", "\033[1m\n").command());
  }

  @Test
  void typesReadWhatIsTypedOnACommandLine() {
    assertEquals(true, ZoneProperties.AUTOBOOT.type().fromText("on"));
    assertEquals(512L, ZoneProperties.MAX_PHYSICAL_MEMORY.type().fromText("512"));
    assertEquals(List.of("a", "b"), ZoneProperties.CMD.type().fromText("a,b"));
    assertEquals(List.of("a,b"), ZoneProperties.CMD.type().fromText("[\"a,b\"]"));
    assertEquals(Map.of("a", 1L), ZoneProperties.TAGS.type().fromText("{\"a\":1}"));
    assertEquals(List.of(), ZoneProperties.RESOLVERS.type().fromText(""));
  }

  @Test
  void typesTellTheirBounds() {
    List<Fault> faults = new ArrayList<>();
    Types.integer(1, 5).read(6L, "n", faults);
    Types.list(Types.BOOLEAN).read(List.of(true, 1L), "l", faults);
    Types.list(Types.BOOLEAN).read(java.util.Collections.nCopies(1025, true), "l", faults);
    Types.TEXT.read("x".repeat(65_537), "t", faults);
    Types.LINE.read("a\nb", "t", faults);
    Types.word("a", "b").read("c", "w", faults);
    assertEquals(
        List.of("n", "l[1]", "l", "t", "t", "w"), faults.stream().map(Fault::path).toList());
    assertTrue(faults.get(0).sentence().contains("1 to 5"));
  }

  @Test
  void everySchemaIsJson() {
    for (Property<?> property : ZoneProperties.list()) {
      Map<String, Object> schema = property.type().schema();
      assertEquals(Json.write(schema), Json.write(Json.read(Json.write(schema))), property.name());
    }
  }

  @Test
  void nearestIsQuickForLongNonsense() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(1), () -> ZoneProperties.nearest("x".repeat(1_000_000)));
    assertEquals("max_swap", ZoneProperties.nearest("maxswap"));
  }

  private static RestartPolicy policy(String text) {
    return RestartPolicy.of(text);
  }
}
