package polder.storage;

import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.Quota;
import polder.linux.Subvolume;
import polder.linux.SyscallException;

/**
 * The quota groups of {@link BtrfsStorage}'s datasets; where the file system has no simple quotas,
 * none of this does anything.
 *
 * <p>A group has every root that its dataset ever had and what the zone makes inside. It is named
 * after the first root, whose number no other will ever have, and the dataset has a file with that
 * name.
 */
final class BtrfsGroups {
  private static final String GROUP = "group-";

  private final Directory top;
  private final boolean there;
  private final ReentrantLock changing = new ReentrantLock();

  BtrfsGroups(Directory top) {
    this.top = top;
    this.there = Quota.isSimple(top.fd());
  }

  /** Whether there are quotas. */
  boolean there() {
    return there;
  }

  /** Makes the group of a new dataset, whose root is there. */
  void make(Directory dataset, FileName root) {
    make(dataset, dataset, root);
  }

  /**
   * As {@link #make(Directory, FileName)}, where the first root is {@code name} of {@code place}.
   */
  void make(Directory dataset, Directory place, FileName name) {
    if (!there) {
      return;
    }
    long id = id(place, name);
    changing.lock(); // a group without members is taken away
    try {
      Quota.make(top.fd(), Quota.group(id));
      Quota.join(top.fd(), id, Quota.group(id));
    } finally {
      changing.unlock();
    }
    dataset.create(FileName.of(GROUP + id), 0600).close();
  }

  /** Has one more root of a dataset counted. */
  void join(Directory dataset, FileName root) {
    join(dataset, dataset, root);
  }

  /** As {@link #join(Directory, FileName)}, of {@code name} of {@code place}. */
  void join(Directory dataset, Directory place, FileName name) {
    long group = of(dataset);
    if (group != 0) {
      Quota.join(top.fd(), id(place, name), group);
    }
  }

  private static long id(Directory place, FileName name) {
    try (Directory entered = place.enter(name)) {
      return Subvolume.of(entered.fd()).id();
    }
  }

  /** Lets a dataset have so many bytes; any number if that is 0. */
  void limit(Directory dataset, long bytes) {
    long group = of(dataset);
    if (group != 0) {
      Quota.limit(top.fd(), group, bytes);
    }
  }

  /** How many bytes are charged to a dataset. */
  long used(Directory dataset) {
    return Quota.of(top.fd(), of(dataset)).map(Quota::referenced).orElse(0L);
  }

  /** The group of a dataset; 0 if it has none. */
  long of(Directory dataset) {
    if (there) {
      for (DirectoryEntry entry : dataset.entries()) {
        String name = entry.name().toString();
        if (name.startsWith(GROUP)) {
          return Quota.group(Long.parseLong(name.substring(GROUP.length())));
        }
      }
    }
    return 0;
  }

  /** Takes away those that are no dataset's. */
  void collect(Set<Long> used) {
    if (!there) {
      return;
    }
    changing.lock();
    try {
      Quota.groups(top.fd()).stream().filter(each -> !used.contains(each)).forEach(this::remove);
    } finally {
      changing.unlock();
    }
  }

  private void remove(long group) {
    try {
      Quota.remove(top.fd(), group);
    } catch (SyscallException e) {
      // it has members: a dataset that is being made, or what a clone still has, or is being freed
    }
  }
}
