package polder.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which system calls a process may make.
 *
 * <p>Rules are tried in their order: the first that names the call and whose conditions hold
 * decides; if none does, {@code otherwise} decides. Calls through the i386 entry (another
 * numbering, so another set of holes) get {@code foreign}; calls with the x32 bit always fail with
 * ENOSYS, as on a kernel built without x32.
 *
 * @param rules in the order in which they are tried
 * @param otherwise for calls of x86-64 that no rule decides
 * @param foreign for calls that are not x86-64's
 */
public record SeccompProfile(
    List<SeccompRule> rules, SeccompAction otherwise, SeccompAction foreign) {
  private static final SeccompAction EPERM = SeccompAction.errno(Errno.EPERM);
  private static final SeccompAction ENOSYS = SeccompAction.errno(Errno.ENOSYS);

  /** The flags of clone(2) that make namespaces; CLONE_NEWTIME is for clone3 and unshare only. */
  private static final long CLONE_NEW_ANY = 0x7e020000; // linux/sched.h

  private static final long CLONE_THREAD = 0x10000;

  private static final SeccompAction ENOTTY = SeccompAction.errno(new Errno(25));

  /** BTRFS_IOC_SNAP_CREATE, BTRFS_IOC_SUBVOL_CREATE, and each once more, "_V2": linux/btrfs.h. */
  static final List<Integer> SUBVOLUMES =
      List.of(0x50009401, 0x5000940e, (int) Subvolume.SNAPSHOT, (int) Subvolume.CREATE);

  private static final int AF_UNIX = 1; // linux/socket.h
  private static final int AF_ALG = 38;
  private static final int AF_VSOCK = 40;

  /** PER_LINUX, PER_LINUX32, each with UNAME26 and without, and "tell me": linux/personality.h. */
  private static final List<Integer> PERSONALITIES = List.of(0, 8, 0x20000, 0x20008, 0xffffffff);

  /**
   * The calls that fail with EPERM in profile "docker": they administer the host, reach into other
   * processes, are long dead, or have been ways into the kernel.
   */
  private static final List<String> BLOCKED =
      words(
          """
          acct add_key bpf clock_settime delete_module fanotify_init finit_module get_mempolicy
          init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp
          kexec_file_load kexec_load keyctl lookup_dcookie lsm_get_self_attr lsm_list_modules
          lsm_set_self_attr mbind migrate_pages move_pages open_by_handle_at perf_event_open
          pidfd_getfd process_madvise quotactl quotactl_fd reboot request_key set_mempolicy
          set_mempolicy_home_node setdomainname sethostname settimeofday swapoff swapon sysfs syslog
          uselib userfaultfd ustat vhangup
          fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree open_tree_attr
          pivot_root setns umount2 unshare
          _sysctl afs_syscall create_module get_kernel_syms getpmsg nfsservctl putpmsg query_module
          security tuxcall vserver
          """);

  /** What {@link #zone} allows and an emulator has no use for. */
  private static final List<String> NOT_AN_EMULATORS =
      words(
          """
          chroot connect execveat fork link linkat mknod mknodat process_vm_readv
          process_vm_writev ptrace reboot socketpair symlink symlinkat vfork
          """);

  /**
   * Too new to have been judged; programs fall back on ENOSYS, so nothing is lost by waiting. Not
   * among them are uprobe and uretprobe, which the kernel lets pass whatever a filter says.
   */
  private static final List<String> NOT_YET =
      words("file_getattr file_setattr listns rseq_slice_yield");

  public SeccompProfile {
    rules = List.copyOf(rules);
  }

  /** A profile whose foreign calls (i386) end the process. */
  public static SeccompProfile of(List<SeccompRule> rules, SeccompAction otherwise) {
    return new SeccompProfile(rules, otherwise, SeccompAction.KILL_PROCESS);
  }

  /**
   * The default of zones: {@link #docker} with reboot(2) allowed, because in a pid namespace of its
   * own it ends the zone and nothing else; and without subvolumes, as on a file system that has
   * none ({@code ENOTTY}): what is in one is left out of a snapshot of what is around it.
   */
  public static SeccompProfile zone() {
    SeccompProfile blocking =
        blocking(BLOCKED.stream().filter(name -> !name.equals("reboot")).toList());
    List<SeccompRule> rules = new ArrayList<>();
    for (int request : SUBVOLUMES) {
      rules.add(SeccompRule.of(ENOTTY, List.of("ioctl"), SeccompCondition.low32(1, request)));
    }
    rules.addAll(blocking.rules);
    return of(rules, blocking.otherwise);
  }

  /**
   * For a program that makes threads and nothing else, and speaks to nobody first: an emulator,
   * which whoever it runs may have taken over. It is {@link #zone} without processes, links and
   * nodes, tracing, connecting, and sockets of any family but AF_UNIX.
   */
  public static SeccompProfile emulator() {
    SeccompProfile zone = zone();
    List<SeccompRule> rules = new ArrayList<>();
    rules.add(SeccompRule.of(EPERM, NOT_AN_EMULATORS));
    rules.add(
        SeccompRule.of(
            SeccompAction.ALLOW,
            List.of("clone"),
            SeccompCondition.masked(0, CLONE_NEW_ANY | CLONE_THREAD, CLONE_THREAD)));
    rules.add(SeccompRule.of(EPERM, List.of("clone")));
    rules.add(
        SeccompRule.of(SeccompAction.ALLOW, List.of("socket"), SeccompCondition.low32(0, AF_UNIX)));
    rules.add(SeccompRule.of(EPERM, List.of("socket")));
    rules.addAll(zone.rules);
    return of(rules, zone.otherwise);
  }

  /**
   * As strict as Docker's default with its 14 capabilities: 67 of the 362 calls of Linux 5.16 are
   * refused, {@code clone3} with ENOSYS so that the C library falls back to {@code clone}, which
   * may not make namespaces; sockets of the families AF_ALG and AF_VSOCK are refused; {@code
   * personality} knows five values. Calls that nobody has judged yet fail with ENOSYS.
   */
  public static SeccompProfile docker() {
    return blocking(BLOCKED);
  }

  private static SeccompProfile blocking(List<String> blocked) {
    List<SeccompRule> rules = new ArrayList<>();
    rules.add(SeccompRule.of(EPERM, blocked));
    rules.add(SeccompRule.of(ENOSYS, List.of("clone3")));
    rules.add(
        SeccompRule.of(
            SeccompAction.ALLOW, List.of("clone"), SeccompCondition.masked(0, CLONE_NEW_ANY, 0)));
    rules.add(SeccompRule.of(EPERM, List.of("clone")));
    for (int family : List.of(AF_ALG, AF_VSOCK)) {
      rules.add(SeccompRule.of(EPERM, List.of("socket"), SeccompCondition.low32(0, family)));
    }
    for (int personality : PERSONALITIES) {
      rules.add(
          SeccompRule.of(
              SeccompAction.ALLOW, List.of("personality"), SeccompCondition.low32(0, personality)));
    }
    rules.add(SeccompRule.of(EPERM, List.of("personality")));

    Set<String> allowed = new TreeSet<>(Syscalls.all().keySet());
    allowed.removeAll(Set.copyOf(blocked));
    allowed.removeAll(Set.copyOf(NOT_YET));
    allowed.removeAll(Set.of("clone3", "clone", "personality"));
    rules.add(SeccompRule.of(SeccompAction.ALLOW, List.copyOf(allowed)));
    return of(rules, ENOSYS);
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+", -1));
  }
}
