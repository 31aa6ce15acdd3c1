package polder.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import polder.brand.IdRange;
import polder.image.LocalStore;
import polder.linux.HostFeature;
import polder.linux.HostFeatures;
import polder.linux.Launcher;
import polder.linux.StatFs;
import polder.linux.SyscallException;
import polder.model.Finding;
import polder.model.Finding.Level;
import polder.model.HostInfo;
import polder.model.PolderException;

/** What the host says of itself. */
final class Checks {
  private static final long LITTLE_ROOM = 256L << 20;

  private final Hall hall;
  private final LocalStore store;
  private final Launcher launcher;

  Checks(Hall hall, LocalStore store, Launcher launcher) {
    this.hall = hall;
    this.store = store;
    this.launcher = launcher;
  }

  HostInfo info() {
    List<LocalZone> zones = hall.table().list();
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("zones", (long) zones.size());
    counts.put("running", zones.stream().filter(zone -> zone.life().isPresent()).count());
    counts.put("images", (long) store.list().size());
    return new HostInfo(
        Polder.version(),
        System.getProperty("java.version"),
        System.getProperty("os.version"),
        System.getProperty("os.arch"),
        ProcessHandle.current().pid(),
        hall.paths().describe(),
        counts);
  }

  List<Finding> doctor() {
    List<Finding> findings = new ArrayList<>();
    for (HostFeature feature : HostFeatures.probe(launcher, hall.paths().state())) {
      findings.add(
          new Finding(feature.name(), level(feature.level()), feature.value(), feature.mend()));
    }
    findings.add(new Finding("JDK", Level.OK, System.getProperty("java.runtime.version"), ""));
    findings.add(new Finding("storage driver", Level.OK, hall.storage().driver(), ""));
    findings.add(btrfs());
    findings.addAll(NetworkChecks.doctor());
    findings.addAll(NetworkChecks.names(hall.networks().unanswered()));
    findings.addAll(NetworkChecks.addresses(hall.networks().untold()));
    findings.addAll(brands());
    findings.add(room());
    findings.add(ids());
    findings.add(subordinate());
    return List.copyOf(findings);
  }

  /** What the brands tried, with ids that are nobody's meanwhile. */
  private List<Finding> brands() {
    try {
      IdRange ids = hall.ids().take();
      try {
        return hall.brands().values().stream().flatMap(way -> way.doctor(ids).stream()).toList();
      } finally {
        hall.ids().release(ids);
      }
    } catch (PolderException e) {
      return List.of(); // no ids are left: that is found, too
    }
  }

  private static Level level(HostFeature.Level level) {
    return switch (level) {
      case OK -> Level.OK;
      case WARNING -> Level.WARNING;
      case MISSING -> Level.MISSING;
    };
  }

  /** What `pool create` needs. */
  private static Finding btrfs() {
    boolean there =
        Stream.of(String.valueOf(System.getenv("PATH")).split(":", -1))
            .anyMatch(place -> Files.isExecutable(Path.of(place, "mkfs.btrfs")));
    return there
        ? new Finding("pools of btrfs", Level.OK, "mkfs.btrfs is there", "")
        : new Finding(
            "pools of btrfs",
            Level.WARNING,
            "mkfs.btrfs is not in PATH",
            "install the package btrfs-progs, or use the default pool only");
  }

  private Finding room() {
    try {
      StatFs state = StatFs.of(hall.paths().state());
      String value =
          "%d MiB free in %s".formatted(state.bytesAvailable() >> 20, hall.paths().state());
      if (state.readOnly()) {
        return new Finding(
            "state", Level.MISSING, hall.paths().state() + " is read-only", "mount it read-write");
      }
      return state.bytesAvailable() < LITTLE_ROOM
          ? new Finding("state", Level.WARNING, value, "make room, or zones cannot be created")
          : new Finding("state", Level.OK, value, "");
    } catch (SyscallException e) {
      return new Finding(
          "state", Level.MISSING, String.valueOf(e.getMessage()), "mount the state directory");
    }
  }

  private Finding ids() {
    int free = hall.ids().free();
    String value = "%d of %d ranges of 65536 ids are free".formatted(free, hall.ids().size());
    return free == 0
        ? new Finding("id ranges", Level.WARNING, value, "delete a zone, or none can be created")
        : new Finding("id ranges", Level.OK, value, "");
  }

  /** Another user of ids above a million would share them with zones. */
  private static Finding subordinate() {
    List<String> others = SubordinateIds.overlapping();
    return others.isEmpty()
        ? new Finding("subordinate ids", Level.OK, "none overlap with zones' ids", "")
        : new Finding(
            "subordinate ids",
            Level.WARNING,
            String.join(", ", others),
            "give those users ids below %d in /etc/subuid and /etc/subgid"
                .formatted(IdRanges.FIRST));
  }
}
