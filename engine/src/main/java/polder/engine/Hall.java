package polder.engine;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.brand.Brand;
import polder.linux.Cgroup;
import polder.linux.CgroupHost;
import polder.linux.Launcher;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.storage.Storage;

/**
 * What the engine's parts work with: opened once, the same for all of them.
 *
 * @param launcher starts processes
 * @param boot the id of the host's present boot
 * @param streams waits for what zones write, and for what is written to them
 * @param ends waits for the ends of processes
 */
record Hall(
    HostPaths paths,
    Launcher launcher,
    String boot,
    ZoneStore store,
    RunFiles runs,
    Journal journal,
    Storage storage,
    Map<polder.model.Brand, Brand> brands,
    ImageSource images,
    CgroupHost cgroups,
    String cgroupParent,
    EventLog events,
    ZoneTable table,
    VolumeTable volumes,
    VolumeStore volumeStore,
    PartialStore partials,
    IdRanges ids,
    HostNetworks networks,
    HostFirewall firewall,
    HostBalances balances,
    HostMetadata metadata,
    Executor executor,
    StateDisk disk,
    Lookout streams,
    Lookout ends,
    Timers timers) {

  /** The way of running zones of that brand. */
  Brand brand(polder.model.Brand word) {
    Brand brand = brands.get(word);
    if (brand == null) {
      throw new IllegalStateException("no brand " + word);
    }
    return brand;
  }

  /** What a zone's image says of how it is run; where that is not here, what came with the zone. */
  ImageConfig config(ZoneRecord record) {
    Optional<UUID> image = record.spec().find(ZoneProperties.IMAGE_UUID);
    if (image.isEmpty()) {
      return ImageConfig.NONE;
    }
    try {
      return images.get(image.get().toString()).config();
    } catch (PolderException e) {
      return record.config().orElseThrow(() -> e);
    }
  }

  /** The control group of a zone, be it there or not. */
  Cgroup cgroup(UUID zone) {
    return cgroups.group(cgroupParent + "/" + zone);
  }

  /**
   * Removes the group above those of all zones, if there are none in it. It is kept while the host
   * is open, so that a zone that runs alone does not make and remove it in every hierarchy.
   */
  void removeCgroupParent() {
    cgroups.removeEmpty(cgroupParent);
  }
}
