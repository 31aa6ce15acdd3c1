package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MountTableTest {
  @Test
  void readsALineOfTheManual() {
    MountEntry entry =
        parse(
                "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue")
            .entries()
            .getFirst();

    assertEquals(36, entry.id());
    assertEquals(35, entry.parent());
    assertEquals("98:0", entry.device());
    assertEquals("/mnt1", entry.root());
    assertEquals("/mnt2", entry.place());
    assertEquals(Set.of("rw", "noatime"), entry.options());
    assertEquals(List.of("master:1", "shared:7"), entry.propagation());
    assertEquals("ext3", entry.type());
    assertEquals("/dev/root", entry.source());
    assertEquals(Set.of("rw", "errors=continue"), entry.fileSystemOptions());
    assertFalse(entry.readOnly());
  }

  @Test
  void turnsOctalEscapesIntoTheBytesTheyAre() {
    MountTable table = parse("1 0 0:5 / /a\\040b\\011c\\012d\\134e\\303\\251 rw - tmpfs none rw");

    assertEquals("/a b\tc\nd\\e\u00e9", table.entries().getFirst().place());
  }

  @Test
  void findsTheMountThatIsSeen() {
    MountTable table =
        parse(
            """
            1 0 0:1 / / rw - ext4 /dev/vda rw
            2 1 0:2 / /mnt rw - tmpfs below rw
            3 2 0:3 / /mnt ro - tmpfs above rw
            4 3 0:4 / /mnt/x rw - overlay o ro,userxattr
            5 1 0:5 / /mnt2 rw - tmpfs t rw
            """);

    assertEquals("above", table.at(Path.of("/mnt")).orElseThrow().source());
    assertTrue(table.at(Path.of("/mnt")).orElseThrow().readOnly());
    assertTrue(table.at(Path.of("/mnt/x")).orElseThrow().readOnly());
    assertTrue(table.at(Path.of("/nothing")).isEmpty());
    assertEquals(3, table.below(Path.of("/mnt")).size());
  }

  @Test
  void refusesWhatIsNotAMountTable() {
    assertThrows(IllegalArgumentException.class, () -> parse("36 35 98:0 / /"));
    assertThrows(IllegalArgumentException.class, () -> parse("36 35 98:0 / /x rw master:1 - ext3"));
  }

  @Test
  void readsItsOwn() {
    assertEquals("proc", MountTable.own().at(Path.of("/proc")).orElseThrow().type());
  }

  private static MountTable parse(String text) {
    return MountTable.parse(text.getBytes(StandardCharsets.UTF_8));
  }
}
