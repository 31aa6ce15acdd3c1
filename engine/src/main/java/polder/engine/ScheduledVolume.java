package polder.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import polder.model.Snapshot;
import polder.model.SnapshotSchedule;

/** A volume's schedule: each snapshot takes the locks that it needs by itself. */
record ScheduledVolume(Hall hall, LocalVolumes volumes, UUID uuid) implements Scheduled {
  @Override
  public String title() {
    return "volume '%s'".formatted(name());
  }

  private String name() {
    return hall.volumes().find(uuid).map(VolumeRecord::name).orElse(uuid.toString());
  }

  @Override
  public void turn(Consumer<SnapshotSchedule> work) {
    work.accept(volumes.schedule(uuid));
  }

  @Override
  public List<Snapshot> snapshots() {
    return volumes.snapshots(uuid.toString());
  }

  @Override
  public void take(String name) {
    var _ = volumes.snapshot(uuid.toString(), Optional.of(name));
  }

  @Override
  public void remove(String name) {
    volumes.deleteSnapshot(uuid.toString(), name);
  }

  @Override
  public void warn(String why) {
    hall.events().add("volume.warning", Optional.empty(), name(), Map.of("warnings", List.of(why)));
  }
}
