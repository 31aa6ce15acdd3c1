package polder.tests.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What somebody who takes too much has taken. */
public final class Usage {
  private static final int TICKS = 100; // a second of CPU time: USER_HZ, the same on each machine

  private Usage() {}

  /** The bytes in the logs of all zones of the host at {@code home}. */
  public static long logged(Path home) {
    try (Stream<Path> all = Files.walk(home.resolve("log"))) {
      return all.filter(p -> p.toString().matches(".*/[0-9]{8}\\.(out|err|idx)"))
          .mapToLong(Usage::size)
          .sum();
    } catch (IOException | UncheckedIOException e) {
      return 0; // a generation went away while we looked
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The CPU time that a process took so far: proc_pid_stat(5). */
  public static Duration cpu(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    return Duration.ofMillis(ticks * 1000 / TICKS);
  }
}
