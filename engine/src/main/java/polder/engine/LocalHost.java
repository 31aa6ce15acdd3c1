package polder.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import polder.image.Limits;
import polder.image.LocalStore;
import polder.image.registry.DockerConfig;
import polder.image.registry.HelperProgram;
import polder.image.registry.Registries;
import polder.image.registry.Settings;
import polder.linux.CgroupHost;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.model.Balances;
import polder.model.Brand;
import polder.model.DeletedZones;
import polder.model.Events;
import polder.model.Finding;
import polder.model.Firewall;
import polder.model.Guests;
import polder.model.Host;
import polder.model.HostInfo;
import polder.model.Images;
import polder.model.Networks;
import polder.model.Pools;
import polder.model.Snapshots;
import polder.model.Transfers;
import polder.model.Volumes;
import polder.model.Zones;
import polder.storage.OverlayStorage;
import polder.storage.PoolSet;
import polder.storage.PoolTable;

/** This machine as a host, by the engine itself. */
final class LocalHost implements Host {
  private static final long EVENT_FILE = 4 << 20;

  private final Undo closing;
  private final Hall hall;
  private final LocalStore store;
  private final LocalZones zones;
  private final LocalDeletedZones deleted;
  private final LocalGuests guests;
  private final LocalImages images;
  private final Likenesses likenesses;
  private final LocalPools pools;
  private final LocalSnapshots snapshots;
  private final LocalTransfers transfers;
  private final LocalVolumes volumes;
  private final LocalNetworks networks;
  private final LocalFirewall firewall;
  private final LocalBalances balances;
  private final Checks checks;
  private final Takeover takeover;
  private volatile boolean closed;

  /** Makes the brands that a host has. */
  @FunctionalInterface
  interface Brands {
    /** With what starts processes, and where the host's things are. */
    Map<Brand, polder.brand.Brand> make(Launcher launcher, HostPaths paths);
  }

  /** Opens one thing after the other; each success says how it is closed. */
  private LocalHost(
      Undo closing,
      HostPaths paths,
      Brands brands,
      Failpoints failpoints,
      int idRanges,
      Fd network) {
    this.closing = closing;
    Launcher launcher = keep(Launcher.start(), Launcher::close);
    ZoneTable table = new ZoneTable();
    VolumeTable volumes = new VolumeTable();
    OverlayStorage standard =
        keep(OverlayStorage.open(paths.storage(), failpoints::places), OverlayStorage::close);
    PoolTable pools =
        keep(
            PoolTable.open(
                standard, paths.storage(), paths.pools(), paths.mountedPools(), failpoints::places),
            PoolTable::close);
    this.store =
        keep(
            LocalStore.open(paths.images(), table::uses, Limits.DEFAULT, failpoints::places),
            LocalStore::close);
    Map<Brand, polder.brand.Brand> ways = brands.make(launcher, paths);
    ways.values().forEach(brand -> keep(brand, polder.brand.Brand::close));
    HostNetworks networks = keep(HostNetworks.open(paths, launcher, network), HostNetworks::close);
    PartialStore partials = keep(PartialStore.open(paths), PartialStore::close);
    PoolSet storage =
        new PoolSet(
            pools,
            dataset ->
                table
                    .pool(dataset)
                    .or(() -> volumes.pool(dataset))
                    .or(() -> partials.pool(dataset)));
    PoolRecords copies = new PoolRecords(storage, LocalImages.source(store));
    RunFiles runs = keep(new RunFiles(paths), RunFiles::close);
    this.hall =
        new Hall(
            paths,
            launcher,
            Boot.id(),
            keep(new ZoneStore(paths, Optional.of(copies)), ZoneStore::close),
            runs,
            keep(new Journal(paths), Journal::close),
            storage,
            ways,
            LocalImages.source(store),
            CgroupHost.own(),
            paths.cgroups(),
            keep(EventLog.open(paths.events(), EVENT_FILE), EventLog::close),
            table,
            volumes,
            keep(new VolumeStore(paths, copies), VolumeStore::close),
            partials,
            new IdRanges(idRanges),
            networks,
            keep(
                new HostFirewall(
                    paths,
                    networks.switchboard().wall(),
                    networks.switchboard().names(),
                    () -> table.list().stream().map(zone -> zone.record().spec()).toList()),
                HostFirewall::close),
            keep(new HostBalances(paths, networks, table::list), HostBalances::close),
            keep(new HostMetadata(runs), HostMetadata::close),
            new Executor(failpoints),
            keep(StateDisk.open(paths.state()), StateDisk::close),
            keep(Lookout.open("polder-streams"), Lookout::close),
            keep(Lookout.open("polder-ends"), Lookout::close),
            new Timers());
    closing.add(hall::removeCgroupParent);
    Leftovers leftovers = new Leftovers(hall.timers());
    Supervisor supervisor = keep(new Supervisor(hall, leftovers), Supervisor::close);
    closing.add(() -> table.list().forEach(LocalHost::release));
    closing.add(hall.timers()::close);
    closing.add(leftovers::close);
    copies.retryBy(leftovers);
    Snapping snapping = new Snapping(hall, leftovers);
    this.likenesses = new Likenesses(hall, leftovers);
    Schedules schedules = keep(new Schedules(hall, snapping), Schedules::close);
    this.networks = new LocalNetworks(hall);
    this.firewall = new LocalFirewall(hall);
    this.balances = new LocalBalances(hall);
    HostNames names = new HostNames(networks, table::list);
    table.note(
        () -> {
          names.noted();
          hall.balances().noted();
        });
    Creation creation = new Creation(hall, this.networks, schedules, leftovers);
    Stopping stopping = new Stopping(hall);
    Turns turns = new Turns(hall);
    Plugging plugging = new Plugging(hall);
    Updating updating =
        new Updating(hall, creation, supervisor, this.networks, schedules, plugging);
    Keeping keeping = keep(new Keeping(hall, creation, schedules, pools), Keeping::close);
    RollingBack rollingBack = new RollingBack(hall, supervisor, stopping);
    Further further = new Further(hall);
    this.zones =
        new LocalZones(hall, turns, creation, keeping, snapping, updating, supervisor, stopping);
    this.deleted =
        new LocalDeletedZones(
            hall, keeping, creation, updating, snapping, schedules, this.networks);
    this.guests = new LocalGuests(hall, turns);
    this.snapshots = new LocalSnapshots(hall, turns, snapping, rollingBack);
    Pacing pacing = new Pacing();
    hall.metadata()
        .begin(zone -> new FromInside(hall, turns, updating, snapping, snapshots, pacing, zone));
    Registries registries =
        new Registries(
            () -> Settings.read(paths.config().resolve("registries.json")),
            new DockerConfig(paths.config().resolve("auth.json"), new HelperProgram(launcher)));
    this.images =
        new LocalImages(
            store,
            keep(new Pulling(store, registries), Pulling::close),
            keep(new Pushing(registries, failpoints::places), Pushing::close),
            new Imaging(store, hall, snapping, likenesses),
            hall);
    Partials parts = new Partials(hall, leftovers);
    this.transfers =
        new LocalTransfers(
            hall,
            turns,
            parts,
            creation,
            snapping,
            further,
            name -> pools.pools().stream().anyMatch(pool -> pool.name().equals(name)));
    this.checks = new Checks(hall, store, launcher);
    this.volumes = new LocalVolumes(hall, leftovers, snapping, schedules);
    this.pools =
        new LocalPools(pools, hall, new Adopting(hall, pools, creation, this.volumes, snapping));
    this.takeover =
        new Takeover(
            hall,
            creation,
            supervisor,
            stopping,
            snapping,
            rollingBack,
            further,
            plugging,
            this.volumes,
            this.firewall);
    takeover.run();
    parts.settle();
    networks.answer(names);
    table.list().forEach(schedules::look);
    this.volumes.follow();
    keeping.look();
    keep(new Autoboot(hall, supervisor), Autoboot::close).run();
  }

