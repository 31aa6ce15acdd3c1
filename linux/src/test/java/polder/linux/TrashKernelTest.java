package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class TrashKernelTest {
  @TempDir Path temp;
  private Directory directory;

  @BeforeEach
  void open() {
    directory = Directory.open(temp);
  }

  @AfterEach
  void close() {
    directory.close();
  }

  @Test
  void whatIsThrownAwayIsOutOfSightAtOnceAndThenGone() throws IOException {
    for (int i = 0; i < 50; i++) {
      Files.createDirectories(temp.resolve("a" + i + "/b/c"));
    }
    try (Trash trash = new Trash(directory)) {
      for (int i = 0; i < 50; i++) {
        assertTrue(trash.put(FileName.of("a" + i)));
        assertTrue(directory.find(FileName.of("a" + i)).isEmpty());
      }
      assertFalse(trash.put(FileName.of("a0")), "it is gone already");
      trash.empty();
      assertEquals(List.of(), directory.entries());
    }
  }

  @Test
  @DisplayName("R-CRASH-02 what the death of the process left of a deletion is removed")
  void whatWasLeftIsRemoved() throws IOException {
    Files.createDirectories(temp.resolve("gone-x/b"));
    Files.createDirectories(temp.resolve("kept/b"));
    new Trash(directory).close();
    assertEquals(
        List.of("kept"), directory.entries().stream().map(e -> e.name().toString()).toList());
  }

  @Test
  void whatCannotBeRemovedIsNamedAndDoesNotStopTheRest() throws Exception {
    Path file = Files.writeString(Files.createDirectories(temp.resolve("a")).resolve("f"), "x");
    Files.createDirectories(temp.resolve("b"));
    assumeTrue(chattr("+i", file), "no immutable files on this file system");
    Path now = file;
    try (Trash trash = new Trash(directory)) {
      trash.put(FileName.of("a"));
      trash.put(FileName.of("b"));
      trash.empty();
      List<FileName> stuck = trash.stuck();
      assertEquals(1, stuck.size());
      assertEquals(1, directory.entries().size());
      now = temp.resolve(stuck.getFirst().toString()).resolve("f");
    } finally {
      assertTrue(chattr("-i", now));
    }
    new Trash(directory).close();
    assertEquals(List.of(), directory.entries());
  }

  private static boolean chattr(String flag, Path file) throws Exception {
    return new ProcessBuilder("chattr", flag, file.toString()).start().waitFor() == 0;
  }
}
