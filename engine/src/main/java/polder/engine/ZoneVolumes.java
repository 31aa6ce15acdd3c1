package polder.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.MountTable;
import polder.linux.ProcessIdentity;
import polder.linux.SyscallException;
import polder.linux.TreeCopy;
import polder.linux.Walk;
import polder.model.DataCompression;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Filesystem;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.storage.Root;
import polder.storage.StoppedRoot;

/** What zones have to do with volumes: those that they name, and those that are their own. */
final class ZoneVolumes {
  private final Hall hall;

  ZoneVolumes(Hall hall) {
    this.hall = hall;
  }

  /** Says which volumes of a payload there are not, a fault for each. */
  List<Fault> verify(ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    List<Filesystem> filesystems = spec.get(ZoneProperties.FILESYSTEMS);
    for (int i = 0; i < filesystems.size(); i++) {
      Filesystem each = filesystems.get(i);
      if (each.isVolume() && !each.isOwnVolume()) {
        String path = "filesystems[%d].source".formatted(i);
        refusal(each.volume()).ifPresent(why -> faults.add(new Fault(path, why)));
      }
    }
    return faults;
  }

  private Optional<String> refusal(String name) {
    Optional<VolumeRecord> found = hall.volumes().find(name);
    if (found.isEmpty()) {
      return Optional.of(missing(name));
    }
    if (found.get().owner().isPresent()) {
      return Optional.of("volume '%s' is another zone's own".formatted(name));
    }
    return hall.journal().begun("volume-delete", found.get().uuid())
        ? Optional.of("volume '%s' is being deleted".formatted(name))
        : Optional.empty();
  }

  private static String missing(String name) {
    return "there is no volume '%s'; make it with 'polder volume create %s'".formatted(name, name);
  }

  /**
   * Keeps the volumes that {@code spec} names from being deleted, until its zone says so itself.
   *
   * @throws PolderException INVALID if one of them is not there
   */
  void promise(String what, ZoneSpec spec) {
    if (VolumeTable.named(spec).isEmpty()) {
      return;
    }
    hall.volumes()
        .alone(
            () -> {
              List<Fault> faults = verify(spec);
              if (!faults.isEmpty()) {
                throw new PolderException(what, faults);
              }
              hall.volumes().promise(spec);
              return spec;
            });
  }

  /** Where the volumes of a zone lie, by where they are mounted. */
  Map<String, Path> places(ZoneSpec spec) {
    Map<String, Path> places = new LinkedHashMap<>();
    for (Filesystem each : spec.volumes()) {
      places.put(each.target(), place(spec, each));
    }
    return places;
  }

