package polder.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import polder.image.LocalStore;
import polder.linux.ProcessIdentity;
import polder.model.ErrorKind;
import polder.model.Finding;
import polder.model.Finding.Level;
import polder.model.PolderException;
import polder.model.ZoneState;

/** Compares what is recorded with what is there, and says where the two differ. */
final class Fsck {
  private static final String DELETE = "delete the zone, or restore it from a backup";

  private final Hall hall;
  private final LocalStore store;
  private final LocalPools pools;
  private final LocalVolumes volumes;
  private final LocalNetworks networks;
  private final LocalFirewall firewall;
  private final Likenesses likenesses;
  private final LocalBalances balances;
  private final List<ZoneStore.Damaged> damaged;
  private final ZoneVolumes zones;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * Of this host.
   *
   * @param damaged the records that were refused when the engine started
   */
  Fsck(
      Hall hall,
      LocalStore store,
      LocalPools pools,
      LocalVolumes volumes,
      LocalNetworks networks,
      LocalFirewall firewall,
      Likenesses likenesses,
      LocalBalances balances,
      List<ZoneStore.Damaged> damaged) {
    this.hall = hall;
    this.store = store;
    this.pools = pools;
    this.volumes = volumes;
    this.networks = networks;
    this.firewall = firewall;
    this.likenesses = likenesses;
    this.balances = balances;
    this.damaged = damaged;
    this.zones = new ZoneVolumes(hall);
  }

  /** What is wrong or left over; empty if all is well. */
  List<Finding> run() {
    records();
    for (String damage : store.damages()) {
      warn("image", damage, "import the image again");
    }
    pools
        .problems()
        .forEach(
            (name, why) ->
                missing("pool " + name, why, "bring back what it is on, and restart the daemon"));
    networks
        .problems()
        .forEach(
            (name, why) -> missing("network " + name, why, "put it right, and restart the daemon"));
    balances
        .problems()
        .forEach(
            (name, why) -> missing("balance " + name, why, "put it right, and restart the daemon"));
    firewall
        .problems()
        .forEach((what, why) -> missing(what, why, "put it right, and restart the daemon"));
    for (String file : hall.journal().damaged()) {
      warn("journal", file + " could not be read", "look at what else is found, then remove it");
    }
    hall.table().list().forEach(this::zone);
    Set<String> known = new HashSet<>();
    hall.table().kept().forEach(this::kept);
    hall.table().all().forEach(zone -> known.add(zone.uuid().toString()));
    hall.store().aside().forEach(name -> known.add(ZoneStore.before(name)));
    volumes(known);
    leftovers(known);
    intents();
    return List.copyOf(findings);
  }

  private void records() {
    List<String> aside = hall.store().aside();
    for (String name : aside) {
      String runs = runs(ZoneStore.before(name)) ? "; the zone runs on" : "";
      warn(
          "zone record",
          name + " could not be read and is in quarantine" + reason(name) + runs,
          "put right what is in %s, move it to %s and restart the daemon"
              .formatted(hall.paths().quarantine(), hall.paths().zones()));
    }
    for (ZoneStore.Damaged record : damaged) {
      if (aside.stream().map(ZoneStore::before).noneMatch(record.name()::equals)
          && hall.paths().zones().resolve(record.name()).toFile().exists()) {
        missing("zone record", record.name() + ": " + record.reason(), "put it right");
      }
    }
  }

  private String reason(String aside) {
    return damaged.stream()
        .filter(record -> record.name().equals(ZoneStore.before(aside)))
        .map(record -> ": " + record.reason())
        .findFirst()
        .orElse("");
  }

  private boolean runs(String uuid) {
    return hall.cgroups().children(hall.cgroupParent()).contains(uuid);
  }

  private void zone(LocalZone zone) {
    if (zone.operating().isLocked()) {
      return; // it is being worked on: whatever is seen is not yet so
    }
    String name = zone.name();
    if (zone.status().state() == ZoneState.FAILED) {
      missing("zone " + name, zone.status().failure().orElse("failed"), DELETE);
    }
    if (!hall.store().has(zone.uuid())) {
      missing("zone " + name, "its record is gone from the disk", "update it, to write it again");
    }
    if (!hall.table().hasItsName(zone)) {
      warn(
          "zone " + name,
          "its alias is another zone's too: it is found as %s only".formatted(zone.uuid()),
          "update it with another alias");
    }
    try {
      if (hall.storage().find(zone.uuid()).isEmpty()) {
        missing("zone " + name, "its dataset is gone", DELETE);
      }
    } catch (PolderException e) {
      String mend = e.kind() == ErrorKind.UNAVAILABLE ? "bring its pool back" : DELETE;
      missing("zone " + name, String.valueOf(e.getMessage()), mend);
    }
    try {
      var _ = hall.config(zone.record());
    } catch (PolderException e) {
      missing("zone " + name, String.valueOf(e.getMessage()), "import the image again");
    }
    Optional<Life> life = zone.life();
    if (life.isPresent()) {
      running(zone, life.get());
    } else if (hall.cgroup(zone.uuid()).exists()) {
      warn("zone " + name, "it is down and has a control group", "start and stop it");
    }
  }

