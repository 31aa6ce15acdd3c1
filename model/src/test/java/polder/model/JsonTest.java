package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":1,\"b\":1}}",
        "{} {}",
        "{}x",
        "[1,]",
        "{a:1}",
        "'a'",
        "01",
        "NaN",
        "9223372036854775808",
        "-9223372036854775809",
        "1e999",
        "-1e999",
        "\"\u0001\"",
        "// comment\n1",
        "nul"
      })
  void refusesWhatIsNotStrictJson(String text) {
    PolderException refusal = assertThrows(PolderException.class, () -> Json.read(text));
    assertEquals(ErrorKind.INVALID, refusal.kind(), text);
    PolderException bytes =
        assertThrows(PolderException.class, () -> Json.read(text.getBytes(StandardCharsets.UTF_8)));
    assertEquals(ErrorKind.INVALID, bytes.kind(), text);
  }

  @Test
  void refusesWhatIsTooDeep() {
    assertEquals(ErrorKind.INVALID, refusal("[".repeat(10_000)).kind());
    assertEquals(ErrorKind.INVALID, refusal("{\"a\":".repeat(10_000)).kind());
    assertEquals(ErrorKind.INVALID, refusal("[".repeat(65) + "]".repeat(65)).kind());
    assertTrue(Json.read("[".repeat(64) + "]".repeat(64)) instanceof List);
  }

  @Test
  void refusesHugeNumbersWithoutLabour() {
    assertEquals(ErrorKind.INVALID, refusal("9".repeat(900_000)).kind());
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    byte[] bytes = {'"', (byte) 0xff, (byte) 0xfe, '"'};
    assertEquals(
        ErrorKind.INVALID, assertThrows(PolderException.class, () -> Json.read(bytes)).kind());
  }

  @Test
  void guessesNoOtherEncoding() {
    for (var charset : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
      assertThrows(PolderException.class, () -> Json.read("{\"a\": 1}".getBytes(charset)));
    }
    assertThrows(
        PolderException.class, () -> Json.read("\ufeff{}".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void saysWhereItWentWrong() {
    assertTrue(
        String.valueOf(refusal("{\n  \"a\": tru\n}").getMessage()).contains("line 2"),
        "a person needs the line");
  }

  @Test
  void keepsOrderAndKinds() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("z", 1L);
    tree.put("a", Arrays.asList(true, null, 1.5, "ü\n\u0000😀"));
    tree.put("m", Map.of("x", Long.MIN_VALUE));
    assertEquals(tree, Json.read(Json.write(tree)));
    assertEquals(tree, Json.read(Json.pretty(tree)));
    assertEquals(List.of("z", "a", "m"), List.copyOf(Json.object(Json.write(tree)).keySet()));
  }

  @Test
  void writesWithoutClosing() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Json.write(Map.of("a", 1L), out);
    Json.write(List.of(), out);
    assertEquals("{\"a\":1}[]", out.toString(StandardCharsets.UTF_8));
  }

  private static PolderException refusal(String text) {
    return assertThrows(PolderException.class, () -> Json.read(text));
  }
}
