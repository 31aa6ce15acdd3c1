package polder.linux;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A piece of root's power: capabilities(7), numbered as in linux/capability.h.
 *
 * <p>A set of them is a mask with bit n for number n, as in {@code /proc/PID/status}.
 */
public enum Capability {
  CHOWN(0),
  DAC_OVERRIDE(1),
  DAC_READ_SEARCH(2),
  FOWNER(3),
  FSETID(4),
  KILL(5),
  SETGID(6),
  SETUID(7),
  SETPCAP(8),
  LINUX_IMMUTABLE(9),
  NET_BIND_SERVICE(10),
  NET_BROADCAST(11),
  NET_ADMIN(12),
  NET_RAW(13),
  IPC_LOCK(14),
  IPC_OWNER(15),
  SYS_MODULE(16),
  SYS_RAWIO(17),
  SYS_CHROOT(18),
  SYS_PTRACE(19),
  SYS_PACCT(20),
  SYS_ADMIN(21),
  SYS_BOOT(22),
  SYS_NICE(23),
  SYS_RESOURCE(24),
  SYS_TIME(25),
  SYS_TTY_CONFIG(26),
  MKNOD(27),
  LEASE(28),
  AUDIT_WRITE(29),
  AUDIT_CONTROL(30),
  SETFCAP(31),
  MAC_OVERRIDE(32),
  MAC_ADMIN(33),
  SYSLOG(34),
  WAKE_ALARM(35),
  BLOCK_SUSPEND(36),
  AUDIT_READ(37),
  PERFMON(38),
  BPF(39),
  CHECKPOINT_RESTORE(40);

  private static final String PREFIX = "CAP_";

  private final int number;

  Capability(int number) {
    this.number = number;
  }

  /** Its number, 0 to 40. */
  public int number() {
    return number;
  }

  /** The mask with its bit alone. */
  public long bit() {
    return 1L << number;
  }

  /** Its name as the kernel's headers have it, such as "CAP_CHOWN". */
  public String text() {
    return PREFIX + name();
  }

  /**
   * The capability of this name, with or without "CAP_", in capitals or not.
   *
   * @throws IllegalArgumentException if there is none: a name that is not understood must never
   *     become another set than was meant
   */
  public static Capability parse(String text) {
    String name = text.toUpperCase(Locale.ROOT);
    if (name.startsWith(PREFIX)) {
      name = name.substring(PREFIX.length());
    }
    for (Capability each : values()) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "no capability is named '%s': they are named as in capabilities(7), such as CAP_NET_RAW"
            .formatted(text));
  }

  /** The mask of a set. */
  public static long mask(Collection<Capability> set) {
    long mask = 0;
    for (Capability each : set) {
      mask |= each.bit();
    }
    return mask;
  }

  /** The set of a mask; bits that no capability has, of a newer kernel say, are left out. */
  public static Set<Capability> set(long mask) {
    EnumSet<Capability> set = EnumSet.noneOf(Capability.class);
    for (Capability each : values()) {
      if ((mask & each.bit()) != 0) {
        set.add(each);
      }
    }
    return set;
  }

  /** The fourteen that Docker leaves to a container: mask {@code a80425fb}. */
  public static Set<Capability> docker() {
    return EnumSet.of(
        CHOWN,
        DAC_OVERRIDE,
        FSETID,
        FOWNER,
        MKNOD,
        NET_RAW,
        SETGID,
        SETUID,
        SETFCAP,
        SETPCAP,
        NET_BIND_SERVICE,
        SYS_CHROOT,
        KILL,
        AUDIT_WRITE);
  }

  /** {@link #docker} and SYS_BOOT, which in a pid namespace of its own ends or reboots the zone. */
  public static Set<Capability> zone() {
    Set<Capability> set = docker();
    set.add(SYS_BOOT);
    return set;
  }
}
