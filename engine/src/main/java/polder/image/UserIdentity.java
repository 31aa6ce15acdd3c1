package polder.image;

import java.util.List;

/**
 * As whom a process runs.
 *
 * @param uid user
 * @param gid group
 * @param groups all groups, {@code gid} first, each once
 * @param home home directory; "/" if none is known
 */
public record UserIdentity(long uid, long gid, List<Long> groups, String home) {
  public UserIdentity {
    groups = List.copyOf(groups);
  }
}
