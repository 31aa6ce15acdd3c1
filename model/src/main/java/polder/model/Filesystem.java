package polder.model;

import java.util.List;

/**
 * A file system mounted into a zone beside its root.
 *
 * @param source the host's path for a bind, walked to once at each start; ignored for a tmpfs
 * @param target where it appears in the zone; missing directories are made
 * @param type {@code lofs} (a bind, SmartOS's word) or {@code tmpfs}
 * @param options {@code ro rw nosuid nodev noexec}, for a bind {@code noidmap} (files keep the
 *     host's owners, which a zone with a user namespace sees as nobody) and {@code nosub} (without
 *     what is mounted below the source), for a tmpfs {@code size=64m mode=1777}
 */
public record Filesystem(String source, String target, String type, List<String> options) {
  public Filesystem {
    options = List.copyOf(options);
  }
}
