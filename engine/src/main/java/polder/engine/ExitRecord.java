package polder.engine;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import polder.model.ExitStatus;

/**
 * How a zone's last run ended: {@code zones/UUID/exit.json}. Written in one step but not synced: it
 * outlives this process, and after a power cut nobody knows how a zone ended anyway.
 *
 * @param boot the boot id of the host that it ran in: it is not started with the host once more in
 *     the same boot
 */
record ExitRecord(
    ExitStatus status,
    Instant at,
    boolean oomKilled,
    int restarts,
    Instant booted,
    Optional<String> boot) {
  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("code", (long) status.code());
    tree.put("at", at.toString());
    tree.put("oom_killed", oomKilled);
    tree.put("restarts", (long) restarts);
    tree.put("booted", booted.toString());
    boot.ifPresent(id -> tree.put("boot", id));
    return tree;
  }

  static ExitRecord read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    return new ExitRecord(
        new ExitStatus(fields.count("code", 0) & 0xff),
        fields.time("at"),
        fields.flag("oom_killed"),
        fields.count("restarts", 0),
        fields.time("booted"),
        fields.optionalText("boot"));
  }
}
