package polder.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.linux.CgroupHost;

@Tag("kernel")
class RowsKernelTest {
  @Test
  void everyRowRunsAndLeavesNothing() throws IOException {
    Assumptions.assumeTrue(
        Command.find("busybox").isPresent(), "no busybox: apt install busybox-static");
    List<String> mounts = mounts();

    List<Result> results;
    Path directory;
    try (Stage stage = Stage.open(4)) {
      directory = stage.directory();
      results = new Race(0, 1, Duration.ofMillis(10), words -> {}).run(Rows.all(), stage);
    }

    for (Result result : results) {
      if (result.ours() instanceof Outcome.Absent(String why)) {
        assertTrue(why.startsWith("polder is not built") || why.contains("btrfs"), why);
        continue;
      }
      assertInstanceOf(Outcome.Measured.class, result.ours(), () -> String.valueOf(result));
      result
          .peer()
          .filter(peer -> !(peer instanceof Outcome.Absent))
          .ifPresent(peer -> assertInstanceOf(Outcome.Measured.class, peer, result.toString()));
    }
    assertEquals(mounts, mounts());
    String own = "polder-bench-" + ProcessHandle.current().pid();
    assertEquals(
        List.of(),
        CgroupHost.own().children("").stream().filter(name -> name.startsWith(own)).toList());
    assertEquals(
        List.of(), ProcessHandle.current().descendants().filter(ProcessHandle::isAlive).toList());
    assertFalse(Files.exists(directory), directory + " is still there");
  }

  /** Without those that other tests have at the same time. */
  private static List<String> mounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> !line.contains("/polder-") || line.contains("/polder-bench-"))
        .toList();
  }
}
