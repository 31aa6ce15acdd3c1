package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.bench.Missing;
import polder.compare.GuestFiles;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.Fixtures;
import polder.tests.harness.Guest;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** {@code polder compare}, as a user calls it. */
@Tag("kernel")
@Timeout(600)
class CompareTest {
  private static final List<String> PLACES = List.of("bare", "lx", "vm-emulated-tcg");
  private static final List<String> NAMES =
      List.of("start", "resident", "fit", "processes", "sync", "read", "http");

  @TempDir private Path directory;

  @Test
  @DisplayName("what a zone and a guest cost is measured beside the bare host, and nothing is left")
  void placesAreMeasuredSideBySide() throws IOException {
    Guest.linux(); // or there is no QEMU here
    fetchKernel();
    Path report = directory.resolve("report.html");
    Set<String> before = left();
    try (Space space = new Space()) {
      space.run("ip", "link", "set", "lo", "up");
      CommandResult result =
          space.call(
              Fixtures.ROOT.resolve("polder").toString(),
              "compare",
              "-j",
              "--quick",
              "--rounds=1",
              "--place=lx,vm-emulated-tcg",
              "--workload=processes,sync,read,http",
              "--report",
              report.toString());
      Set<List<String>> told = new HashSet<>();
      for (String line : result.ok().out().lines().toList()) {
        Map<String, Object> figure = Json.object(line);
        String name = String.valueOf(figure.get("name"));
        assertTrue(Double.parseDouble(String.valueOf(figure.get("value"))) > 0, line);
        assertNotNull(figure.get("ratio"), line);
        told.add(List.of(name, String.valueOf(figure.get("place"))));
      }
      assertEquals(
          NAMES.stream()
              .flatMap(name -> PLACES.stream().map(place -> List.of(name, place)))
              .collect(Collectors.toSet()),
          told,
          result.err());
      assertTrue(Files.readString(report).contains("<svg "));
      assertEquals("lo", links(space));
    }
    assertEquals(before, left());
  }

  @Test
  @DisplayName("a comparison that is interrupted ends, and nothing of it is left")
  void whatIsInterruptedCleansUp() throws Exception {
    Set<String> before = left();
    try (Space space = new Space()) {
      space.run("ip", "link", "set", "lo", "up");
      Process process =
          space.start(
              Fixtures.ROOT.resolve("polder").toString(),
              "compare",
              "--place=lx",
              "--workload=cpu,sync");
      TestHost.eventually("it has begun", () -> links(space).contains("pv"));
      process.destroy();
      assertTrue(process.waitFor(2, TimeUnit.MINUTES), "it ends");
      assertEquals("lo", links(space));
      assertEquals("", space.run("nft", "list", "tables"));
    }
    assertEquals(before, left());
  }

  private static String links(Space space) {
    return space.run("sh", "-c", "ip -o link | cut -d: -f2 | xargs").strip();
  }

  /** Where the command looks for it: it has no way out of the space. */
  private void fetchKernel() throws IOException {
    try {
      GuestFiles.write(Fixtures.ROOT.resolve(".polder/compare"), directory);
    } catch (Missing e) {
      Assumptions.abort("no kernel for guests: " + e.getMessage());
    }
  }

  @Test
  @DisplayName("what compare does not know it refuses before it begins")
  void wrongWordsAreRefused() {
    try (Space space = new Space()) {
      CommandResult result =
          space.call(Fixtures.ROOT.resolve("polder").toString(), "compare", "--place", "moon");
      assertEquals(2, result.code());
      assertTrue(result.err().startsWith("polder compare: no place is named 'moon'"), result.err());
    }
  }

  /** Where it works, and what of it is mounted. */
  private static Set<String> left() throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> all = Files.list(Path.of("/var/tmp"))) {
      all.map(Path::toString).filter(each -> each.contains("polder-compare-")).forEach(found::add);
    }
    Files.readString(Path.of("/proc/self/mountinfo"))
        .lines()
        .filter(each -> each.contains("polder-compare-"))
        .forEach(found::add);
    return found;
  }
}
