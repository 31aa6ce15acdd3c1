package polder.model;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.UUID;

/**
 * Zones on their way to another host: a zone's payload and disk as one stream, that can go through
 * a pipe, over a network or into a file. A stream is checked while it is read, and one that is cut
 * off or damaged makes no zone. What came of it is kept if that was asked for; then the sender can
 * go on from there.
 */
public interface Transfers {
  /**
   * Writes a zone. It may run: what is sent is a snapshot, one that is there or one that is taken
   * now, which stays, so that next time only what has changed need be sent.
   *
   * @param to stays open
   * @throws PolderException NOT_FOUND if there is no such zone or snapshot; INVALID if {@code
   *     since} is not older than what is sent; UNSUPPORTED if the disk holds what cannot be told;
   *     UNREACHABLE if writing fails
   */
  void send(SendRequest request, OutputStream to, Progress progress);

  /**
   * Writes what is missing of a stream that broke off, for {@link #receive} where it did. What is
   * sent is the same snapshot, and the zone's payload as it was when the first of it was sent.
   *
   * @param compress with zstd
   * @param to stays open; nothing is written to it if the token is refused
   * @throws PolderException NOT_FOUND if the zone or a snapshot is gone; INVALID if what would be
   *     sent now does not begin with what the receiver has; else as {@link #send}
   */
  void resume(ResumeToken token, boolean compress, OutputStream to, Progress progress);

  /**
   * Takes a zone in: makes it as it was sent, and does not start it; or, where the stream tells
   * what has changed since a snapshot, brings the zone up to that that has this snapshot.
   *
   * <p>What {@link #resume} writes is put behind what is kept of it, and the request is the one
   * with which the first of it was received: another alias or pool is INVALID. It goes on being
   * kept until all is there.
   *
   * @param from what was sent, compressed or not; stays open
   * @return the zone, down
   * @throws PolderException INVALID if the stream is damaged or none; EXISTS if the zone is there
   *     already; NOT_FOUND if the zone, snapshot, pool or image is missing that the stream begins
   *     from; WRONG_STATE if that zone runs or was changed; NO_ROOM; UNREACHABLE if reading fails
   */
  Zone receive(InputStream from, ReceiveRequest request, Progress progress);

  /** What is kept of streams that broke off, the oldest first; and of those that come now. */
  List<PartialReceive> partials();

  /**
   * Gives up what is kept of a stream that broke off.
   *
   * @param partial its id
   * @throws PolderException NOT_FOUND if there is none; WRONG_STATE while more of it comes
   */
  void abort(UUID partial);
}
