package polder.linux;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;

/**
 * User namespaces, whose ids are mapped from outside while a process in them is held still:
 * user_namespaces(7).
 */
public final class UserNamespace {
  private UserNamespace() {}

  /**
   * A new user namespace with nobody in it. It lasts as long as the descriptor, a process that has
   * joined it, or a mount that maps ids by it.
   */
  public static Fd create(Launcher launcher, IdMap users, IdMap groups) {
    ProgramBuilder holder = Program.builder(EnumSet.of(Namespace.USER));
    holder.waitForGo();
    try (Child child = launcher.launch(holder.build())) {
      child.awaitReady();
      try {
        map(child.pid(), users, groups);
        return open(child.pid());
      } finally {
        child.pidfd().signal(Signal.KILL);
        var _ = child.pidfd().await();
      }
    }
  }

  /**
   * Says which ids the user namespace of {@code pid} has. Can be done once, by its parent.
   *
   * @throws SyscallException EPERM if it has been done already, or if outer ids are not ours to
   *     give
   */
  public static void map(long pid, IdMap users, IdMap groups) {
    write(pid, "uid_map", users.text());
    write(pid, "gid_map", groups.text());
  }

  /**
   * Which of our user ids the user namespace of {@code pid} has.
   *
   * @throws SyscallException ENOENT or ESRCH if there is no such process
   * @throws IllegalArgumentException if it has none
   */
  public static IdMap users(long pid) {
    return IdMap.parse(Procfs.text("/proc/" + pid + "/uid_map"));
  }

  /**
   * Takes setgroups(2) away in the user namespace of {@code pid}, which somebody without CAP_SETGID
   * has to do before groups can be mapped.
   */
  public static void denySetgroups(long pid) {
    write(pid, "setgroups", "deny");
  }

  /** A handle on the user namespace of {@code pid}, for an idmapped mount or to join it. */
  public static Fd open(long pid) {
    return Procfs.open("/proc/" + pid + "/ns/user", OpenFlags.O_RDONLY);
  }

  private static void write(long pid, String file, String text) {
    String path = "/proc/" + pid + "/" + file;
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    try (Fd fd = Procfs.open(path, OpenFlags.O_WRONLY)) {
      StatFs.of(fd).require(StatFs.PROC, path);
      fd.write(bytes, 0, bytes.length); // one write: the kernel takes a map whole or not at all
    } catch (SyscallException e) {
      throw new SyscallException("map ids through " + path, e.errno());
    }
  }
}
