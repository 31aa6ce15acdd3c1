package polder.model;

import static polder.model.ZoneProperties.CMD;
import static polder.model.ZoneProperties.DATA_COMPRESSION;
import static polder.model.ZoneProperties.DELEGATE_DATASET;
import static polder.model.ZoneProperties.ENTRYPOINT;
import static polder.model.ZoneProperties.FILESYSTEMS;
import static polder.model.ZoneProperties.IMAGE;
import static polder.model.ZoneProperties.IMAGE_UUID;
import static polder.model.ZoneProperties.INDESTRUCTIBLE_DELEGATED;
import static polder.model.ZoneProperties.INIT;
import static polder.model.ZoneProperties.INIT_NAME;
import static polder.model.ZoneProperties.MAX_PHYSICAL_MEMORY;
import static polder.model.ZoneProperties.MAX_SWAP;
import static polder.model.ZoneProperties.SYSCTLS;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What must hold between a payload's properties. */
final class SpecRules {
  /** Where nothing but Polder mounts anything. */
  static final List<String> KEPT = List.of("/proc", "/sys", "/dev");

  private static final Set<String> OWN_IPC =
      Set.of(
          "kernel.msgmax",
          "kernel.msgmnb",
          "kernel.msgmni",
          "kernel.sem",
          "kernel.shmall",
          "kernel.shmmax",
          "kernel.shmmni",
          "kernel.shm_rmid_forced");

  private SpecRules() {}

  static List<Fault> check(ZoneSpec spec) {
    List<Fault> faults = new ArrayList<>();
    for (Property<?> property : ZoneProperties.list()) {
      if (spec.has(property) && !property.brands().contains(spec.brand())) {
        faults.add(
            new Fault(
                property.name(), "brand '%s' does not have it".formatted(spec.brand().word())));
      }
    }
    if (spec.brand() == Brand.LX && !spec.has(IMAGE) && !spec.has(IMAGE_UUID)) {
      faults.add(new Fault("image_uuid", "brand 'lx' needs an image: image_uuid or image"));
    }
    if (spec.has(IMAGE) && spec.has(IMAGE_UUID)) {
      faults.add(new Fault("image", "give image or image_uuid, not both"));
    }
    if (spec.has(MAX_SWAP)
        && spec.has(MAX_PHYSICAL_MEMORY)
        && spec.get(MAX_SWAP) < spec.get(MAX_PHYSICAL_MEMORY)) {
      faults.add(
          new Fault(
              "max_swap",
              "%d MiB is below max_physical_memory's %d: it counts memory and swap together"
                  .formatted(spec.get(MAX_SWAP), spec.get(MAX_PHYSICAL_MEMORY))));
    }
    if (spec.has(MAX_SWAP) && !spec.has(MAX_PHYSICAL_MEMORY)) {
      faults.add(new Fault("max_swap", "needs max_physical_memory"));
    }
    if (spec.has(INIT_NAME)) {
      if (spec.has(CMD) || spec.has(ENTRYPOINT)) {
        faults.add(new Fault("init_name", "give init_name or a command, not both"));
      }
      if (spec.has(INIT) && spec.get(INIT)) {
        faults.add(new Fault("init", "cannot be true with init_name: there is one first process"));
      }
    }
    for (Property<?> needs : List.of(DATA_COMPRESSION, INDESTRUCTIBLE_DELEGATED)) {
      if (spec.has(needs) && !spec.get(DELEGATE_DATASET)) {
        faults.add(new Fault(needs.name(), "needs delegate_dataset"));
      }
    }
    Set<String> targets = new HashSet<>();
    for (Filesystem filesystem : spec.get(FILESYSTEMS)) {
      String target = plain(filesystem.target());
      if (!targets.add(target)) {
        faults.add(new Fault("filesystems", "'%s' is mounted twice".formatted(target)));
      }
      for (String kept : KEPT) {
        if (target.equals(kept) || target.startsWith(kept + "/")) {
          faults.add(
              new Fault(
                  "filesystems", "'%s' lies in %s, which is Polder's".formatted(target, kept)));
        }
      }
    }
    NicRules.check(spec, faults);
    VmRules.check(spec, faults);
    spec.get(SYSCTLS).keySet().forEach(name -> sysctl(name, faults));
    return faults;
  }

  /** The path without empty and "." parts, which would hide what it names. */
  static String plain(String path) {
    return path.replaceAll("/(\\.?/)+", "/").replaceAll("/\\.?$", "");
  }

  /** Only what the zone's own namespaces hold: runc's rule. */
  private static void sysctl(String name, List<Fault> faults) {
    if (OWN_IPC.contains(name) || name.startsWith("fs.mqueue.") || name.startsWith("net.")) {
      return;
    }
    String reason =
        switch (name) {
          case "kernel.hostname" -> "use 'hostname'";
          case "kernel.domainname" -> "use 'dns_domain'";
          default -> "it is the whole host's, not a namespace's";
        };
    faults.add(new Fault("sysctls." + name, "is refused: " + reason));
  }
}
