package polder.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CpioTest {
  private static final int HEAD = 110; // cpio(5), newc: "070701" and 13 fields of 8 digits

  @Test
  void anEntryHasItsHeadItsNameAndItsContentOnBoundsOfFour() {
    byte[] bytes = new Cpio().file("init", 0755, new byte[] {1, 2, 3}).bytes();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertEquals("070701", text.substring(0, 6));
    assertEquals("000081ed", text.substring(14, 22), "a file that anyone may run");
    assertEquals("00000003", text.substring(54, 62), "its size");
    assertEquals("00000005", text.substring(94, 102), "its name's, with the end");
    assertEquals("init\0", text.substring(HEAD, HEAD + 5));
    int content = (HEAD + 5 + 3) / 4 * 4;
    assertEquals("\1\2\3\0", text.substring(content, content + 4));
    assertEquals("070701", text.substring(content + 4, content + 10), "the end's head");
    assertEquals(0, bytes.length % 4);
  }
}
