package polder.linux;

import java.util.Collection;

/** A kind of namespace: what a process may see of its own instead of the host's. namespaces(7) */
public enum Namespace {
  MOUNT(0x0002_0000, "mnt"),
  CGROUP(0x0200_0000, "cgroup"),
  UTS(0x0400_0000, "uts"),
  IPC(0x0800_0000, "ipc"),
  USER(0x1000_0000, "user"),
  PID(0x2000_0000, "pid"),
  NET(0x4000_0000, "net"),
  TIME(0x0000_0080, "time");

  private final long flag; // CLONE_NEW…, linux/sched.h
  private final String link;

  Namespace(long flag, String link) {
    this.flag = flag;
    this.link = link;
  }

  /** The kernel's flag for it, {@code CLONE_NEW…} of clone(2). */
  public long flag() {
    return flag;
  }

  /** Its name below {@code /proc/PID/ns}. */
  public String link() {
    return link;
  }

  /**
   * A handle on that of process {@code pid}, by a number as we count: it is there until the handle
   * is closed, also when the process has ended.
   *
   * @throws SyscallException ENOENT or ESRCH if there is no such process, or none that runs
   */
  public Fd of(int pid) {
    return Procfs.open("/proc/" + pid + "/ns/" + link, OpenFlags.O_RDONLY);
  }

  /** A handle on that of the calling thread. */
  public Fd own() {
    return Procfs.open("/proc/thread-self/ns/" + link, OpenFlags.O_RDONLY);
  }

  /** The flags of all of them together. */
  public static long flags(Collection<Namespace> namespaces) {
    long flags = 0;
    for (Namespace namespace : namespaces) {
      flags |= namespace.flag;
    }
    return flags;
  }
}
