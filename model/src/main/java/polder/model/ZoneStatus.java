package polder.model;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known and seen of a zone.
 *
 * @param state where it stands
 * @param paused whether it runs and is frozen
 * @param pid the host's number of its first process, while it runs
 * @param created when it was created
 * @param modified when its spec changed last
 * @param booted when it was started last
 * @param exit how its main process ended last
 * @param exited when
 * @param oomKilled whether the kernel killed in it for want of memory, in the last run
 * @param restarts how often it was restarted by its restart policy, or from inside, since it was
 *     started
 * @param health "starting", "healthy" or "unhealthy"; empty without a healthcheck
 * @param failure what broke, while {@link ZoneState#FAILED}
 */
public record ZoneStatus(
    ZoneState state,
    boolean paused,
    Optional<Integer> pid,
    Instant created,
    Instant modified,
    Optional<Instant> booted,
    Optional<ExitStatus> exit,
    Optional<Instant> exited,
    boolean oomKilled,
    int restarts,
    Optional<String> health,
    Optional<String> failure) {
  /** A zone that was just recorded. */
  public static ZoneStatus configured(Instant now) {
    return new ZoneStatus(
        ZoneState.CONFIGURED,
        false,
        Optional.empty(),
        now,
        now,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        0,
        Optional.empty(),
        Optional.empty());
  }
}
