package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

class MetadataYamlTest {
  private static final String REAL =
      """
      # made by distrobuilder
      architecture: x86_64
      creation_date: 1700025840
      expiry_date: 1702617840
      properties:
          architecture: amd64
          description: Debian bookworm amd64 (20231115_05:24)
          name: 'it''s bookworm'
          os: debian   # the distribution
          release: "bookworm\\t12"
          serial: "20231115_05:24"
          url: https://example.org/x
          long: one two
            three
      templates:
        /etc/hostname:
          create_only: false
          properties: {}
          template: hostname.tpl
          when:
          - create
          - copy
        /etc/hosts:
          when:
            - create
      empty:
      """;

  private static Map<String, Object> read(String text) {
    return MetadataYaml.read(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsWhatImagesHave() {
    Map<String, Object> tree = read(REAL);
    assertEquals("x86_64", tree.get("architecture"));
    assertEquals("1700025840", tree.get("creation_date"));
    Map<String, Object> properties = Json.asObject(tree.get("properties"));
    assertEquals("Debian bookworm amd64 (20231115_05:24)", properties.get("description"));
    assertEquals("it's bookworm", properties.get("name"));
    assertEquals("debian", properties.get("os"));
    assertEquals("bookworm\t12", properties.get("release"));
    assertEquals("20231115_05:24", properties.get("serial"));
    assertEquals("https://example.org/x", properties.get("url"));
    assertEquals("one two three", properties.get("long"));
    Map<String, Object> hostname =
        Json.asObject(Json.asObject(tree.get("templates")).get("/etc/hostname"));
    assertEquals(List.of("create", "copy"), hostname.get("when"));
    assertEquals(Map.of(), hostname.get("properties"));
    assertEquals("", tree.get("empty"));
    assertEquals(Map.of("a", "b"), read("---\na: b\n"));
    assertEquals(Map.of("a", "b"), read("{\"a\": \"b\"}"));
    assertEquals(Map.of("a", "-1"), read("a: -1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a: &x b",
        "a: *x",
        "a: !!python/object x",
        "a: |\n  text",
        "a: >\n  text",
        "a: {b: c}",
        "a: [b, c]",
        "a: 'b",
        "a: \"b",
        "a: \"\\q\"",
        "a: b: c",
        "a: b\na: c",
        "a:\n    b: c\n  d: e",
        "a:\tb",
        "\ta: b",
        "%YAML 1.2\n---\na: b",
        "a: b\n---\na: c",
        "? a\n: b",
        "- a",
        "\u0000",
        "a: @b"
      })
  void refusesWhatTheyDoNotHave(String text) {
    PolderException e = assertThrows(PolderException.class, () -> read(text));
    assertEquals(ErrorKind.INVALID, e.kind());
  }

  @Test
  @DisplayName("S-IMG-08 a description of an image is bounded in length and depth")
  void isBounded() {
    String wide = "a: " + "b".repeat(MetadataYaml.LONGEST);
    assertEquals(ErrorKind.INVALID, assertThrows(PolderException.class, () -> read(wide)).kind());
    StringBuilder deep = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      deep.append(" ".repeat(i)).append("a:\n");
    }
    assertThrows(PolderException.class, () -> read(deep.toString()));
    StringBuilder long1 = new StringBuilder("a: b\n");
    for (int i = 0; i < 60_000; i++) {
      long1.append(" c\n");
    }
    assertTrue(read(long1.toString()).containsKey("a"));
  }

  @Test
  @DisplayName("S-IMG-12 a changed description of an image is refused or read, never anything else")
  void changed() {
    Random random = new Random(11);
    byte[] good = REAL.getBytes(StandardCharsets.UTF_8);
    String odd = " \t:-'\"{}[]#&*!|>%\n\\\u0000z";
    int read = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = good.clone();
      for (int i = random.nextInt(5); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) odd.charAt(random.nextInt(odd.length()));
      }
      try {
        MetadataYaml.read(bytes);
        read++;
      } catch (PolderException e) {
        assertEquals(ErrorKind.INVALID, e.kind());
      }
    }
    assertTrue(read > 100, "only " + read + " were read");
  }
}
