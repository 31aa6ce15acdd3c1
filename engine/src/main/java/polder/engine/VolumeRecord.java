package polder.engine;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.model.DataCompression;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.SnapshotSchedule;
import polder.model.Volume;
import polder.model.json.VolumeJson;

/**
 * What is kept of a volume: {@code volumes/UUID.json}.
 *
 * @param uuid its identity, and its dataset's
 * @param name what it is called; its uuid if it is a zone's own
 * @param pool the pool that its dataset is in
 * @param quota bytes; 0 for any number
 * @param compression see {@link DataCompression}
 * @param schedule which snapshots of it are taken by themselves
 * @param created when it was made
 * @param owner the zone that it goes with
 */
record VolumeRecord(
    UUID uuid,
    String name,
    String pool,
    long quota,
    String compression,
    SnapshotSchedule schedule,
    Instant created,
    Optional<Owner> owner) {
  /**
   * Whose own a volume is.
   *
   * @param zone whose payload has it
   * @param target where, as the payload says it
   */
  record Owner(UUID zone, String target) {}

  /** A volume that goes with a zone. */
  static VolumeRecord own(UUID zone, String target, String pool, String compression) {
    UUID uuid = UUID.randomUUID();
    return new VolumeRecord(
        uuid,
        uuid.toString(),
        pool,
        0,
        compression,
        SnapshotSchedule.NONE,
        Instant.now(),
        Optional.of(new Owner(zone, target)));
  }

  /** The record after a change of the quota. */
  VolumeRecord with(long changed) {
    return new VolumeRecord(uuid, name, pool, changed, compression, schedule, created, owner);
  }

  /** The record of a volume that is called otherwise from now on. */
  VolumeRecord called(String other) {
    return new VolumeRecord(uuid, other, pool, quota, compression, schedule, created, owner);
  }

  /** The record after a change of the compression. */
  VolumeRecord compressed(String word) {
    return new VolumeRecord(uuid, name, pool, quota, word, schedule, created, owner);
  }

  /** The record after a change of the schedule. */
  VolumeRecord scheduled(SnapshotSchedule changed) {
    return new VolumeRecord(uuid, name, pool, quota, compression, changed, created, owner);
  }

  boolean isOwn(UUID zone) {
    return owner.filter(one -> one.zone().equals(zone)).isPresent();
  }

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("uuid", uuid.toString());
    tree.put("name", name);
    tree.put("pool", pool);
    tree.put("quota", quota);
    tree.put("compression", compression);
    if (!schedule.isEmpty()) {
      tree.put("snapshot_schedule", VolumeJson.write(schedule));
    }
    tree.put("created", created.toString());
    owner.ifPresent(
        one -> {
          tree.put("zone", one.zone().toString());
          tree.put("target", one.target());
        });
    return tree;
  }

  static VolumeRecord read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    Optional<Owner> owner =
        fields
            .optionalText("zone")
            .map(zone -> new Owner(fields.uuid("zone"), fields.text("target")));
    try {
      return new VolumeRecord(
          fields.uuid("uuid"),
          Volume.checkName(fields.text("name")),
          Pool.checkName(fields.text("pool")),
          Volume.checkQuota(fields.number("quota")),
          DataCompression.check(fields.optionalText("compression").orElse(DataCompression.OFF)),
          tree.containsKey("snapshot_schedule")
              ? VolumeJson.readSchedule(tree.get("snapshot_schedule"))
              : SnapshotSchedule.NONE,
          fields.time("created"),
          owner);
    } catch (PolderException e) {
      throw Document.damaged(String.valueOf(e.getMessage()));
    }
  }
}
