package polder.linux;

import java.util.Set;

/**
 * The capability sets of a process, as masks: capabilities(7).
 *
 * @param inheritable CapInh
 * @param permitted CapPrm
 * @param effective CapEff
 * @param bounding CapBnd
 * @param ambient CapAmb
 */
public record CapabilitySets(
    long inheritable, long permitted, long effective, long bounding, long ambient) {
  /**
   * Those of process {@code pid}, from {@code /proc/PID/status}.
   *
   * @throws SyscallException ENOENT or ESRCH if there is no such process
   */
  public static CapabilitySets of(long pid) {
    return parse(Procfs.text("/proc/" + pid + "/status"));
  }

  /** Those of this process's main thread. */
  public static CapabilitySets own() {
    return parse(Procfs.text("/proc/self/status"));
  }

  /** Finds the five lines in the text of a status file. */
  static CapabilitySets parse(String status) {
    return new CapabilitySets(
        mask(status, "CapInh:"),
        mask(status, "CapPrm:"),
        mask(status, "CapEff:"),
        mask(status, "CapBnd:"),
        mask(status, "CapAmb:"));
  }

  private static long mask(String status, String key) {
    return status
        .lines()
        .filter(line -> line.startsWith(key))
        .findFirst()
        .map(line -> Long.parseUnsignedLong(line.substring(key.length()).strip(), 16))
        .orElseThrow(() -> new IllegalArgumentException("a status without " + key));
  }

  /** Whether {@code capability} can be used now. */
  public boolean has(Capability capability) {
    return (effective & capability.bit()) != 0;
  }

  /** What the bounding set leaves. */
  public Set<Capability> bounded() {
    return Capability.set(bounding);
  }
}
