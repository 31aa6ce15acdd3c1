package polder.engine;

import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import polder.model.Snapshot;
import polder.model.SnapshotSchedule;

/** Something whose snapshots are taken by themselves. */
interface Scheduled {
  UUID uuid();

  /** What it is called, as in "zone 'web'". */
  String title();

  /** Does {@code work} with its schedule, which is empty if it has none any more. */
  void turn(Consumer<SnapshotSchedule> work);

  /** Its snapshots, the oldest first. */
  List<Snapshot> snapshots();

  /** Takes one. */
  void take(String name);

  /** Takes one away. */
  void remove(String name);

  /** Tells that something could not be done. */
  void warn(String why);
}