  private void kept(LocalZone zone) {
    if (zone.operating().isLocked()) {
      return;
    }
    String name = "deleted zone " + zone.name();
    String mend = "delete it for good: 'polder deleted delete %s'".formatted(zone.uuid());
    try {
      zone.status().failure().ifPresent(why -> missing(name, why, mend));
      if (hall.storage().find(zone.uuid()).isEmpty()) {
        missing(name, "its dataset is gone", mend);
      }
    } catch (PolderException e) {
      missing(name, String.valueOf(e.getMessage()), "bring its pool back");
    }
    if (!hall.store().has(zone.uuid())) {
      missing(name, "its record is gone from the disk", mend);
    }
  }

  private void running(LocalZone zone, Life life) {
    String name = "zone " + zone.name();
    if (life.run().first().filter(ProcessIdentity::exists).isEmpty()) {
      warn(name, "its first process is gone", "wait a moment, or restart the daemon");
    }
    if (!life.cgroup().exists()) {
      missing(name, "its control group is gone", "reboot it");
    }
    if (!hall.runs().has(zone.uuid())) {
      missing(name, "its run files are gone", "reboot it");
    }
  }

  private void volumes(Set<String> known) {
    for (VolumeRecord each : hall.volumes().list()) {
      known.add(each.uuid().toString());
      String name = "volume " + each.name();
      volumes.problem(each).ifPresent(why -> missing(name, why, "see 'polder volume get'"));
      if (each.owner().filter(owner -> !zones.isThere(owner.zone())).isPresent()) {
        warn(name, "is the own of a zone that is not there", "delete the volume");
      }
    }
    for (String file : hall.volumeStore().aside()) {
      VolumeStore.volume(file).ifPresent(volume -> known.add(volume.toString()));
      warn(
          "volume record",
          file + " could not be read, and was renamed",
          "put right what is in it, rename it to end in .json, and restart the daemon");
    }
  }

  private void leftovers(Set<String> known) {
    for (UUID dataset : hall.storage().list()) {
      if (!known.contains(dataset.toString())
          && hall.table().findAny(dataset).isEmpty()
          && hall.volumes().find(dataset).isEmpty() // one that is being made meanwhile
          && hall.partials().find(dataset).isEmpty()
          && !likenesses.isUsed(dataset)) {
        warn(
            "dataset " + dataset,
            "belongs to no zone and no volume",
            "take it over by 'polder adopt', or remove it from its pool: see 'polder pool list'");
      }
    }
    for (String gone : hall.storage().stuck()) {
      warn("storage", gone + " was deleted and cannot be removed", "see the log for the reason");
    }
    for (String group : hall.cgroups().children(hall.cgroupParent())) {
      if (!known.contains(group) && !isZone(group)) {
        warn("control group " + group, "belongs to no zone", "end its processes and remove it");
      }
    }
    for (UUID run : hall.runs().list()) {
      if (!known.contains(run.toString()) && hall.table().findAny(run).isEmpty()) {
        warn("run files " + run, "belong to no zone", "restart the daemon");
      }
    }
    try (Folder logs = Folder.open(hall.paths().log())) {
      for (String log : logs.folders()) {
        if (!known.contains(log) && !isZone(log)) {
          warn("log " + log, "belongs to no zone", "remove it below " + hall.paths().log());
        }
      }
    }
  }

  private boolean isZone(String uuid) {
    try {
      return hall.table().findAny(UUID.fromString(uuid)).isPresent();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void intents() {
    for (Journal.Intent intent : hall.journal().unfinished()) {
      boolean inProgress =
          hall.table().findAny(intent.zone()).filter(Fsck::isWorkedOn).isPresent()
              || hall.volumes().isWorkedOn(intent.zone())
              || likenesses.isUsed(intent.zone());
      if (!inProgress && hall.journal().isOpen(intent)) {
        warn(
            "journal",
            "%s of %s was not finished".formatted(intent.operation(), intent.zone()),
            "restart the daemon");
      }
    }
  }

  private static boolean isWorkedOn(LocalZone zone) {
    return zone.operating().isLocked() || zone.status().state() == ZoneState.SHUTTING_DOWN;
  }

  private void warn(String name, String value, String mend) {
    findings.add(new Finding(name, Level.WARNING, value, mend));
  }

  private void missing(String name, String value, String mend) {
    findings.add(new Finding(name, Level.MISSING, value, mend));
  }
}
