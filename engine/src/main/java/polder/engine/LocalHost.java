package polder.engine;

import java.util.List;
import java.util.Map;
import polder.image.Limits;
import polder.image.LocalStore;
import polder.linux.CgroupHost;
import polder.linux.Launcher;
import polder.model.Brand;
import polder.model.Events;
import polder.model.Finding;
import polder.model.Host;
import polder.model.HostInfo;
import polder.model.Images;
import polder.model.Zones;
import polder.storage.OverlayStorage;

/** This machine as a host, by the engine itself. */
final class LocalHost implements Host {
  private static final long EVENT_FILE = 4 << 20;

  private final HostLock lock;
  private final Hall hall;
  private final LocalStore store;
  private final OverlayStorage storage;
  private final Launcher launcher;
  private final Supervisor supervisor;
  private final Autoboot autoboot;
  private final LocalZones zones;
  private final LocalImages images;
  private final Checks checks;
  private final Takeover takeover;

  /** Makes the brands that a host has. */
  @FunctionalInterface
  interface Brands {
    /** With what starts processes, and where the host's things are. */
    Map<Brand, polder.brand.Brand> make(Launcher launcher, HostPaths paths);
  }

  private LocalHost(
      HostLock lock, HostPaths paths, Brands brands, Failpoints failpoints, int idRanges) {
    this.lock = lock;
    this.launcher = Launcher.start();
    ZoneTable table = new ZoneTable();
    this.storage = OverlayStorage.open(paths.storage(), failpoints::places);
    this.store = LocalStore.open(paths.images(), table::uses, Limits.DEFAULT, failpoints::places);
    this.hall =
        new Hall(
            paths,
            launcher,
            Boot.id(),
            new ZoneStore(paths),
            new RunFiles(paths),
            new Journal(paths),
            storage,
            brands.make(launcher, paths),
            LocalImages.source(store),
            CgroupHost.own(),
            paths.cgroups(),
            EventLog.open(Folder.open(paths.events()).directory(), EVENT_FILE),
            table,
            new IdRanges(idRanges),
            new Executor(failpoints),
            StateDisk.open(paths.state()),
            new Lookout("polder-streams"),
            new Lookout("polder-ends"),
            new Timers());
    Creation creation = new Creation(hall);
    this.supervisor = new Supervisor(hall);
    Stopping stopping = new Stopping(hall);
    this.zones = new LocalZones(hall, creation, supervisor, stopping);
    this.images = new LocalImages(store, hall);
    this.checks = new Checks(hall, store, launcher);
    this.takeover = new Takeover(hall, creation, supervisor, stopping);
    takeover.run();
    this.autoboot = new Autoboot(hall, supervisor);
    autoboot.run();
  }

  /** Opens the host at {@code paths}; takes over what runs there. */
  static LocalHost open(HostPaths paths, Brands brands, Failpoints failpoints, int idRanges) {
    HostLock lock = HostLock.take(paths);
    try {
      return new LocalHost(lock, paths, brands, failpoints, idRanges);
    } catch (RuntimeException e) {
      lock.close();
      throw Failures.of("open the host at " + paths.state(), e);
    }
  }

  @Override
  public Zones zones() {
    return zones;
  }

  @Override
  public Images images() {
    return images;
  }

  @Override
  public Events events() {
    return hall.events();
  }

  @Override
  public HostInfo info() {
    return checks.info();
  }

  @Override
  public List<Finding> doctor() {
    return checks.doctor();
  }

  @Override
  public List<Finding> fsck() {
    return new Fsck(hall, store, takeover.damaged()).run();
  }

  /** Lets go of everything; zones run on, and wait with what they write until they are found. */
  @Override
  public void close() {
    autoboot.close();
    hall.timers().close();
    for (LocalZone zone : hall.table().list()) {
      zone.operating().lock();
      try {
        zone.release();
      } finally {
        zone.operating().unlock();
      }
    }
    supervisor.close();
    hall.streams().close();
    hall.ends().close();
    hall.removeCgroupParent();
    hall.events().close();
    hall.store().close();
    hall.runs().close();
    hall.journal().close();
    hall.disk().close();
    store.close();
    hall.brands().values().forEach(polder.brand.Brand::close);
    storage.close();
    launcher.close();
    lock.close();
  }
}
