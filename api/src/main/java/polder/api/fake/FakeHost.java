package polder.api.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.model.Adoptee;
import polder.model.Balances;
import polder.model.DeletedZones;
import polder.model.Events;
import polder.model.Finding;
import polder.model.Firewall;
import polder.model.Guests;
import polder.model.Host;
import polder.model.HostInfo;
import polder.model.Image;
import polder.model.Images;
import polder.model.Networks;
import polder.model.Pools;
import polder.model.Snapshots;
import polder.model.Transfers;
import polder.model.Version;
import polder.model.Volume;
import polder.model.Volumes;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.Zones;

/**
 * A host in memory, for tests of whatever speaks to a {@link Host}.
 *
 * <p>It means the same as a real one: states, refusals, update plans, events, streams. Its zones
 * run a few programs that are written in Java ({@link FakeShell}); an image's content is read and
 * its digest taken, and nothing of it is kept.
 */
public final class FakeHost implements Host {
  private final FakeEvents events = new FakeEvents();
  private final FakeImages images = new FakeImages(events);
  private final FakePools pools = new FakePools(events);
  private final FakeVolumes volumes = new FakeVolumes(events, pools);
  private final FakeNetworks networks = new FakeNetworks(events);
  private final FakeZones zones = new FakeZones(events, images, volumes, networks);
  private final FakeFirewall firewall = new FakeFirewall(events, zones);
  private final FakeBalances balances = new FakeBalances(events, zones, networks);
  private final FakeGuests guests = new FakeGuests(zones);
  private final FakeSnapshots snapshots = new FakeSnapshots(zones);

  private final FakeTransfers transfers = new FakeTransfers(zones, pools);

  /** A host without zones and images. */
  public FakeHost() {
    images.usedBy(zones::uses);
    volumes.usedBy(() -> zones.list().stream().map(Zone::spec).toList(), zones.deleted::specs);
    images.of(zones::get);
    networks.ask(zones::list);
    pools.countedBy(
        name ->
            zones.specs().stream()
                .filter(spec -> spec.get(ZoneProperties.ZPOOL).equals(name))
                .count(),
        volumes::count);
    pools.filledBy(this::lying);
  }

  private List<Adoptee> lying(String pool) {
    List<Adoptee> all = new ArrayList<>();
    for (Volume volume : volumes.list()) {
      if (volume.pool().equals(pool)) {
        all.add(here(Adoptee.Kind.VOLUME, volume.uuid(), volume.name(), volume.zone()));
      }
    }
    for (Zone zone : zones.list()) {
      if (zone.spec().get(ZoneProperties.ZPOOL).equals(pool)) {
        Adoptee one = here(Adoptee.Kind.ZONE, zone.uuid(), zone.spec().name(), Optional.empty());
        all.add(
            zone.spec().find(ZoneProperties.IMAGE_UUID).map(this::origin).map(one::of).orElse(one));
      }
    }
    return all;
  }

  private Adoptee.Origin origin(UUID uuid) {
    Image image = images.get(uuid.toString());
    return new Adoptee.Origin(uuid, Optional.of(image.name() + ":" + image.tag()), true);
  }

  private static Adoptee here(Adoptee.Kind kind, UUID uuid, String name, Optional<UUID> zone) {
    return new Adoptee(
        kind, uuid, name, zone, Optional.empty(), 0, Adoptee.Fate.HERE, Optional.empty());
  }

  /**
   * From now on a registry has such an image.
   *
   * @param reference such as {@code registry.example/app:1}
   * @param tarball its userland
   */
  public void offer(String reference, byte[] tarball) {
    images.offer(reference, tarball);
  }

  @Override
  public Zones zones() {
    return zones;
  }

  @Override
  public DeletedZones deleted() {
    return zones.deleted;
  }

  @Override
  public Guests guests() {
    return guests;
  }

  @Override
  public Images images() {
    return images;
  }

  @Override
  public Pools pools() {
    return pools;
  }

  @Override
  public Snapshots snapshots() {
    return snapshots;
  }

  @Override
  public Transfers transfers() {
    return transfers;
  }

  @Override
  public Volumes volumes() {
    return volumes;
  }

  @Override
  public Networks networks() {
    return networks;
  }

  @Override
  public Firewall firewall() {
    return firewall;
  }

  @Override
  public Balances balances() {
    return balances;
  }

  @Override
  public Events events() {
    return events;
  }

  @Override
  public HostInfo info() {
    return new HostInfo(
        Version.ours(),
        Runtime.version().toString(),
        "0.0-fake",
        "amd64",
        ProcessHandle.current().pid(),
        Map.of("state", "/fake", "run", "/fake/run"),
        Map.of(
            "zones",
            (long) zones.list().size(),
            "running",
            zones.running(),
            "images",
            (long) images.list().size()));
  }

  @Override
  public List<Finding> doctor() {
    return List.of(
        new Finding("host", Finding.Level.OK, "in memory", ""),
        new Finding("kernel", Finding.Level.WARNING, "there is none", "use a real host"));
  }

  @Override
  public List<Finding> fsck() {
    return List.of();
  }

  /** Ends every zone: there is nobody else to run them. */
  @Override
  public void close() {
    zones.close();
    events.close();
  }
}
