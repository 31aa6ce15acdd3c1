package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;

/**
 * A file system that is being put together: fsopen(2), fsconfig(2), fsmount(2).
 *
 * <p>When the kernel refuses, it says why in words, and those are in the exception.
 *
 * <p><b>Overlay over idmapped layers</b>, so that nothing on disk is ever chowned, comes about in
 * two ways. In both, lower and upper layers are mounts of {@link Mounts#idmapped}, and what the
 * zone's root makes is owned by 0 on disk. Both were tried with ext4 and tmpfs on Linux 6.18;
 * {@code OverlayKernelTest} tries them again.
 *
 * <ul>
 *   <li><b>Inside the zone's user namespace</b>, with option "userxattr": join the user namespace,
 *       unshare the mount namespace, and <em>first move the idmapped mounts into it</em>, anywhere;
 *       then make the overlay. Left detached they are refused with EPERM, because a detached mount
 *       belongs to who made it, the host. Ids must be those of the namespace's root.
 *   <li><b>As host root</b>, in a process of its own: prctl(PR_SET_SECUREBITS,
 *       SECBIT_NO_SETUID_FIXUP), then setfsgid(2) and setfsuid(2) to the zone's base; the layers
 *       can stay detached. As plain host root the kernel cannot make files in the work directory
 *       (EOVERFLOW), and the overlay comes up <em>read-only without an error</em>, which {@link
 *       #mount} makes one: EROFS. "userxattr" is neither needed nor wrong.
 * </ul>
 *
 * <p>Layers are named by {@code lowerdir+} (once for each, the uppermost first), {@code upperdir}
 * and {@code workdir}, by path, say "/proc/self/fd/7", or, from Linux 6.13 on, as descriptors by
 * {@link #set(String, Fd)}. Upper and work directory must be two directories in one mount. Before
 * Linux 6.5 there is no "lowerdir+": mount(2) takes {@code lowerdir=A:B}; before 5.19 no layer can
 * be idmapped.
 */
public final class FilesystemContext implements AutoCloseable {
  public static final int FSOPEN_CLOEXEC = 1; // linux/mount.h
  public static final int FSMOUNT_CLOEXEC = 1;
  public static final int FSCONFIG_SET_FLAG = 0;
  public static final int FSCONFIG_SET_STRING = 1;
  public static final int FSCONFIG_SET_FD = 5;
  public static final int FSCONFIG_CMD_CREATE = 6;
  public static final int FSCONFIG_CMD_RECONFIGURE = 7;

  private static final int MAX_MESSAGE = 4096;
  private static final int MESSAGE_TAG = 2; // "e ", "w " or "i "

  private final String type;
  private final Fd context;

  private FilesystemContext(String type, Fd context) {
    this.type = type;
    this.context = context;
  }

  /**
   * Begins a file system of {@code type}, such as "tmpfs".
   *
   * @throws SyscallException ENODEV if the kernel has no such type
   */
  public static FilesystemContext open(String type) {
    try (Arena arena = Arena.ofConfined()) {
      Fd context =
          new Fd(
              Kernel.check(
                  Kernel.restart(Nr.FSOPEN, arena.allocateFrom(type).address(), FSOPEN_CLOEXEC),
                  () -> "open file system type " + type));
      return new FilesystemContext(type, context);
    }
  }

  /** Sets an option that has a value, such as "size" to "64m". */
  public FilesystemContext set(String option, String value) {
    try (Arena arena = Arena.ofConfined()) {
      configure(
          FSCONFIG_SET_STRING,
          arena.allocateFrom(option).address(),
          arena.allocateFrom(value).address(),
          0,
          option + "=" + value);
    }
    return this;
  }

  /** Sets an option that is a path. */
  public FilesystemContext set(String option, Path value) {
    return set(option, value.toString());
  }

  /** Sets an option that is a descriptor. */
  public FilesystemContext set(String option, Fd value) {
    try (Arena arena = Arena.ofConfined()) {
      configure(
          FSCONFIG_SET_FD,
          arena.allocateFrom(option).address(),
          0,
          value.number(),
          option + "=" + value);
    }
    return this;
  }

  /** Sets an option that has no value, such as "userxattr" or "ro". */
  public FilesystemContext flag(String option) {
    try (Arena arena = Arena.ofConfined()) {
      configure(FSCONFIG_SET_FLAG, arena.allocateFrom(option).address(), 0, 0, option);
    }
    return this;
  }

  /**
   * Makes the file system: a detached mount of it with {@code attributes}.
   *
   * @throws SyscallException EROFS if it came up read-only though nobody asked for that, as overlay
   *     does without a word when it cannot use its work directory
   */
  public Fd mount(Set<MountAttribute> attributes) {
    configure(FSCONFIG_CMD_CREATE, 0, 0, 0, "create");
    Fd mount =
        new Fd(
            Kernel.check(
                Kernel.restart(
                    Nr.FSMOUNT, context.number(), FSMOUNT_CLOEXEC, MountAttribute.bits(attributes)),
                () -> "mount " + type));
    if (!attributes.contains(MountAttribute.READ_ONLY) && StatFs.of(mount).readOnly()) {
      mount.close();
      throw new SyscallException(type + ": it came up read-only without an error", Errno.EROFS);
    }
    return mount;
  }

  private void configure(int command, long option, long value, int number, String what) {
    long result = Kernel.restart(Nr.FSCONFIG, context.number(), command, option, value, number);
    if (result < 0) {
      String reason = message();
      throw new SyscallException(
          type + ": " + what + (reason.isEmpty() ? "" : " (" + reason + ")"),
          new Errno((int) -result));
    }
  }

  /** What the kernel has to say about the last failure; empty if it kept silent. */
  private String message() {
    try (Arena arena = Arena.ofConfined()) {
      var buffer = arena.allocate(MAX_MESSAGE);
      long got = Kernel.call(Nr.READ, context.number(), buffer.address(), MAX_MESSAGE);
      if (got <= MESSAGE_TAG) {
        return "";
      }
      byte[] bytes = buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE);
      return new String(bytes, MESSAGE_TAG, bytes.length - MESSAGE_TAG, StandardCharsets.UTF_8)
          .strip();
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
