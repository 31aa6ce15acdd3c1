package polder.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;
import polder.model.PolderException;

/**
 * A dataset, or further snapshots of one, on the way in. Nothing of it is seen before {@link
 * #finish}, which is one step: a death before it leaves nothing, and a death in it leaves all.
 */
public interface Reception extends AutoCloseable {
  /**
   * Takes in one snapshot more.
   *
   * @param origin what the changes begin from: for a dataset that is not there yet nothing or an
   *     image, and then a snapshot that was taken in before
   * @param name its name here
   * @param id of the snapshot; {@link StoredSnapshot#id} from then on
   * @param changes is read to its end, and has verified them there
   * @throws IOException if reading fails, or the stream ends in the middle
   * @throws PolderException INVALID if the changes are not what they should be, EXISTS if there is
   *     a snapshot of that name, NOT_FOUND if there is none of the origin's, NO_ROOM
   */
  void take(Origin origin, String name, UUID id, InputStream changes) throws IOException;

  /**
   * Makes the dataset what the snapshot is that was taken in last, and shows it with its snapshots.
   *
   * @throws IllegalStateException if none was taken in
   */
  Root finish();

  /** Takes away what was taken in, unless it is finished. */
  @Override
  void close();
}
