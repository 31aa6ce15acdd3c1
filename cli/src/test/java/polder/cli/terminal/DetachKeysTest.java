package polder.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DetachKeysTest {
  private final DetachKeys keys = new DetachKeys();

  private String type(String text) {
    byte[] typed = text.getBytes(StandardCharsets.ISO_8859_1);
    byte[] out = new byte[typed.length + 1];
    int count = keys.filter(typed, typed.length, out);
    return new String(out, 0, count, StandardCharsets.ISO_8859_1);
  }

  @Test
  void ordinaryKeysPass() {
    assertEquals("ls\r\u0003\u00ff", type("ls\r\u0003\u00ff"));
    assertFalse(keys.detached());
  }

  @Test
  void ctrlBracketLeaves() {
    assertEquals("ab", type("ab\u001dcd"));
    assertTrue(keys.detached());
    assertEquals("", type("more"));
  }

  @Test
  void ctrlPCtrlQLeavesEvenInTwoReads() {
    assertEquals("a", type("a\u0010"));
    assertFalse(keys.detached());
    assertEquals("", type("\u0011"));
    assertTrue(keys.detached());
  }

  @Test
  void ctrlPAloneIsPassedOnWithTheNextKey() {
    assertEquals("", type("\u0010"));
    assertEquals("\u0010x", type("x"));
    assertEquals("\u0010", type("\u0010\u0010"));
    assertEquals("\u0010\u0011".substring(0, 0), type("\u0011"));
    assertTrue(keys.detached());
  }

  @Test
  void ctrlQAloneIsTheZones() {
    assertEquals("\u0011", type("\u0011"));
    assertFalse(keys.detached());
  }
}
