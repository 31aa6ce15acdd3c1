package polder.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which process is meant, for as long as the host runs: pids are used again, pid and start time
 * together are not.
 *
 * @param pid its number in our own pid namespace
 * @param startTime when it started, in clock ticks since the host did: field 22 of proc_pid_stat(5)
 */
public record ProcessIdentity(int pid, long startTime) {
  /** The identity of the process that has {@code pid} now; a zombie has one too. */
  public static Optional<ProcessIdentity> of(int pid) {
    try {
      byte[] stat = Files.readAllBytes(Path.of("/proc/" + pid + "/stat"));
      String text = new String(stat, StandardCharsets.ISO_8859_1); // the name may be any bytes
      List<String> fields = List.of(text.substring(text.lastIndexOf(')') + 2).split(" "));
      return Optional.of(new ProcessIdentity(pid, Long.parseLong(fields.get(22 - 3))));
    } catch (IOException e) {
      return Optional.empty(); // gone, before or while we read
    }
  }

  /**
   * The process of {@code group} that is the first of a pid namespace right below ours: what runs
   * in such a namespace can make others only below that. Empty if there is none.
   */
  public static Optional<ProcessIdentity> firstIn(Cgroup group) {
    for (long pid : group.pids()) {
      Optional<ProcessIdentity> process = of((int) pid);
      if (process.isPresent() && isFirst((int) pid) && process.get().exists()) {
        return process;
      }
    }
    return Optional.empty();
  }

  /** Whether its pids, ours first and its own last, are two, and the second is 1: NSpid. */
  private static boolean isFirst(int pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1)
          .lines()
          .filter(line -> line.startsWith("NSpid:"))
          .anyMatch(line -> line.matches("NSpid:\\s+%d\\s+1\\s*".formatted(pid)));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Whether it is one that the launcher made and that has not been told to go on to its program:
   * after the death of who launched it, it ends by itself.
   */
  public boolean isWaiting() {
    try {
      String comm =
          Files.readString(Path.of("/proc/" + pid + "/comm"), StandardCharsets.ISO_8859_1);
      if (!comm.strip().equals(Launcher.NAME)) {
        return false;
      }
    } catch (IOException e) {
      return false;
    }
    try {
      Path program = Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"));
      return program.toString().startsWith("/memfd:" + Launcher.NAME); // a zone has no such file
    } catch (IOException e) {
      return true; // it is ending
    }
  }

  /** Whether it is still there, perhaps as a zombie. */
  public boolean exists() {
    return of(pid).filter(this::equals).isPresent();
  }
}
