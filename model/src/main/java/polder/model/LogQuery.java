package polder.model;

import java.time.Instant;
import java.util.Optional;

/**
 * Which of a zone's log lines.
 *
 * @param tail only the last so many; -1 for all
 * @param since only those from then on
 * @param follow go on with what comes, until closed or the zone is deleted
 */
public record LogQuery(long tail, Optional<Instant> since, boolean follow) {
  /** All there are. */
  public static final LogQuery ALL = new LogQuery(-1, Optional.empty(), false);
}
