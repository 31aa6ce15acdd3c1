package polder.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.brand.RootFiles;
import polder.image.ImageHold;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.storage.Root;

/** Makes zones, and takes them away. */
final class Creation {
  private final Hall hall;
  private final ZoneVolumes volumes;
  private final LocalNetworks networks;
  private final Schedules schedules;
  private final Making making;

  Creation(Hall hall, LocalNetworks networks, Schedules schedules, Leftovers leftovers) {
    this.hall = hall;
    this.making = new Making(hall, networks, schedules, leftovers);
    this.volumes = new ZoneVolumes(hall);
    this.networks = networks;
    this.schedules = schedules;
  }

  /**
   * The spec that would be recorded: checked, with a uuid, its image resolved, and possible here.
   */
  ZoneSpec settle(ZoneSpec asked) {
    ZoneSpec spec = asked.checked();
    if (!spec.has(ZoneProperties.ZONE_UUID)) {
      spec = spec.with(ZoneProperties.ZONE_UUID, UUID.randomUUID());
    }
    Optional<String> image =
        spec.find(ZoneProperties.IMAGE)
            .or(() -> asked.find(ZoneProperties.IMAGE_UUID).map(UUID::toString));
    List<Fault> faults = new ArrayList<>();
    if (image.isPresent()) {
      ImageSource.Found found = hall.images().get(image.get());
      spec = spec.without(ZoneProperties.IMAGE).with(ZoneProperties.IMAGE_UUID, found.uuid());
      spec = spec.withOwnVolumes(volumes.ofImage(found));
      faults.addAll(Requirements.check(found.about(), spec));
    }
    verify("the payload is refused", spec, faults);
    return spec;
  }

  /** As {@link #settle}, for a zone that is not to be made: what it would be given stays free. */
  ZoneSpec foresee(ZoneSpec asked) {
    ZoneSpec spec = settle(asked);
    return networks.foresee(spec);
  }

  /** The addresses that a spec would have here; nothing is given. */
  ZoneSpec foreseeAddresses(ZoneSpec spec) {
    return networks.foresee(spec);
  }

  /** Refuses what the storage or the brand cannot do on this host. */
  void verify(String what, ZoneSpec spec) {
    verify(what, spec, List.of());
  }

  private void verify(String what, ZoneSpec spec, List<Fault> more) {
    List<Fault> faults = new ArrayList<>(more);
    faults.addAll(hall.storage().verify(spec));
    faults.addAll(hall.brand(spec.brand()).verify(spec));
    faults.addAll(volumes.verify(spec));
    faults.addAll(hall.networks().verifyGuarded(spec));
    if (!faults.isEmpty()) {
      throw new PolderException(what, faults);
    }
  }

  /** Makes a zone, wholly or not at all. */
  LocalZone create(ZoneSpec asked) {
    ZoneSpec spec = settle(asked);
    hall.disk().demandRoom("create zone '%s'".formatted(spec.name()));
    try (ImageHold _ = hold(spec)) { // it may go until then, and no longer
      LocalZone zone =
          making.make(
              new Making.Draft(
                  Making.CREATE,
                  Making.anew(spec, Optional.empty()),
                  Planner.create(spec),
                  List.of(),
                  (_, _) -> {}));
      tell("zone.create", zone);
      return zone;
    } catch (RuntimeException e) {
      throw Failures.of("create zone '%s'".formatted(spec.name()), e);
    }
  }

  /**
   * Makes a zone that was sent here, wholly or not at all.
   *
   * @param spec has a uuid; its image need not be here
   * @param config what its image says, if that is not here
   * @param fill receives its dataset
   */
  LocalZone receive(ZoneSpec spec, Optional<ImageConfig> config, Runnable fill) {
    verify("the zone that was sent is refused", spec);
    LocalZone zone =
        making.make(
            new Making.Draft(
                Making.CREATE,
                Making.anew(spec, config),
                Planner.receive(spec),
                List.of(),
                (_, _) -> {
                  refuseTaken(spec.uuid());
                  fill.run();
                }));
    tell("zone.receive", zone);
    return zone;
  }

  /**
   * Takes over a zone whose datasets are there, wholly or not at all; those stay in any case.
   *
   * @param found what its pool says of it
   * @param own its own volumes
   */
  LocalZone adopt(ZoneRecord found, List<VolumeRecord> own) {
    UUID uuid = found.uuid();
    List<Step.Make> plan =
        Planner.adopt(uuid, own.stream().map(VolumeRecord::uuid).sorted().toList());
    LocalZone zone =
        making.make(
            new Making.Draft(
                Making.ADOPT,
                found,
                plan,
                List.of(),
                (dataset, undo) -> {
                  if (dataset.equals(uuid)) {
                    var _ = root(hall, uuid);
                    setQuota(hall, found.spec());
                  }
                  own.stream()
                      .filter(each -> each.uuid().equals(dataset))
                      .forEach(each -> volumes.adoptOwn(each, undo));
                }));
    tell("zone.adopt", zone);
    return zone;
  }

  /** A dataset of that uuid is that of a zone whose record is damaged. */
  private void refuseTaken(UUID uuid) {
    if (hall.storage().find(uuid).isPresent()) {
      throw new PolderException(
          ErrorKind.EXISTS,
          "there is a dataset of zone %s, but no zone: see 'polder fsck', or receive it under another name"
              .formatted(uuid));
    }
  }

