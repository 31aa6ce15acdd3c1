package polder.linux;

/** Whether mounts below one mount appear below its peers too: mount_namespaces(7). */
public enum Propagation {
  UNBINDABLE(1L << 17), // linux/mount.h, MS_
  PRIVATE(1L << 18),
  SLAVE(1L << 19),
  SHARED(1L << 20);

  private final long flag;

  Propagation(long flag) {
    this.flag = flag;
  }

  /** Its {@code MS_} flag. */
  public long flag() {
    return flag;
  }
}
