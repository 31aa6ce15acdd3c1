package polder.model;

import java.util.Optional;

/**
 * What of a zone is to be sent.
 *
 * @param zone which zone
 * @param snapshot which snapshot of it; empty for one that is taken now, and stays
 * @param since a snapshot that the receiver has: only what has changed is sent
 * @param history send all snapshots up to that one (after {@code since}) too
 * @param withoutImage leave out what is as in the zone's image, which the receiver must have
 * @param compress with zstd
 */
public record SendRequest(
    ZoneRef zone,
    Optional<String> snapshot,
    Optional<String> since,
    boolean history,
    boolean withoutImage,
    boolean compress) {
  public SendRequest {
    snapshot.ifPresent(Snapshot::checkName);
    since.ifPresent(Snapshot::checkName);
    if (since.isPresent() && withoutImage) {
      throw new PolderException(
          ErrorKind.INVALID,
          "what has changed since a snapshot has nothing of the image: leave one of the two out");
    }
  }

  /** All of a zone as it is now. */
  public static SendRequest of(ZoneRef zone) {
    return new SendRequest(zone, Optional.empty(), Optional.empty(), false, false, false);
  }

  /** All that a zone had at a snapshot. */
  public static SendRequest of(ZoneRef zone, String snapshot) {
    return new SendRequest(zone, Optional.of(snapshot), Optional.empty(), false, false, false);
  }

  /** What has changed from one snapshot to another. */
  public static SendRequest of(ZoneRef zone, String snapshot, String since) {
    return new SendRequest(zone, Optional.of(snapshot), Optional.of(since), false, false, false);
  }
}
