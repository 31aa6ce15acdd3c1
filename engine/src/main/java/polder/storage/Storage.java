package polder.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import polder.model.Fault;
import polder.model.PolderException;
import polder.model.ZoneSpec;

/**
 * One way of keeping datasets. What is there already, or gone already, is success: each method may
 * be called again after a crash.
 */
public interface Storage {
  /** Its name, as {@code info} shows it: "overlay", "btrfs". */
  String driver();

  /** Says what in {@code spec} it cannot do, a fault for each; empty if it can. */
  List<Fault> verify(ZoneSpec spec);

  /**
   * Makes the dataset of {@code zone}, if it is not there.
   *
   * @param layers the image's, the lowest first; none for an empty tree
   */
  Root create(UUID zone, List<Path> layers);

  /** The dataset of {@code zone}. */
  Optional<Root> find(UUID zone);

  /**
   * Takes the dataset of {@code zone} away with its snapshots; nothing if there is none. All that
   * is in it is removed a little later, in the background.
   */
  void destroy(UUID zone);

  /**
   * Lets the dataset of {@code zone}, with its snapshots, have so much at most; at once, also while
   * the zone runs.
   *
   * @param bytes 0 for any number
   * @throws PolderException UNSUPPORTED if the driver cannot, as {@link #verify} says
   */
  void quota(UUID zone, long bytes);

  /** Whether a snapshot of {@code zone} is taken at once, whatever its size. */
  boolean isInstant(UUID zone);

  /**
   * Brings to the disk what can be while {@code zone} still runs, so that a {@link #snapshot} right
   * after it takes the less time.
   */
  void settle(UUID zone);

  /**
   * Has what is written to the dataset of {@code zone} from now on made smaller: all that is in a
   * directory made later, and new files in those there are. What is there already stays as it is.
   *
   * @param word see {@link polder.model.DataCompression}
   * @throws PolderException UNSUPPORTED if the driver cannot, as {@link #verify} says
   */
  void compress(UUID zone, String word);

  /**
   * Keeps what is in the dataset of {@code zone} now, on the disk when this returns. The zone is
   * frozen or stopped by the caller. If there is a snapshot of that name already, that is the one.
   *
   * @param name a letter or digit first, then letters, digits and {@code _.:-}; 64 at most
   * @throws PolderException INVALID for another name, NOT_FOUND if there is no dataset, NO_ROOM
   */
  StoredSnapshot snapshot(UUID zone, String name);

  /**
   * The snapshots of {@code zone}, the oldest first.
   *
   * @throws PolderException NOT_FOUND if there is no dataset
   */
  List<StoredSnapshot> snapshots(UUID zone);

  /** Takes a snapshot away; nothing if there is none. Clones of it are not affected. */
  void removeSnapshot(UUID zone, String name);

  /**
   * Makes the dataset of {@code zone}, which is stopped, what it was at a snapshot: wholly, or not
   * at all if this fails or dies. All snapshots stay, the newer ones too.
   *
   * @throws PolderException NOT_FOUND if there is no such dataset or snapshot, NO_ROOM
   */
  Root rollback(UUID zone, String name);

  /**
   * Makes the dataset of {@code to}, if it is not there, with what another has, or had at a
   * snapshot. From then on they have nothing to do with each other.
   *
   * @param from whose; frozen or stopped by the caller unless it is of a snapshot
   * @param snapshot its name; empty for what is there now
   * @throws PolderException NOT_FOUND if there is no such dataset or snapshot, NO_ROOM
   */
  Root clone(UUID from, Optional<String> snapshot, UUID to);

  /**
   * Writes the changes that make a snapshot of {@code zone} elsewhere out of what is there.
   *
   * @throws PolderException NOT_FOUND if there is no such dataset or snapshot; UNSUPPORTED if it
   *     cannot be told, such as a path of more than 4,095 bytes
   * @throws IOException if writing fails
   */
  void send(UUID zone, String snapshot, Origin origin, OutputStream to) throws IOException;

  /**
   * Begins to take in the dataset of {@code zone}; if that is there and stopped, further snapshots
   * of it, the last of which it becomes.
   */
  Reception receive(UUID zone);

  /**
   * Whether the dataset of {@code zone}, which is stopped, has what a snapshot of it has, but for
   * times.
   *
   * @throws PolderException NOT_FOUND if there is no such dataset or snapshot
   */
  boolean isAt(UUID zone, String snapshot);

  /** Waits until what was made and destroyed is so on the disk. */
  void sync();

  /** Where what was destroyed lies that could not be removed, each with its path. */
  List<String> stuck();

  /**
   * How many bytes on disk are the zone's own, its snapshots included; 0 if it has no dataset. May
   * walk all its files.
   */
  long used(UUID zone);

  /** The zones that have a dataset. */
  List<UUID> list();

  /**
   * Keeps beside a dataset what is recorded of whose it is; in place of what was there it is on the
   * disk when this returns, the first one after the next {@link #sync}. Nothing if there is no such
   * dataset, or if the driver's datasets never go to another host.
   */
  default void describe(UUID dataset, byte[] record) {}

  /**
   * What was kept by {@link #describe}, as it is there now: somebody else may have written it.
   *
   * @throws PolderException NOT_FOUND if there is no dataset; HOST if it is not as this driver
   *     makes them, or cannot be read
   */
  default Optional<byte[]> description(UUID dataset) {
    return Optional.empty();
  }
}
