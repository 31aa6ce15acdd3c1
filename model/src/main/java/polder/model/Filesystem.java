package polder.model;

import java.util.List;

/**
 * A file system mounted into a zone beside its root.
 *
 * @param source the host's path for a bind, walked to once at each start; for a volume its name, or
 *     {@code NAME/path} for a directory in it, and nothing for one that is the zone's own; ignored
 *     for a tmpfs
 * @param target where it appears in the zone; missing directories are made
 * @param type {@code lofs} (a bind, SmartOS's word), {@code volume} or {@code tmpfs}
 * @param options {@code ro rw nosuid nodev noexec}, for a bind {@code noidmap} (files keep the
 *     host's owners, which a zone with a user namespace sees as nobody) and {@code nosub} (without
 *     what is mounted below the source), for a tmpfs {@code size=64m mode=1777}
 */
public record Filesystem(String source, String target, String type, List<String> options) {
  public Filesystem {
    options = List.copyOf(options);
  }

  /** Whether it is a volume. */
  public boolean isVolume() {
    return type.equals("volume");
  }

  /** Whether it is a volume that is made with the zone and goes with it. */
  public boolean isOwnVolume() {
    return isVolume() && source.isEmpty();
  }

  /** The name of a volume. */
  public String volume() {
    int slash = source.indexOf('/');
    return slash < 0 ? source : source.substring(0, slash);
  }

  /** The directory in a volume, from its top; empty for all of it. */
  public String subPath() {
    int slash = source.indexOf('/');
    return slash < 0 ? "" : source.substring(slash + 1);
  }
}
