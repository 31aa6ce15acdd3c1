package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.ExecSpec;
import polder.model.Healthcheck;
import polder.model.Session;
import polder.model.Zone;
import polder.model.ZoneProperties;

/** Every task of every zone, whatever started it, as the host sees it. */
@Tag("kernel")
class ConfinedTasksKernelTest {
  private static final int ZONES = 20;

  @Test
  @DisplayName("S-SEC-03 S-CG-03 S-CAP-01 every task in 20 zones is confined, exec and checks too")
  void everyTaskIsConfined() throws IOException {
    var check =
        new Healthcheck(
            List.of("/bin/sleep", "20"),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            3,
            Duration.ZERO);
    List<Session> sessions = new ArrayList<>();
    try (TestHost test = new TestHost()) {
      try {
        List<Zone> zones = new ArrayList<>();
        for (int i = 0; i < ZONES; i++) {
          Zone zone =
              test.run(
                  TestHost.spec("z" + i, "sleep 1000 & exec sleep 1000")
                      .with(ZoneProperties.HEALTHCHECK, check)
                      .with(ZoneProperties.TTY, i % 2 == 0));
          zones.add(zone);
          sessions.add(
              test.host().zones().exec(TestHost.ref("z" + i), ExecSpec.of("/bin/sleep", "1000")));
        }
        for (Zone zone : zones) {
          String group = zone.uuid().toString();
          TestHost.eventually(
              "init, main process, its child, exec, check", () -> tasks(group).size() == 5);
          for (Map<String, String> status : tasks(group)) {
            assertEquals("2", status.get("Seccomp"), status.toString());
            assertEquals("true", status.get("groups"), status.toString());
            assertEquals("0000000000000000", status.get("CapInh"));
            assertEquals("0000000000000000", status.get("CapAmb"));
            assertEquals("00000000a84425fb", status.get("CapBnd"));
            assertTrue(
                Long.parseLong(status.getOrDefault("Uid", "0").split("\t", -1)[0]) >= 1_000_000);
          }
        }
      } finally {
        sessions.forEach(Session::close);
      }
    }
  }

  /** The status of each task that is in the group, but for our holder of terminals. */
  private static List<Map<String, String>> tasks(String group) {
    List<Map<String, String>> tasks = new ArrayList<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process : processes.filter(p -> p.toString().matches("/proc/[0-9]+")).toList()) {
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
          List<String> groups = Files.readAllLines(process.resolve("cgroup"));
          if (groups.stream().noneMatch(line -> line.contains(group))) {
            continue;
          }
          for (Path thread : threads.toList()) {
            Map<String, String> status =
                Files.readAllLines(thread.resolve("status")).stream()
                    .filter(line -> line.contains(":\t"))
                    .collect(
                        Collectors.toMap(
                            line -> line.substring(0, line.indexOf(':')),
                            line -> line.substring(line.indexOf('\t') + 1),
                            (first, _) -> first,
                            HashMap::new));
            // who has not executed yet is about to be confined
            if (!Set.of("polder-terminal", "polder-launch")
                .contains(status.getOrDefault("Name", ""))) {
              status.put(
                  "groups",
                  Boolean.toString(groups.stream().allMatch(line -> line.contains(group))));
              tasks.add(status);
            }
          }
        } catch (IOException e) {
          // it has ended
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tasks;
  }
}
