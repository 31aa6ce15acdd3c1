package polder.model;

import java.time.Duration;
import java.util.Optional;

/**
 * How to stop.
 *
 * @param grace time between the stop signal and SIGKILL; the zone's {@code stop_timeout} if empty
 * @param force kill at once
 */
public record StopOptions(Optional<Duration> grace, boolean force) {
  /** As the zone's spec says. */
  public static final StopOptions GRACEFUL = new StopOptions(Optional.empty(), false);

  /** Kill at once. */
  public static final StopOptions FORCED = new StopOptions(Optional.empty(), true);
}
