package polder.engine;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.ZoneProperties;
import polder.storage.Storage;

/**
 * Writes what is recorded of a zone or volume beside its dataset too, so that a pool can be read
 * back by a host that has nothing else.
 *
 * <p>The state's record is the one that counts, and is written first. Where a pool is full or
 * missing its copy stays behind, which fails nothing: a zone in a full pool must be stopped and
 * changed. It is then written a little later, and at the next start at the latest.
 */
final class PoolRecords {
  private static final System.Logger LOG = System.getLogger("polder.engine");

  private final Storage storage;
  private final ImageSource images;
  private final Map<UUID, byte[]> behind = new ConcurrentHashMap<>();
  private volatile Optional<Leftovers> later = Optional.empty();

  PoolRecords(Storage storage, ImageSource images) {
    this.storage = storage;
    this.images = images;
  }

  /** Has what could not be written tried again. */
  void retryBy(Leftovers leftovers) {
    later = Optional.of(leftovers);
  }

  /** Writes a zone's record, which the state has by now. */
  void keep(ZoneRecord record) {
    if (!record.spec().get(ZoneProperties.ZPOOL).equals(Pool.DEFAULT)) { // which goes nowhere
      keep(new PoolRecord.OfZone(whole(record)));
    }
  }

  /** Writes a volume's record, which the state has by now; nothing while it has no dataset yet. */
  void keep(VolumeRecord record) {
    if (!record.pool().equals(Pool.DEFAULT)) {
      keep(new PoolRecord.OfVolume(record));
    }
  }

  /** What is no more needs no record. */
  void forget(UUID dataset) {
    behind.remove(dataset);
  }

  /** What another host needs: what the image says too, and not the ids, which are this host's. */
  private ZoneRecord whole(ZoneRecord record) {
    Optional<ImageSource.Found> image = image(record);
    return new ZoneRecord(
        record.generation(),
        record.spec(),
        Optional.empty(),
        record.created(),
        record.modified(),
        image.map(ImageSource.Found::config).or(record::config),
        image.flatMap(ImageSource.Found::name).or(record::imageName),
        record.kept());
  }

  private Optional<ImageSource.Found> image(ZoneRecord record) {
    try {
      return record
          .spec()
          .find(ZoneProperties.IMAGE_UUID)
          .map(image -> images.get(image.toString()));
    } catch (PolderException e) {
      return Optional.empty(); // the zone came without it
    }
  }

  /** One at a time for each dataset, so that an older one never comes after a newer one. */
  private void keep(PoolRecord record) {
    UUID dataset = record.uuid();
    byte[] bytes = record.write();
    behind.compute(dataset, (_, _) -> isWritten(dataset, bytes) ? null : bytes);
    if (behind.containsKey(dataset)) {
      later.ifPresent(
          leftovers ->
              leftovers.later(
                  "write the record of dataset %s in its pool".formatted(dataset),
                  () -> retry(dataset)));
    }
  }

  private boolean isWritten(UUID dataset, byte[] bytes) {
    try {
      if (storage.description(dataset).filter(is -> Arrays.equals(is, bytes)).isEmpty()) {
        storage.describe(dataset, bytes);
      }
      return true;
    } catch (PolderException e) {
      if (e.kind() == ErrorKind.NOT_FOUND) {
        return true; // its dataset is yet to be made
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "the record of dataset %s in its pool is behind: %s".formatted(dataset, e.getMessage()));
      return false;
    }
  }

  private void retry(UUID dataset) {
    behind.computeIfPresent(
        dataset,
        (_, newest) -> {
          storage.describe(dataset, newest);
          return null;
        });
  }
}
