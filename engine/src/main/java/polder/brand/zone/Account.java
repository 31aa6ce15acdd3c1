package polder.brand.zone;

import java.util.List;

/**
 * Who a process is in its zone.
 *
 * @param uid 0 to 65535 where the zone has its own ids
 * @param gid the group of files that it makes
 * @param groups all its groups, {@code gid} first
 * @param home its home directory; "/" where nobody says
 * @param name its name; the number where it has none
 */
record Account(long uid, long gid, List<Long> groups, String home, String name) {
  Account {
    groups = List.copyOf(groups);
  }
}
