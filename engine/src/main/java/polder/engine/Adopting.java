package polder.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.Adoptee.Fate;
import polder.model.Adoptee.Kind;
import polder.model.Adoption;
import polder.model.Device;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Filesystem;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.Progress;
import polder.model.Property;
import polder.model.Security;
import polder.model.VmProperties;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.storage.PoolTable;

/**
 * Reads a pool back that another host had, object by object: volumes first, then the zones that
 * attach them. A dry run judges by the same rules, and takes for granted what it would have taken.
 */
final class Adopting {
  private final Hall hall;
  private final PoolTable pools;
  private final Creation creation;
  private final LocalVolumes volumes;
  private final Snapping snapping;

  Adopting(Hall hall, PoolTable pools, Creation creation, LocalVolumes volumes, Snapping snapping) {
    this.hall = hall;
    this.pools = pools;
    this.creation = creation;
    this.volumes = volumes;
    this.snapping = snapping;
  }

  Adoption adopt(String pool, AdoptRequest request, Progress progress) {
    if (pool.equals(Pool.DEFAULT)) {
      throw new PolderException(
          ErrorKind.UNSUPPORTED,
          "cannot adopt pool '%s': it is a directory of the state's file system, and has been here"
                  .formatted(pool)
              + " always");
    }
    if (!request.dryRun()) {
      hall.disk().demandRoom("adopt what is in pool '%s'".formatted(pool));
    }
    List<PoolContents.Found> all = new ArrayList<>(PoolContents.of(pools.storage(pool), pool));
    all.removeIf(each -> hall.partials().find(each.seen().uuid()).isPresent()); // not to be taken
    return new Pass(pool, request, List.copyOf(all)).run(progress);
  }

  /** One reading of a pool. */
  private final class Pass {
    private final String pool;
    private final AdoptRequest request;
    private final List<PoolContents.Found> all;
    private final List<PoolContents.Found> asked;
    private final NewNames names;
    private final Set<String> used = new HashSet<>(); // by volumes that a dry run would have taken
    private final Set<UUID> planned = new HashSet<>(); // those volumes
    private final Set<String> aliases = new HashSet<>();
    private final Set<UUID> taken = new HashSet<>(); // own volumes, with their zones

    Pass(String pool, AdoptRequest request, List<PoolContents.Found> all) {
      this.pool = pool;
      this.request = request;
      this.all = all;
      this.asked = asked();
      this.names = NewNames.of(request.names(), asked, this::isVolumeHere);
    }

    private boolean isVolumeHere(String name) {
      return hall.volumes().find(name).filter(each -> each.pool().equals(pool)).isPresent();
    }

    Adoption run(Progress progress) {
      List<Adoptee> told = new ArrayList<>();
      for (PoolContents.Found each : asked) {
        progress.report("objects", told.size(), asked.size());
        if (each.seen().zone().isEmpty()) {
          Adoptee seen = withImage(each);
          told.add(each.record().map(record -> decide(seen, record)).orElse(seen));
        }
      }
      for (PoolContents.Found own : asked) { // what became of their zones is known by now
        if (own.seen().zone().isPresent()) {
          told.add(own.record().map(_ -> asItsZone(own.seen())).orElse(own.seen()));
        }
      }
      progress.report("objects", asked.size(), asked.size());
      return new Adoption(pool, told);
    }

    /** No pool has images; zones run without, and who wants more of them must know which it was. */
    private Adoptee withImage(PoolContents.Found found) {
      if (found.record().orElse(null) instanceof PoolRecord.OfZone(ZoneRecord zone)
          && zone.spec().find(ZoneProperties.IMAGE_UUID).isPresent()) {
        UUID image = zone.spec().find(ZoneProperties.IMAGE_UUID).get();
        return found.seen().of(new Adoptee.Origin(image, zone.imageName(), isImageHere(image)));
      }
      return found.seen();
    }

    private boolean isImageHere(UUID image) {
      try {
        var _ = hall.images().get(image.toString());
        return true;
      } catch (PolderException e) {
        return false;
      }
    }

