package polder.api.fake;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import polder.model.DataCompression;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Filesystem;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.SnapshotSchedule;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.Volumes;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** The fake host's volumes: their names and quotas, and who attaches them. */
final class FakeVolumes implements Volumes {
  private final FakeEvents events;
  private final FakePools pools;
  private final ReentrantLock changing = new ReentrantLock();
  private final Map<UUID, List<Snapshot>> snapshots = new ConcurrentHashMap<>();
  private final Map<String, Kept> kept = new ConcurrentSkipListMap<>();
  private Supplier<List<ZoneSpec>> zones = List::of;
  private Supplier<List<ZoneSpec>> deleted = List::of;

  /**
   * A volume.
   *
   * @param target where it is mounted in the zone that it is the own of
   */
  private record Kept(Volume volume, String target) {}

  FakeVolumes(FakeEvents events, FakePools pools) {
    this.events = events;
    this.pools = pools;
  }

  /** Who says what zones there are, and which are kept. */
  void usedBy(Supplier<List<ZoneSpec>> specs, Supplier<List<ZoneSpec>> keptSpecs) {
    zones = specs;
    deleted = keptSpecs;
  }

  long count(String pool) {
    return kept.values().stream().filter(each -> each.volume().pool().equals(pool)).count();
  }

  /** Refuses a zone that names a pool or volume that is not there. */
  void verify(String what, ZoneSpec spec) {
    pools.verify(spec);
    List<Fault> faults = new ArrayList<>();
    List<Filesystem> filesystems = spec.get(ZoneProperties.FILESYSTEMS);
    for (int i = 0; i < filesystems.size(); i++) {
      Filesystem each = filesystems.get(i);
      if (each.isVolume() && !each.isOwnVolume() && find(each.volume()).isEmpty()) {
        faults.add(
            new Fault(
                "filesystems[%d].source".formatted(i),
                "there is no volume '%s'".formatted(each.volume())));
      }
    }
    if (!faults.isEmpty()) {
      throw new PolderException(what, faults);
    }
  }

  /** As {@link #verify}, for a zone that is there. */
  void verifyUpdate(ZoneSpec after) {
    verify("the update is refused", after);
    refuseNewOwn(after);
  }