  private void tell(String kind, LocalZone zone) {
    ZoneSpec spec = zone.record().spec();
    hall.events()
        .add(kind, Optional.of(zone.uuid()), zone.name(), Map.of("brand", spec.brand().word()));
  }

  /**
   * Makes a zone of another, wholly or not at all; with that one's lock.
   *
   * @param snapshot which of its snapshots, which is there; empty for what it has now
   */
  LocalZone clone(LocalZone from, Optional<String> snapshot, ZoneSpec spec) {
    verify("the clone is refused", spec);
    hall.disk().demandRoom("clone zone '%s'".formatted(from.name()));
    boolean stands = snapshot.isEmpty() && from.life().isPresent() && !from.status().paused();
    List<Step.Make> plan = Planner.clone(spec, from.record().spec(), snapshot, stands);
    try {
      LocalZone zone =
          making.make(
              new Making.Draft(
                  Making.CREATE,
                  Making.anew(spec, from.record().config()),
                  plan,
                  stands ? List.of(from.uuid()) : List.of(),
                  (_, _) -> {}));
      tell("zone.create", zone);
      return zone;
    } catch (RuntimeException e) {
      throw Failures.of("clone zone '%s'".formatted(from.name()), e);
    }
  }

  private ImageHold hold(ZoneSpec spec) {
    return spec.find(ZoneProperties.IMAGE_UUID).map(hall.images()::hold).orElse(() -> {});
  }

  /** Lets a zone's dataset have what its spec says. */
  static void setQuota(Hall hall, ZoneSpec spec) {
    hall.storage().quota(spec.uuid(), spec.get(ZoneProperties.QUOTA) << 30);
  }

  /** A zone's root as the storage knows it. */
  static Root root(Hall hall, UUID zone) {
    return hall.storage()
        .find(zone)
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.HOST,
                    "the root of zone %s is gone from the storage".formatted(zone)));
  }

  /** A zone's files as its brand knows them. */
  static RootFiles files(Hall hall, UUID zone) {
    return switch (root(hall, zone)) {
      case Root.Tree(Path directory) -> new RootFiles.Tree(directory);
      case Root.Overlay(List<Path> layers, Path upper, Path work) ->
          new RootFiles.Overlay(layers, upper, work);
    };
  }

  /** Writes down that a zone is being deleted; from here on our death does not keep it. */
  void intend(LocalZone zone) {
    UUID uuid = zone.uuid();
    if (hall.journal().begun("delete", uuid)) {
      return;
    }
    refuseWithoutPool(zone);
    try {
      hall.executor()
          .once(
              "delete-intend",
              "note that zone %s is being deleted".formatted(uuid),
              () ->
                  hall.disk()
                      .spend(() -> hall.journal().begin("delete", uuid, Planner.delete(uuid))));
    } catch (RuntimeException e) {
      if (!Failures.noRoom(e)) {
        withdraw(zone, e); // it may be written: the next start would delete what nobody told of
        throw e;
      }
      // deleting is what makes room; half done, the zone tells of it
    }
  }

  private void withdraw(LocalZone zone, RuntimeException why) {
    try {
      withdraw(zone);
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  /** What could not be carried out is not begun: later it would be, unasked. */
  void refuseWithoutPool(LocalZone zone) {
    try {
      hall.storage().find(zone.uuid());
    } catch (PolderException e) {
      if (e.kind() == ErrorKind.UNAVAILABLE) {
        throw Failures.of("delete zone '%s'".formatted(zone.name()), e);
      }
      // whatever else is wrong with a dataset is no reason to keep it
    }
  }

  /** It is not being deleted after all. */
  void withdraw(LocalZone zone) {
    hall.journal().withdraw("delete", zone.uuid());
  }

  /** Takes a zone away that does not run, as is intended; with the zone's lock. */
  void delete(LocalZone zone) {
    delete(zone, "zone.delete", Map.of());
  }

  /** As {@link #delete(LocalZone)}, told as an event of that kind. */
  void delete(LocalZone zone, String kind, Map<String, Object> details) {
    UUID uuid = zone.uuid();
    List<Step.Drop> plan = Planner.delete(uuid);
    try {
      // not with run(): what is gone cannot come back, and what is left can be retried
      hall.disk()
          .spend(() -> hall.executor().runAll("delete", plan, (step, none) -> making.drop(step)));
      hall.journal().done("delete", uuid); // not if it failed: then our next start tries again
    } catch (RuntimeException e) {
      zone.status(Statuses.failed(zone.status(), "its deletion broke off: " + e.getMessage()));
      throw Failures.of("delete zone '%s'".formatted(zone.name()), e);
    }
    schedules.forget(zone);
    hall.table().remove(zone);
    zone.record().ids().ifPresent(hall.ids()::release);
    hall.networks().leases().release(uuid);
    zone.vanish();
    forgetAddresses();
    if (hall.table().list().isEmpty()) {
      hall.removeCgroupParent();
    }
    hall.events().add(kind, Optional.of(uuid), zone.name(), details);
    hall.disk().keep();
  }

  /** Who has a zone's addresses from now on is not who they were to the firewall. */
  void forgetAddresses() {
    try {
      hall.firewall().follow();
    } catch (PolderException e) {
      // no zone can get its addresses before the firewall is looked at again
    }
  }

  /** Finishes or takes back, after our own death, what the journal says was begun. */
  void recover(Journal.Intent intent) {
    making.recover(intent);
  }
}
