package polder.model;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * Zones on their way to another host: a zone's payload and disk as one stream, that can go through
 * a pipe, over a network or into a file. A stream is checked while it is read, and one that is cut
 * off or damaged leaves nothing behind.
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
   * Takes a zone in: makes it as it was sent, and does not start it; or, where the stream tells
   * what has changed since a snapshot, brings the zone up to that that has this snapshot.
   *
   * @param from what was sent, compressed or not; stays open
   * @return the zone, down
   * @throws PolderException INVALID if the stream is damaged or none; EXISTS if the zone is there
   *     already; NOT_FOUND if the zone, snapshot, pool or image is missing that the stream begins
   *     from; WRONG_STATE if that zone runs or was changed; NO_ROOM; UNREACHABLE if reading fails
   */
  Zone receive(InputStream from, ReceiveRequest request, Progress progress);
}
