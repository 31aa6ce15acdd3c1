package polder.model;

import java.time.Duration;
import java.util.List;

/**
 * How to tell whether what a zone serves is well: a command run inside it.
 *
 * @param test the command; exit code 0 is healthy; or {@link #NONE}
 * @param interval between the end of one and the start of the next, 1 s at least
 * @param timeout after which a check counts as failed and is killed
 * @param retries failures in a row that make the zone unhealthy
 * @param startPeriod time after the start in which failures do not count
 */
public record Healthcheck(
    List<String> test, Duration interval, Duration timeout, int retries, Duration startPeriod) {
  /** The test of one that asks nothing: a payload says so of what its image would ask. */
  public static final List<String> NONE = List.of("NONE");

  public Healthcheck {
    test = List.copyOf(test);
  }
}
