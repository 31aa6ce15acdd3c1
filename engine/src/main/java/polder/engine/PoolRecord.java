package polder.engine;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import polder.model.ZoneProperties;

/**
 * What lies beside a dataset in a pool, as a {@link Document}: whose dataset it is. Who reads it
 * back does not know who wrote it.
 */
sealed interface PoolRecord {
  /** The dataset of a zone's root. */
  record OfZone(ZoneRecord record) implements PoolRecord {
    @Override
    public UUID uuid() {
      return record.uuid();
    }

    @Override
    public String pool() {
      return record.spec().get(ZoneProperties.ZPOOL);
    }

    @Override
    public byte[] write() {
      return Document.write(Map.of(ZONE, record.write()));
    }
  }

  /** The dataset of a volume. */
  record OfVolume(VolumeRecord record) implements PoolRecord {
    @Override
    public UUID uuid() {
      return record.uuid();
    }

    @Override
    public String pool() {
      return record.pool();
    }

    @Override
    public byte[] write() {
      return Document.write(Map.of(VOLUME, record.write()));
    }
  }

  /** How a zone's is marked. */
  String ZONE = "zone";

  /** How a volume's is marked. */
  String VOLUME = "volume";

  /** The zone's or volume's, and its dataset's. */
  UUID uuid();

  /** The pool that it says it is in. */
  String pool();

  /** The file. */
  byte[] write();

  /**
   * Reads one strictly.
   *
   * @throws polder.model.PolderException with what is wrong with it
   */
  static PoolRecord read(byte[] bytes) {
    Map<String, Object> tree = Document.read(bytes);
    Fields fields = new Fields(tree);
    if (tree.keySet().equals(Set.of(ZONE))) {
      return new OfZone(ZoneRecord.read(fields.object(ZONE)));
    }
    if (tree.keySet().equals(Set.of(VOLUME))) {
      return new OfVolume(VolumeRecord.read(fields.object(VOLUME)));
    }
    throw Document.damaged("it is the record of neither a zone nor a volume");
  }
}