    /** What was named, with the own volumes of zones that were; or all. */
    private List<PoolContents.Found> asked() {
      if (request.objects().isEmpty()) {
        return all;
      }
      List<String> unknown =
          request.objects().stream()
              .filter(name -> all.stream().noneMatch(each -> each.isCalled(name)))
              .distinct()
              .toList();
      if (!unknown.isEmpty()) {
        throw new PolderException(
            ErrorKind.NOT_FOUND,
            "in pool '%s' there is no '%s'; see what there is by a dry run"
                .formatted(pool, String.join("', '", unknown)));
      }
      Set<UUID> named = new HashSet<>();
      all.stream().filter(this::isNamed).forEach(each -> named.add(each.seen().uuid()));
      return all.stream()
          .filter(
              each ->
                  named.contains(each.seen().uuid())
                      || each.seen().zone().filter(named::contains).isPresent())
          .toList();
    }

    private boolean isNamed(PoolContents.Found found) {
      return request.objects().stream().anyMatch(found::isCalled);
    }

    private Adoptee decide(Adoptee seen, PoolRecord record) {
      try {
        if (isHere(seen)) {
          refuseRenaming(seen);
          return seen.becoming(Fate.HERE, Optional.empty());
        }
        refuseUuid(seen.uuid());
        switch (record) {
          case PoolRecord.OfVolume(VolumeRecord volume) ->
              take(names.of(volume.uuid()).map(volume::called).orElse(volume));
          case PoolRecord.OfZone(ZoneRecord zone) -> take(zone);
        }
        return names
            .of(seen)
            .becoming(request.dryRun() ? Fate.ADOPTABLE : Fate.ADOPTED, Optional.empty());
      } catch (RuntimeException e) {
        String what = "adopt %s '%s'".formatted(word(seen.kind()), seen.name());
        String why = String.valueOf(Failures.of(what, e).getMessage());
        return seen.becoming(Fate.REFUSED, Optional.of(why));
      }
    }