  /** Refuses a zone's update that asks for one more volume of its own. */
  private void refuseNewOwn(ZoneSpec after) {
    for (Filesystem each : after.get(ZoneProperties.FILESYSTEMS)) {
      boolean there =
          kept.values().stream()
              .anyMatch(
                  own ->
                      own.volume().zone().equals(Optional.of(after.uuid()))
                          && own.target().equals(each.target()));
      if (each.isOwnVolume() && !there) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            "cannot update zone '%s': a volume of its own is made with the zone"
                .formatted(after.name()));
      }
    }
  }

  /** Makes the volumes that go with a zone. */
  void makeOwn(ZoneSpec spec) {
    for (Filesystem each : spec.volumes()) {
      if (each.isOwnVolume()) {
        UUID uuid = UUID.randomUUID();
        Volume volume =
            volume(
                uuid.toString(),
                uuid,
                spec.get(ZoneProperties.ZPOOL),
                0,
                spec.get(ZoneProperties.DATA_COMPRESSION),
                SnapshotSchedule.NONE,
                Optional.of(spec.uuid()));
        kept.put(volume.name(), new Kept(volume, each.target()));
      }
    }
  }

  /** Takes away the volumes that go with a zone. */
  void dropOwn(UUID zone) {
    kept.values().removeIf(each -> each.volume().zone().equals(Optional.of(zone)));
  }

  private static Volume volume(
      String name,
      UUID uuid,
      String pool,
      long quota,
      String compression,
      SnapshotSchedule schedule,
      Optional<UUID> zone) {
    return new Volume(
        name,
        uuid,
        pool,
        quota,
        compression,
        schedule,
        0,
        Instant.now(),
        List.of(),
        zone,
        Optional.empty());
  }

  private Optional<Volume> find(String name) {
    return kept.values().stream()
        .map(Kept::volume)
        .filter(each -> each.name().equals(name) || each.uuid().toString().equals(name))
        .findFirst();
  }

  private Volume seen(Volume volume) {
    List<String> names =
        zones.get().stream().filter(spec -> attaches(spec, volume)).map(ZoneSpec::name).toList();
    return new Volume(
        volume.name(),
        volume.uuid(),
        volume.pool(),
        volume.quota(),
        volume.compression(),
        volume.schedule(),
        volume.used(),
        volume.created(),
        names,
        volume.zone(),
        volume.problem());
  }

  private static boolean attaches(ZoneSpec spec, Volume volume) {
    return volume.zone().equals(Optional.of(spec.uuid()))
        || spec.get(ZoneProperties.FILESYSTEMS).stream()
            .filter(Filesystem::isVolume)
            .map(Filesystem::volume)
            .anyMatch(name -> name.equals(volume.name()) || name.equals(volume.uuid().toString()));
  }

  @Override
  public List<Volume> list() {
    return kept.values().stream().map(Kept::volume).map(this::seen).toList();
  }

  @Override
  public Volume get(String name) {
    return find(Volume.checkName(name))
        .map(this::seen)
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "there is no volume '%s'; make it with 'polder volume create'"
                        .formatted(name)));
  }

  @Override
  public Volume create(VolumeRequest request) {
    changing.lock();
    try {
      if (find(request.name()).isPresent()) {
        throw new PolderException(
            ErrorKind.EXISTS, "there is a volume '%s' already".formatted(request.name()));
      }
      refuseQuota(request.pool(), request.quota());
      refuseCompression(request.pool(), request.compression());
      Volume made =
          volume(
              request.name(),
              UUID.randomUUID(),
              request.pool(),
              request.quota(),
              request.compression(),
              request.schedule(),
              Optional.empty());
      kept.put(made.name(), new Kept(made, ""));
      tell("volume.create", made.name());
      return made;
    } finally {
      changing.unlock();
    }
  }

  private void refuseQuota(String pool, long quota) {
    if (!pools.get(pool).quotas() && quota != 0) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED, "pool '%s' has no quotas; use 0".formatted(pool));
    }
  }

  private void refuseCompression(String pool, String compression) {
    if (!pools.get(pool).driver().equals("btrfs") && !compression.equals(DataCompression.OFF)) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED, "pool '%s' cannot compress; use off".formatted(pool));
    }
  }

  @Override
  public Volume resize(String name, long quota) {
    changing.lock();
    try {
      Volume before = get(name);
      refuseQuota(before.pool(), Volume.checkQuota(quota));
      return change(before, quota, before.schedule(), "volume.resize");
    } finally {
      changing.unlock();
    }
  }

  /** Nobody's clock runs here: it is kept, and nothing is taken by itself. */
  @Override
  public Volume schedule(String name, SnapshotSchedule schedule) {
    changing.lock();
    try {
      Volume before = named(name);
      return change(before, before.quota(), schedule, "volume.schedule");
    } finally {
      changing.unlock();
    }
  }

  private Volume change(Volume before, long quota, SnapshotSchedule schedule, String kind) {
    Volume after =
        new Volume(
            before.name(),
            before.uuid(),
            before.pool(),
            quota,
            before.compression(),
            schedule,
            before.used(),
            before.created(),
            List.of(),
            before.zone(),
            before.problem());
    kept.computeIfPresent(before.name(), (key, old) -> new Kept(after, old.target()));
    tell(kind, before.name());
    return seen(after);
  }

  @Override
  public Snapshot snapshot(String name, Optional<String> wanted) {
    Volume volume = named(name);
    Instant now = Instant.now();
    String snapshot = Snapshot.checkName(wanted.orElseGet(() -> Snapshot.nameAt(now)));
    List<Snapshot> there = snapshots.computeIfAbsent(volume.uuid(), any -> newList());
    if (there.stream().anyMatch(each -> each.name().equals(snapshot))) {
      throw new PolderException(
          ErrorKind.EXISTS,
          "volume '%s' has a snapshot '%s' already".formatted(volume.name(), snapshot));
    }
    Snapshot taken = new Snapshot(snapshot, now, Optional.of(0L));
    there.add(taken);
    tell("volume.snapshot", volume.name());
    return taken;
  }

  private static List<Snapshot> newList() {
    return new CopyOnWriteArrayList<>();
  }

  /** A volume that is not a zone's own. */
  private Volume named(String name) {
    Volume volume = get(name);
    if (volume.zone().isPresent()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE, "volume '%s' is a zone's own".formatted(name));
    }
    return volume;
  }

  @Override
  public List<Snapshot> snapshots(String name) {
    return List.copyOf(snapshots.getOrDefault(get(name).uuid(), List.of()));
  }

  private Snapshot demand(Volume volume, String snapshot) {
    Snapshot.checkName(snapshot);
    return snapshots(volume.name()).stream()
        .filter(each -> each.name().equals(snapshot))
        .findFirst()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.NOT_FOUND,
                    "volume '%s' has no snapshot '%s'".formatted(volume.name(), snapshot)));
  }

  @Override
  public Volume rollback(String name, String snapshot) {
    Volume volume = named(name);
    var _ = demand(volume, snapshot);
    tell("volume.rollback", volume.name());
    return volume;
  }

  @Override
  public void deleteSnapshot(String name, String snapshot) {
    Volume volume = named(name);
    Snapshot gone = demand(volume, snapshot);
    snapshots.computeIfPresent(
        volume.uuid(),
        (uuid, there) -> {
          there.remove(gone);
          return there;
        });
    tell("volume.snapshot-delete", volume.name());
  }

  @Override
  public void delete(String name) {
    changing.lock();
    try {
      Volume volume = get(name);
      if (!volume.zones().isEmpty()) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "cannot delete volume '%s': it is attached by zone '%s'"
                .formatted(name, String.join("', '", volume.zones())));
      }
      if (deleted.get().stream().anyMatch(spec -> attaches(spec, volume))) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "cannot delete volume '%s': a deleted zone that is kept attaches it".formatted(name));
      }
      kept.remove(volume.name());
      snapshots.remove(volume.uuid());
      tell("volume.delete", volume.name());
    } finally {
      changing.unlock();
    }
  }

  private void tell(String kind, String name) {
    events.add(kind, Optional.empty(), name, Map.of());
  }
}
