package polder.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Work that is done in each place, by the same program: {@code worker.sh} has the first ones by
 * these names; of the last two the place serves, and this process asks.
 */
enum Workload {
  CPU("a loop of the shell", "M turns/s", 100_000, 1e-6),
  MEMORY("32 MiB written again and again", "GiB/s", 4, 1.0 / 32),
  SYSCALLS("read(2) and write(2) of one byte", "M calls/s", 20_000, 2e-6),
  PROCESSES("a program started and waited for", "1/s", 20, 1),
  WRITE("a file written in pieces of 256 KiB, then fsync(2)", "MiB/s", 32, 0.25),
  SYNC("a file of 4 KiB written by a program, and fsync(2)", "1/s", 4, 1),
  READ("a file that the host has in memory", "MiB/s", 1, 32),
  TCP("16 MiB from a small server inside, to the host", "MiB/s", 1, 16),
  HTTP("requests to it, each on a connection of its own", "1/s", 10, 1);

  private static final int MOST_WRITTEN = 2048; // 512 MiB, half of a guest's disk

  private final String what;
  private final String unit;
  private final int least;
  private final double factor;

  /**
   * A workload.
   *
   * @param least how often it is done at least
   * @param factor how many units of the measure one time is
   */
  Workload(String what, String unit, int least, double factor) {
    this.what = what;
    this.unit = unit;
    this.least = least;
    this.factor = factor;
  }

  static List<Workload> all() {
    return Arrays.asList(values());
  }

  /** Its name on the command line, in the worker and in reports. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  Measure measure() {
    return new Measure(word(), what, unit, true);
  }

  /** How often it is done at least. */
  int least() {
    return least;
  }

  /** How often it is done at most at once. */
  int most() {
    return this == WRITE ? MOST_WRITTEN : Integer.MAX_VALUE;
  }

  /** What {@code count} times in {@code seconds} are in the measure's unit. */
  double rate(int count, double seconds) {
    return count * factor / seconds;
  }

  /** Does it {@code count} times. */
  void run(Running place, int count) {
    switch (this) {
      case TCP -> Client.download(place.server(), count);
      case HTTP -> Client.ask(place.server(), count);
      default -> place.shell().run(word(), count);
    }
  }
}
