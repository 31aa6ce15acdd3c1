package polder.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import polder.model.Adoptee;
import polder.model.Adoptee.Fate;
import polder.model.Adoptee.Kind;
import polder.model.PolderException;
import polder.model.VolumeRequest;
import polder.storage.Storage;

/**
 * What lies in a pool, by what it says of itself. Nothing of that is believed: it is read strictly,
 * and what is wrong with it stands beside it.
 */
final class PoolContents {
  /**
   * One dataset.
   *
   * @param seen what people are told of it; REFUSED if its record cannot be used
   * @param record whose it is; empty if that cannot be used
   */
  record Found(Adoptee seen, Optional<PoolRecord> record) {
    boolean isCalled(String name) {
      return seen.name().equals(name) || seen.uuid().toString().equals(name);
    }
  }

  private static final Comparator<Found> ORDER = // what zones attach comes before them
      Comparator.comparingInt((Found found) -> order(found.seen().kind()))
          .thenComparing(found -> found.seen().name())
          .thenComparing(found -> found.seen().uuid());

  private static final long MOST_BYTES = 64L << 20;

  private final Storage storage;
  private final String pool;
  private long read;

  private PoolContents(Storage storage, String pool) {
    this.storage = storage;
    this.pool = pool;
  }

  private static int order(Kind kind) {
    return switch (kind) {
      case VOLUME -> 0;
      case ZONE -> 1;
      case DATASET -> 2;
    };
  }

  /** All that lies in a pool: volumes, then zones, then what does not say what it is. */
  static List<Found> of(Storage storage, String pool) {
    PoolContents contents = new PoolContents(storage, pool);
    List<Found> all = new ArrayList<>();
    storage.list().forEach(dataset -> all.add(contents.look(dataset)));
    all.sort(ORDER);
    return List.copyOf(all);
  }

  private Found look(UUID dataset) {
    try {
      Optional<byte[]> bytes = storage.description(dataset);
      if (bytes.isEmpty()) {
        return unknown(dataset, "nothing beside it says whose it is");
      }
      read += bytes.get().length;
      if (read > MOST_BYTES) {
        return unknown(dataset, "the records that were read before it have 64 MiB together");
      }
      PoolRecord record = PoolRecord.read(bytes.get());
      if (!record.uuid().equals(dataset)) {
        return unknown(dataset, "beside it is the record of " + record.uuid());
      }
      refuseName(record);
      long snapshots = storage.snapshots(dataset).size();
      return switch (record) {
        case PoolRecord.OfZone(ZoneRecord zone) ->
            found(
                seen(Kind.ZONE, dataset, zone.spec().name(), Optional.empty(), snapshots), record);
        case PoolRecord.OfVolume(VolumeRecord volume) ->
            found(
                seen(
                    Kind.VOLUME,
                    dataset,
                    volume.name(),
                    volume.owner().map(VolumeRecord.Owner::zone),
                    snapshots),
                record);
      };
    } catch (PolderException e) {
      return unknown(dataset, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) { // whatever is in it, it must not keep the others from us
      return unknown(dataset, "its record is damaged: " + e.getMessage());
    }
  }

  /** A volume is called as one that is made, or by its uuid if it is a zone's own. */
  private static void refuseName(PoolRecord record) {
    if (record instanceof PoolRecord.OfVolume(VolumeRecord volume)) {
      if (volume.owner().isEmpty()) {
        var _ =
            new VolumeRequest(volume.name(), volume.pool(), volume.quota(), volume.compression());
      } else if (!volume.name().equals(volume.uuid().toString())) {
        throw Document.damaged("it is a zone's own volume, and has a name");
      }
    }
  }

  private Found found(Adoptee seen, PoolRecord record) {
    String named = record.pool();
    return named.equals(pool)
        ? new Found(seen, Optional.of(record))
        : new Found(
            seen.becoming(
                Fate.REFUSED, Optional.of("its record says that it is in pool '" + named + "'")),
            Optional.empty());
  }

  private static Adoptee seen(
      Kind kind, UUID dataset, String name, Optional<UUID> zone, long snapshots) {
    return new Adoptee(
        kind, dataset, name, zone, Optional.empty(), snapshots, Fate.ADOPTABLE, Optional.empty());
  }

  private static Found unknown(UUID dataset, String why) {
    Adoptee seen = seen(Kind.DATASET, dataset, dataset.toString(), Optional.empty(), 0);
    return new Found(seen.becoming(Fate.REFUSED, Optional.of(why)), Optional.empty());
  }
}
