package polder.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.linux.DurableFile;
import polder.model.PolderException;

/**
 * What says which zones are meant to run in this boot: {@code run/zones/UUID/run.json}, beside the
 * FIFOs of the zone's streams. Nothing here is synced: it need not outlive the boot.
 */
final class RunFiles implements AutoCloseable {
  private static final String RUN = "run.json";
  private static final String AUTOBOOT = "autoboot.json";

  private final Path path;
  private final Folder run;
  private final Folder zones;

  RunFiles(HostPaths paths) {
    this.path = paths.runningZones();
    this.zones = Folder.ofFolders(paths.runningZones());
    this.run = zones.alsoOpen(paths.run());
  }

  /** The zones of which there is something; other things there are removed. */
  List<UUID> list() {
    List<UUID> uuids = new ArrayList<>();
    for (String name : zones.names()) {
      try {
        uuids.add(UUID.fromString(name));
      } catch (IllegalArgumentException e) {
        zones.removeTree(name);
      }
    }
    return List.copyOf(uuids);
  }

  /** The zone's own run folder. */
  Path path(UUID zone) {
    return path.resolve(zone.toString());
  }

  /** The zone's own run folder, made if need be. */
  Folder enter(UUID zone) {
    return zones.enter(zone.toString());
  }

  boolean has(UUID zone) {
    return zones.has(zone.toString());
  }

  /** Writes what is known of a zone's run. */
  void write(UUID zone, RunRecord record) {
    try (Folder folder = enter(zone)) {
      folder.overwrite(RUN, record.write());
    }
  }

  /** What is known of a zone's run; empty if nothing is, or nothing that can be read. */
  Optional<RunRecord> read(UUID zone) {
    if (!has(zone)) {
      return Optional.empty();
    }
    try (Folder folder = enter(zone)) {
      DurableFile.sweep(folder.directory());
      return folder.read(RUN).map(RunRecord::read);
    } catch (PolderException e) {
      return Optional.empty(); // whatever it said, the world is looked at
    }
  }

  /** Removes all that is known of a zone's run. */
  void remove(UUID zone) {
    zones.removeTree(zone.toString());
  }

  /** Whether the zones that start with the host were started in this boot already. */
  boolean autobooted(String boot) {
    try {
      return run.read(AUTOBOOT)
          .map(Fields::new)
          .filter(f -> f.text("boot").equals(boot))
          .isPresent();
    } catch (PolderException e) {
      return false;
    }
  }

  /** Notes that they were. */
  void noteAutoboot(String boot) {
    run.note(AUTOBOOT, Map.of("boot", boot));
  }

  @Override
  public void close() {
    zones.close();
    run.close();
  }
}
