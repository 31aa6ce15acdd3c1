package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class FileNameTest {
  @Test
  void takesAnyByteButNulAndSlash() {
    for (int b = 1; b < 256; b++) {
      if (b != '/' && b != '.') {
        assertEquals(1, new FileName(Bytes.of(new byte[] {(byte) b})).value().length());
      }
    }
    assertEquals("a".repeat(255), FileName.of("a".repeat(255)).toString());
  }

  @Test
  void refusesWhatWouldLeadElsewhere() {
    for (String bad : List.of("", ".", "..", "a/b", "/", "a\0b", "a".repeat(256))) {
      assertThrows(IllegalArgumentException.class, () -> FileName.of(bad), bad);
    }
  }

  @Test
  void showsBytesThatATerminalMightObey() {
    byte[] odd = {'a', 0x1b, (byte) 0xff, (byte) 0xc3, (byte) 0xa9, '\n', (byte) 0xe2};
    assertEquals("a\\x1b\\xff\u00e9\\x0a\\xe2", new FileName(Bytes.of(odd)).toString());
    assertEquals("\\xe2\\x80\\xae", FileName.of("\u202e").toString());
  }

  @Test
  void aPathsNamesNeverLeadAboveItsStart() {
    assertEquals(
        List.of(FileName.of("etc"), FileName.of("passwd")),
        FilePath.of("/../../a/./..//etc/passwd/").names());
    assertEquals(List.of(), FilePath.of("..").names());
    assertEquals(FilePath.HERE, FilePath.of(List.of()));
    assertTrue(FilePath.of("a/").endsWithSlash());
    assertThrows(IllegalArgumentException.class, () -> FilePath.of("a".repeat(4096)));
    assertEquals(4095, FilePath.of("a/".repeat(2047) + "b").value().length());
  }
}