    private void refuseRenaming(Adoptee seen) {
      Optional<String> other = names.of(seen.uuid()).filter(name -> !name.equals(seen.name()));
      if (other.isPresent()) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "it is here already, and not called '%s': another name is given on the way in only"
                .formatted(other.get()));
      }
    }

    private boolean isHere(Adoptee seen) {
      Optional<String> there =
          seen.kind() == Kind.ZONE
              ? hall.table().pool(seen.uuid())
              : hall.volumes().pool(seen.uuid());
      return there.filter(pool::equals).isPresent();
    }

    /** An own volume goes with its zone. */
    private Adoptee asItsZone(Adoptee own) {
      if (hall.volumes().pool(own.uuid()).filter(pool::equals).isPresent()) {
        Fate fate = taken.contains(own.uuid()) ? Fate.ADOPTED : Fate.HERE;
        return own.becoming(fate, Optional.empty());
      }
      if (taken.contains(own.uuid())) {
        return own.becoming(Fate.ADOPTABLE, Optional.empty());
      }
      boolean there =
          all.stream().anyMatch(each -> each.seen().uuid().equals(own.zone().orElseThrow()));
      return own.becoming(
          Fate.REFUSED,
          Optional.of(
              "it is the own of zone %s, which %s"
                  .formatted(
                      own.zone().orElseThrow(), there ? "is not taken" : "is not in this pool")));
    }

    /** Two datasets of one uuid would be each other's. */
    private void refuseUuid(UUID uuid) {
      Optional<String> elsewhere =
          hall.table().pool(uuid).or(() -> hall.volumes().pool(uuid)).or(() -> otherPool(uuid));
      if (elsewhere.isPresent()) {
        throw new PolderException(
            ErrorKind.EXISTS,
            "its uuid %s is that of another dataset, in pool '%s'"
                .formatted(uuid, elsewhere.get()));
      }
      if (hall.cgroup(uuid).exists()) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "it runs here, though its record is damaged; put that right: see 'polder fsck'");
      }
      for (String operation :
          List.of(
              Making.CREATE, "delete", "volume-create", "volume-delete", Likenesses.OPERATION)) {
        if (hall.journal().begun(operation, uuid)) {
          throw new PolderException(
              ErrorKind.WRONG_STATE, "it is being made or taken away by this host");
        }
      }
    }

    private Optional<String> otherPool(UUID uuid) {
      return pools.pools().stream()
          .map(Pool::name)
          .filter(name -> !name.equals(pool) && isIn(name, uuid))
          .findFirst();
    }

    private boolean isIn(String name, UUID uuid) {
      try {
        return pools.storage(name).find(uuid).isPresent();
      } catch (PolderException e) {
        return false; // it is missing, and so is what is in it
      }
    }

    // Volumes

    private void take(VolumeRecord volume) {
      if (hall.volumes().find(volume.name()).isPresent() || !used.add(volume.name())) {
        throw new PolderException(
            ErrorKind.EXISTS,
            "there is a volume '%s' already; take this one under another name: --name %s=NAME"
                .formatted(volume.name(), volume.name()));
      }
      if (!request.dryRun()) {
        volumes.adopt(volume);
      }
      planned.add(volume.uuid());
    }

    // Zones

    private void take(ZoneRecord found) {
      ZoneSpec spec = names.follow(found.spec());
      refuseKept(found);
      List<VolumeRecord> own = own(spec);
      refuseLeft(found.spec());
      List<Fault> faults = new ArrayList<>(reaches(spec));
      faults.addAll(reachesVolumes(spec));
      if (!faults.isEmpty() && !request.trusted()) {
        throw new PolderException(
            "its payload reaches into the host, and the pool was not said to be trusted", faults);
      }
      creation.verify("its payload is refused", withoutPlanned(found.spec(), spec));
      refuseAlias(spec);
      if (request.dryRun()) {
        var _ = creation.foreseeAddresses(spec);
      } else {
        LocalZone zone = creation.adopt(record(found, spec), own);
        snapping.lookFirst(zone);
      }
      own.forEach(each -> taken.add(each.uuid()));
    }

    private void refuseKept(ZoneRecord found) {
      if (found.kept().isPresent() && request.objects().isEmpty()) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "it was deleted on %s; name it to have it back"
                .formatted(found.kept().get().deleted()));
      }
    }

    /** What is recorded of it here: it is down, and what its image says goes with it at need. */
    private ZoneRecord record(ZoneRecord found, ZoneSpec spec) {
      boolean up = spec.get(ZoneProperties.AUTOBOOT);
      return new ZoneRecord(
          found.generation(),
          up ? spec.with(ZoneProperties.AUTOBOOT, false) : spec,
          Optional.empty(),
          found.created(),
          found.modified(),
          found.config(),
          found.imageName(),
          Optional.empty());
    }

    /** The volumes of this pool that a payload means by that name; two in a pool that lies. */
    private List<Adoptee> meant(String volume) {
      return all.stream()
          .filter(each -> each.seen().kind() == Kind.VOLUME && each.isCalled(volume))
          .map(PoolContents.Found::seen)
          .toList();
    }

    private boolean isIn(Adoptee volume) {
      return planned.contains(volume.uuid()) || isHere(volume);
    }

    /** Another volume of this host, that happens to have the name, is not what the zone had. */
    private void refuseLeft(ZoneSpec said) {
      List<Fault> faults = new ArrayList<>();
      forNamed(
          said,
          (i, each) -> {
            List<Adoptee> meant = meant(each.volume());
            if (!meant.isEmpty() && meant.stream().noneMatch(this::isIn)) {
              faults.add(
                  new Fault(
                      "filesystems[%d].source".formatted(i),
                      "volume '%s' of this pool is not taken: take it first, or with the zone"
                          .formatted(each.volume())));
            }
          });
      if (!faults.isEmpty()) {
        throw new PolderException("a volume that it attaches is missing", faults);
      }
    }

    /** Who wrote the pool did not write what other volumes of this host have. */
    private List<Fault> reachesVolumes(ZoneSpec spec) {
      List<Fault> faults = new ArrayList<>();
      forNamed(
          spec,
          (i, each) -> {
            String volume = each.volume();
            boolean another =
                hall.volumes().find(volume).filter(one -> !one.pool().equals(pool)).isPresent();
            if (another) {
              faults.add(
                  new Fault(
                      "filesystems[%d].source".formatted(i),
                      "volume '%s' is this host's, and not of this pool".formatted(volume)));
            }
          });
      return faults;
    }

    private static void forNamed(ZoneSpec spec, BiConsumer<Integer, Filesystem> each) {
      List<Filesystem> filesystems = spec.get(ZoneProperties.FILESYSTEMS);
      for (int i = 0; i < filesystems.size(); i++) {
        if (filesystems.get(i).isVolume() && !filesystems.get(i).isOwnVolume()) {
          each.accept(i, filesystems.get(i));
        }
      }
    }

    /** Its own volumes: each that its payload has, once, and those that it had. */
    private List<VolumeRecord> own(ZoneSpec spec) {
      List<VolumeRecord> own = new ArrayList<>();
      Set<String> targets = new HashSet<>();
      for (PoolContents.Found each : all) {
        if (each.record().orElse(null) instanceof PoolRecord.OfVolume(VolumeRecord volume)
            && volume.isOwn(spec.uuid())) {
          if (!targets.add(volume.owner().orElseThrow().target())) {
            throw new PolderException(
                ErrorKind.HOST,
                "there are two volumes of its own for " + volume.owner().orElseThrow().target());
          }
          refuseUuid(volume.uuid());
          own.add(volume);
        }
      }
      List<Fault> missing = new ArrayList<>();
      for (Filesystem each : spec.volumes()) {
        if (each.isOwnVolume() && !targets.contains(each.target())) {
          missing.add(new Fault(each.target(), "the zone's own volume is not in the pool"));
        }
      }
      if (!missing.isEmpty()) {
        throw new PolderException("a part of it is missing", missing);
      }
      return own;
    }

    /** Its payload, but for the volumes that a dry run would have taken before it. */
    private ZoneSpec withoutPlanned(ZoneSpec said, ZoneSpec spec) {
      if (!request.dryRun()) {
        return spec;
      }
      List<Filesystem> before = said.get(ZoneProperties.FILESYSTEMS);
      List<Filesystem> left = new ArrayList<>(spec.get(ZoneProperties.FILESYSTEMS));
      for (int i = before.size() - 1; i >= 0; i--) {
        Filesystem each = before.get(i);
        if (each.isVolume()
            && meant(each.volume()).stream().anyMatch(one -> planned.contains(one.uuid()))) {
          left.remove(i);
        }
      }
      return spec.with(ZoneProperties.FILESYSTEMS, left);
    }

    private void refuseAlias(ZoneSpec spec) {
      Optional<String> alias = spec.find(ZoneProperties.ALIAS);
      boolean used =
          hall.table().list().stream()
              .anyMatch(zone -> zone.record().spec().find(ZoneProperties.ALIAS).equals(alias));
      if (alias.isPresent() && (used || !aliases.add(alias.get()))) {
        throw new PolderException(
            ErrorKind.EXISTS,
            "the alias '%s' is that of another zone; take this one under another name: --name %s=NAME"
                .formatted(alias.get(), alias.get()));
      }
    }
  }

  private static String word(Kind kind) {
    return kind == Kind.ZONE ? "zone" : "volume";
  }

  /** What in a payload gives a zone more of the host than a zone has by itself. */
  static List<Fault> reaches(ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    List<Filesystem> filesystems = spec.get(ZoneProperties.FILESYSTEMS);
    for (int i = 0; i < filesystems.size(); i++) {
      Filesystem each = filesystems.get(i);
      if (each.type().equals("lofs")) {
        faults.add(
            new Fault("filesystems[%d].source".formatted(i), each.source() + " is the host's"));
      }
    }
    List<Device> devices = spec.get(ZoneProperties.DEVICES);
    for (int i = 0; i < devices.size(); i++) {
      faults.add(
          new Fault("devices[%d].path".formatted(i), devices.get(i).path() + " is the host's"));
    }
    for (Property<String> file : List.of(VmProperties.KERNEL, VmProperties.INITRD)) {
      spec.find(file)
          .ifPresent(path -> faults.add(new Fault(file.name(), path + " is the host's")));
    }
    List<Nic> nics = spec.get(ZoneProperties.NICS);
    for (int i = 0; i < nics.size(); i++) {
      if (!nics.get(i).freedoms().equals(Nic.Freedoms.NONE)) {
        faults.add(new Fault("nics[%d]".formatted(i), "it could send as somebody else"));
      }
    }
    Security security = spec.get(ZoneProperties.SECURITY);
    if (!security.userns()) {
      faults.add(new Fault("security.userns", "its root would be the host's"));
    }
    if (security.seccomp().equals("unconfined")) {
      faults.add(new Fault("security.seccomp", "it could ask anything of the kernel"));
    }
    return faults;
  }
}