  private <T> T keep(T opened, Consumer<T> close) {
    closing.add(() -> close.accept(opened));
    return opened;
  }

  /**
   * Opens the host at {@code paths}; takes over what runs there.
   *
   * @param network the namespace in which the host's ends of networks are
   */
  static LocalHost open(
      HostPaths paths, Brands brands, Failpoints failpoints, int idRanges, Fd network) {
    Undo closing = new Undo();
    closing.add(network::close);
    try {
      HostLock lock = HostLock.take(paths);
      closing.add(lock::close);
      return new LocalHost(closing, paths, brands, failpoints, idRanges, network);
    } catch (RuntimeException | Error e) {
      try {
        closing.close();
      } catch (RuntimeException left) {
        e.addSuppressed(left);
      }
      if (e instanceof RuntimeException failure) {
        throw Failures.of("open the host at " + paths.state(), failure);
      }
      throw e;
    }
  }

  @Override
  public Zones zones() {
    return open(zones);
  }

  @Override
  public DeletedZones deleted() {
    return open(deleted);
  }

  @Override
  public Guests guests() {
    return guests;
  }

  @Override
  public Images images() {
    return open(images);
  }

  @Override
  public Pools pools() {
    return open(pools);
  }

  @Override
  public Snapshots snapshots() {
    return open(snapshots);
  }

  @Override
  public Transfers transfers() {
    return open(transfers);
  }

  @Override
  public Volumes volumes() {
    return open(volumes);
  }

  @Override
  public Networks networks() {
    return open(networks);
  }

  @Override
  public Firewall firewall() {
    return open(firewall);
  }

  @Override
  public Balances balances() {
    return open(balances);
  }

  @Override
  public Events events() {
    return open(hall.events());
  }

  @Override
  public HostInfo info() {
    return open(checks).info();
  }

  @Override
  public List<Finding> doctor() {
    return open(checks).doctor();
  }

  @Override
  public List<Finding> fsck() {
    return new Fsck(
            open(hall),
            store,
            pools,
            volumes,
            networks,
            firewall,
            likenesses,
            balances,
            takeover.damaged())
        .run();
  }

  /** {@code part}, while the host is open. */
  private <T> T open(T part) {
    if (closed) {
      throw LocalZone.hostClosed();
    }
    return part;
  }

  private static void release(LocalZone zone) {
    zone.operating().lock();
    try {
      zone.release();
    } finally {
      zone.operating().unlock();
    }
  }

  /**
   * Lets go of everything; zones run on, and wait with what they write until they are found. Who
   * waits for a zone is told that the host was closed. What cannot be closed keeps nothing else
   * open.
   */
  @Override
  public void close() {
    closed = true;
    closing.close();
  }
}
