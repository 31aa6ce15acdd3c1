package polder.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A zone: what is asked of it, and what is known and seen.
 *
 * @param spec what is asked; it has a uuid
 * @param status what is known and seen
 * @param path its directory on the host
 * @param snapshots what it had on its disk at some moments, the oldest first
 */
public record Zone(ZoneSpec spec, ZoneStatus status, String path, List<Snapshot> snapshots) {
  /** What {@code polder get} adds to the payload; a payload may not hold them. */
  public static final List<String> OUTPUT_ONLY =
      List.of(
          "type",
          "state",
          "zone_state",
          "paused",
          "pid",
          "create_timestamp",
          "last_modified",
          "boot_timestamp",
          "exit_status",
          "exit_timestamp",
          "oom_killed",
          "init_restarts",
          "health",
          "failure",
          "zonepath",
          "snapshots");

  public Zone {
    snapshots = List.copyOf(snapshots);
  }

  /** Its identity. */
  public UUID uuid() {
    return spec.uuid();
  }

  /** What people call it. */
  public String name() {
    return spec.name();
  }

  /** Where it stands. */
  public ZoneState state() {
    return status.state();
  }

  /** The payload and, beside it, SmartOS's output-only properties. */
  public Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>(spec.write());
    tree.put("type", spec.brand().type());
    tree.put("state", status.paused() ? "paused" : status.state().word());
    tree.put(
        "zone_state", status.state() == ZoneState.INSTALLED ? "installed" : status.state().word());
    tree.put("paused", status.paused());
    status.pid().ifPresent(pid -> tree.put("pid", (long) pid));
    tree.put("create_timestamp", status.created().toString());
    tree.put("last_modified", status.modified().toString());
    status.booted().ifPresent(at -> tree.put("boot_timestamp", at.toString()));
    status.exit().ifPresent(exit -> tree.put("exit_status", (long) exit.code()));
    status.exited().ifPresent(at -> tree.put("exit_timestamp", at.toString()));
    tree.put("oom_killed", status.oomKilled());
    tree.put("init_restarts", (long) status.restarts());
    status.health().ifPresent(health -> tree.put("health", health));
    status.failure().ifPresent(failure -> tree.put("failure", failure));
    tree.put("zonepath", path);
    tree.put("snapshots", snapshots.stream().map(Zone::write).toList());
    return tree;
  }

  /** In SmartOS's words. */
  private static Map<String, Object> write(Snapshot snapshot) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", snapshot.name());
    tree.put("created_at", snapshot.created().toString());
    snapshot.size().ifPresent(size -> tree.put("size", size));
    return tree;
  }
}