  private Path place(ZoneSpec spec, Filesystem filesystem) {
    Optional<VolumeRecord> found =
        filesystem.isOwnVolume()
            ? hall.volumes().own(spec.uuid(), filesystem.target())
            : hall.volumes().find(filesystem.volume());
    if (found.isEmpty()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "filesystem %s: %s"
              .formatted(
                  filesystem.target(),
                  filesystem.isOwnVolume()
                      ? "the zone's own volume is gone; leave it out"
                      : missing(filesystem.volume())));
    }
    return directory(found.get());
  }

  private Path directory(VolumeRecord volume) {
    return switch (root(volume)) {
      case Root.Tree(Path directory) -> directory;
      case Root.Overlay overlay ->
          throw new IllegalStateException("a volume has no layers: " + overlay);
    };
  }

  private Root root(VolumeRecord volume) {
    return hall.storage()
        .find(volume.uuid())
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.HOST,
                    "the dataset of volume '%s' is gone; delete it, or restore it from a backup"
                        .formatted(volume.name())));
  }

  /** The zones whose payload attaches a volume, be they made or not, or kept. */
  List<LocalZone> users(VolumeRecord volume) {
    return hall.table().all().stream()
        .filter(zone -> VolumeTable.attaches(zone.record().spec(), volume))
        .toList();
  }

  /**
   * Refuses to take away a volume that a zone has or is about to have.
   *
   * @throws PolderException WRONG_STATE, with the zones
   */
  void refuseInUse(String what, VolumeRecord volume) {
    Optional<UUID> owner = volume.owner().map(VolumeRecord.Owner::zone).filter(this::isThere);
    if (owner.isPresent()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "cannot %s: it is the own of zone '%s', and goes with it"
              .formatted(what, name(owner.get())));
    }
    List<String> users = new ArrayList<>(users(volume).stream().map(ZoneVolumes::called).toList());
    for (UUID zone : hall.volumes().promised(volume)) {
      if (!users.contains(name(zone))) {
        users.add(name(zone));
      }
    }
    if (!users.isEmpty()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "cannot %s: it is attached by zone %s; update or delete them first"
              .formatted(what, quoted(users)));
    }
    List<String> holders = holders(volume);
    if (!holders.isEmpty()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "cannot %s: zone %s still has it mounted; reboot or stop them first"
              .formatted(what, quoted(holders)));
    }
  }

  /** Whether there is such a zone, be it kept, or one whose record is damaged. */
  boolean isThere(UUID zone) {
    return hall.table().findAny(zone).isPresent()
        || hall.store().aside().stream().map(ZoneStore::before).anyMatch(zone.toString()::equals);
  }

  private String name(UUID zone) {
    return hall.table().findAny(zone).map(ZoneVolumes::called).orElse(zone.toString());
  }

  /** What a zone is called where others are; one that is kept shares its name, perhaps. */
  private static String called(LocalZone zone) {
    return zone.record().kept().isPresent()
        ? "%s (deleted, %s)".formatted(zone.name(), zone.uuid())
        : zone.name();
  }

  private static String quoted(List<String> names) {
    return "'" + String.join("', '", names) + "'";
  }

  /** The names of the running zones that have a volume mounted, whatever their payload says now. */
  List<String> holders(VolumeRecord volume) {
    return holding(volume).stream().map(this::name).toList();
  }

  /** The running zones that have a volume mounted, whatever their payload says now. */
  List<UUID> holding(VolumeRecord volume) {
    String part = "/" + volume.uuid() + "/";
    List<UUID> holders = new ArrayList<>();
    for (String group : hall.cgroups().children(hall.cgroupParent())) {
      UUID zone = UUID.fromString(group);
      Optional<ProcessIdentity> first = ProcessIdentity.firstIn(hall.cgroup(zone));
      if (first.isPresent() && mounts(first.get().pid(), part)) {
        holders.add(zone);
      }
    }
    return holders;
  }

  private static boolean mounts(int pid, String part) {
    try {
      return MountTable.of(pid).entries().stream()
          .anyMatch(each -> (each.root() + "/").contains(part));
    } catch (SyscallException e) {
      return false; // it has just ended
    }
  }

  /**
   * Refuses an update that asks for one more volume of the zone's own.
   *
   * @throws PolderException UNSUPPORTED
   */
  void refuseNewOwn(ZoneSpec before, ZoneSpec after) {
    for (Filesystem each : after.get(ZoneProperties.FILESYSTEMS)) {
      if (each.isOwnVolume() && hall.volumes().own(before.uuid(), each.target()).isEmpty()) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            ("cannot update zone '%s': a volume of its own, as for %s, is made with the zone; make"
                    + " one with 'polder volume create' and name it as the source")
                .formatted(before.name(), each.target()));
      }
    }
  }

  /** Where an image wants volumes: nothing is mounted over what is a file in it. */
  List<String> ofImage(ImageSource.Found image) {
    return image.config().volumes().stream()
        .filter(target -> image.layers().stream().noneMatch(layer -> isFile(layer, target)))
        .toList();
  }

  private static boolean isFile(Path layer, String target) {
    List<FileName> names = FilePath.of(target).names();
    List<FileName> above = names.subList(0, names.size() - 1);
    try (Directory top = Directory.open(layer);
        Directory parent =
            top.enter(above.isEmpty() ? FilePath.HERE : FilePath.of(above), Walk.IN_ROOT)) {
      return parent
          .find(names.getLast())
          .filter(found -> found.type() == FileType.REGULAR)
          .isPresent();
    } catch (SyscallException e) {
      return false; // it has nothing there
    }
  }

  /** Makes a zone's own volume, with what is in the zone's root there, as Docker does. */
  void makeOwn(LocalZone zone, String target, Undo undo) {
    ZoneSpec spec = zone.record().spec();
    VolumeRecord record = recordOwn(spec, target, spec.get(ZoneProperties.ZPOOL), undo);
    Root.Tree volume = (Root.Tree) hall.storage().create(record.uuid(), List.of());
    hall.storage().compress(record.uuid(), record.compression());
    fill(Creation.root(hall, spec.uuid()), target, volume.directory());
    settle(record);
  }

  /** Makes a zone's own volume of another zone's, as that is or was at a snapshot. */
  void copyOwn(
      LocalZone zone,
      String target,
      UUID from,
      String original,
      Optional<String> snapshot,
      Undo undo) {
    VolumeRecord source =
        hall.volumes()
            .own(from, original)
            .orElseThrow(
                () ->
                    new PolderException(
                        ErrorKind.WRONG_STATE,
                        "the own volume of zone %s at %s is gone".formatted(from, original)));
    VolumeRecord record = recordOwn(zone.record().spec(), target, source.pool(), undo);
    hall.storage().clone(source.uuid(), snapshot, record.uuid());
    hall.storage().compress(record.uuid(), record.compression());
    settle(record);
  }

  /** An own volume is made: its dataset says whose it is. */
  private void settle(VolumeRecord record) {
    hall.volumeStore().copy(record);
    hall.volumes().settle(record);
  }

  /** Makes the place of a zone's own volume that was sent with it, which fills it. */
  void expectOwn(LocalZone zone, String target, Undo undo) {
    ZoneSpec spec = zone.record().spec();
    var _ = recordOwn(spec, target, spec.get(ZoneProperties.ZPOOL), undo);
  }

  /** Takes over a zone's own volume whose dataset is there. */
  void adoptOwn(VolumeRecord record, Undo undo) {
    undo.add(() -> disown(record));
    hall.volumes().add(record);
    hall.storage().quota(record.uuid(), record.quota());
    hall.volumeStore().put(record);
    hall.volumes().settle(record);
  }

  /** Forgets the own volumes of a zone that was not taken over after all; their datasets stay. */
  void disown(UUID zone) {
    hall.volumes().ownOf(zone).forEach(this::disown);
  }

  private void disown(VolumeRecord record) {
    hall.volumes().hide(record.uuid());
    hall.volumeStore().remove(record.uuid());
    hall.volumes().remove(record.uuid());
  }

  /** A zone's own volumes have come. */
  void settleOwn(UUID zone) {
    for (VolumeRecord own : hall.volumes().ownOf(zone)) {
      hall.storage().compress(own.uuid(), own.compression());
      settle(own);
    }
  }

  /** Writes down that there is such a volume, first: what is not recorded is nobody's. */
  private VolumeRecord recordOwn(ZoneSpec spec, String target, String pool, Undo undo) {
    VolumeRecord record = VolumeRecord.own(spec.uuid(), target, pool, compression(spec, target));
    undo.add(() -> dropOwn(record));
    hall.volumeStore().put(record);
    hall.volumes().add(record);
    return record;
  }

  private static String compression(ZoneSpec spec, String target) {
    boolean delegated = spec.delegated().filter(one -> one.target().equals(target)).isPresent();
    return delegated ? spec.get(ZoneProperties.DATA_COMPRESSION) : DataCompression.OFF;
  }

  /** Compresses what is written to the delegated dataset of a zone as its spec says. */
  void compress(ZoneSpec spec) {
    Optional<VolumeRecord> own =
        spec.delegated().flatMap(one -> hall.volumes().own(spec.uuid(), one.target()));
    String word = spec.get(ZoneProperties.DATA_COMPRESSION);
    if (own.isPresent() && !own.get().compression().equals(word)) {
      VolumeRecord changed = own.get().compressed(word);
      hall.storage().compress(changed.uuid(), word);
      hall.volumeStore().put(changed);
      hall.volumes().settle(changed);
    }
  }

  private static void fill(Root root, String target, Path volume) {
    try (Directory whole = StoppedRoot.open(root);
        Directory from = whole.enter(FilePath.of(target), Walk.IN_ROOT);
        Directory to = Directory.open(volume)) {
      TreeCopy.apply(from, to);
      to.syncFileSystem(); // its record is synced
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)
          && !e.errno().equals(Errno.ENOTDIR)
          && !e.errno().equals(Errno.ELOOP)) {
        throw e;
      }
      // the image has no directory there: it begins empty
    }
  }

  /** Takes away the volumes that go with a zone. */
  void dropOwn(UUID zone) {
    hall.volumes().ownOf(zone).forEach(this::dropOwn);
  }

  private void dropOwn(VolumeRecord record) {
    hall.volumes().hide(record.uuid());
    hall.storage().destroy(record.uuid());
    hall.storage().sync();
    hall.volumeStore().remove(record.uuid());
    hall.volumes().remove(record.uuid());
  }
}
