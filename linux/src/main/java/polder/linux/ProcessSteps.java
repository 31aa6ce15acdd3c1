package polder.linux;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The steps of a program about the process itself: its names, namespaces, ids, capabilities,
 * limits, terminal and filters.
 */
public final class ProcessSteps {
  private static final long TIOCSCTTY = 0x540e; // asm-generic/ioctls.h
  private static final long LINUX_CAPABILITY_VERSION_3 = 0x2008_0522L; // linux/capability.h
  private static final long PR_SET_DUMPABLE = 4; // linux/prctl.h
  private static final long PR_SET_KEEPCAPS = 8;
  private static final long PR_SET_NAME = 15;
  private static final long PR_CAPBSET_DROP = 24;
  private static final long PR_SET_SECUREBITS = 28;
  private static final long PR_SET_CHILD_SUBREAPER = 36;
  private static final long PR_SET_NO_NEW_PRIVS = 38;
  private static final long PR_CAP_AMBIENT = 47;
  private static final long PR_CAP_AMBIENT_RAISE = 2;
  private static final long PR_CAP_AMBIENT_CLEAR_ALL = 4;
  private static final long SECCOMP_SET_MODE_FILTER = 1; // linux/seccomp.h
  private static final long SIG_SETMASK = 2;

  private final ProgramBuilder program;

  ProcessSteps(ProgramBuilder program) {
    this.program = program;
  }

  /** Makes three descriptors standard input, output and error. */
  public void stdio(Operand input, Operand output, Operand error) {
    program.begin();
    program.add("make standard input", Nr.DUP2, input, Operand.of(0));
    program.add("make standard output", Nr.DUP2, output, Operand.of(1));
    program.add("make standard error", Nr.DUP2, error, Operand.of(2));
  }

  /** setns(2): joins namespaces by a descriptor of one, or of several by a pidfd. */
  public void joinNamespaces(Operand descriptor, Collection<Namespace> namespaces) {
    program.act(
        "join namespaces " + namespaces,
        Nr.SETNS,
        descriptor,
        Operand.of(Namespace.flags(namespaces)));
  }

  /** unshare(2). A new pid or time namespace begins with the next process: forkOn, beInit. */
  public void unshare(Collection<Namespace> namespaces) {
    program.act(
        "make namespaces " + namespaces, Nr.UNSHARE, Operand.of(Namespace.flags(namespaces)));
  }

  /** sethostname(2). */
  public void setHostname(String name) {
    setName("set host name ", Nr.SETHOSTNAME, name);
  }

  /** setdomainname(2). */
  public void setDomainname(String name) {
    setName("set domain name ", Nr.SETDOMAINNAME, name);
  }

  /** setsid(2). */
  public void newSession() {
    program.act("begin a session", Nr.SETSID);
  }

  /** ioctl TIOCSCTTY: {@code terminal} becomes the controlling one. After {@link #newSession}. */
  public void takeTerminal(Operand terminal) {
    program.act("take the terminal", Nr.IOCTL, terminal, Operand.of(TIOCSCTTY), Operand.of(0));
  }

  /** ioctl TIOCSPTLCK and TIOCGPTPEER: the other end of a new pseudoterminal, whatever its name. */
  public Operand peerOf(Operand master) {
    program.begin();
    program.add(
        "unlock the terminal",
        Nr.IOCTL,
        master,
        Operand.of(0x4004_5431L), // TIOCSPTLCK, asm-generic/ioctls.h
        Operand.of(program.memory().add(new int[] {0})));
    return program.add(
        "open the terminal's other end",
        Nr.IOCTL,
        master,
        Operand.of(0x5441), // TIOCGPTPEER
        Operand.of(FileSteps.O_RDWR | FileSteps.O_NOCTTY));
  }

  /** keyctl(2) KEYCTL_JOIN_SESSION_KEYRING: a session keyring of its own, with no keys. */
  public void newSessionKeyring() {
    program.act("make a session keyring", Nr.KEYCTL, Operand.of(1), Operand.of(0));
  }

  /** Waits until the process that a pidfd means has ended: poll(2). */
  public void awaitEnd(Operand.Constant pidfd) {
    byte[] poll = new byte[8]; // struct pollfd: descriptor, events, answer
    JobMemory.little(poll).putInt(0, (int) pidfd.value()).putShort(4, (short) 1); // POLLIN
    program.act(
        "wait for another process", Nr.POLL, program.bytes(poll), Operand.of(1), Operand.of(-1));
  }

  /** setgroups(2). */
  public void setGroups(List<Integer> groups) {
    int[] ids = groups.stream().mapToInt(Integer::intValue).toArray();
    program.act(
        "set groups " + groups,
        Nr.SETGROUPS,
        Operand.of(ids.length),
        Operand.of(program.memory().add(ids)));
  }

  /** setresgid(2): all three group ids. */
  public void setGid(int gid) {
    Operand id = Operand.of(gid);
    program.act("set gid " + Integer.toUnsignedString(gid), Nr.SETRESGID, id, id, id);
  }

  /** setresuid(2): all three user ids; leaving 0 drops the capabilities, see capabilities(7). */
  public void setUid(int uid) {
    Operand id = Operand.of(uid);
    program.act("set uid " + Integer.toUnsignedString(uid), Nr.SETRESUID, id, id, id);
  }

  /** setfsuid(2), setfsgid(2): the ids that files are accessed and made with. */
  public void setFsIds(int uid, int gid) {
    program.begin();
    program.add("set gid for files", Nr.SETFSGID, Operand.of(gid));
    program.add("set uid for files", Nr.SETFSUID, Operand.of(uid));
  }

  /** umask(2). */
  public void umask(int mask) {
    program.act("set umask", Nr.UMASK, Operand.of(mask));
  }

  /** prctl PR_SET_NO_NEW_PRIVS: set-uid bits and file capabilities mean nothing any more. */
  public void noNewPrivileges() {
    prctl("set no_new_privs", PR_SET_NO_NEW_PRIVS, 1, 0);
  }

  /** prctl PR_SET_NAME: what ps shows; 15 bytes. */
  public void setName(String name) {
    program.act("set name " + name, Nr.PRCTL, Operand.of(PR_SET_NAME), program.text(name));
  }

  /** prctl PR_SET_DUMPABLE: whether others of the same ids may trace it. */
  public void dumpable(boolean dumpable) {
    prctl("set dumpable", PR_SET_DUMPABLE, dumpable ? 1 : 0, 0);
  }

  /** prctl PR_SET_KEEPCAPS: permitted capabilities outlive leaving uid 0. */
  public void keepCapabilities(boolean keep) {
    prctl("set keepcaps", PR_SET_KEEPCAPS, keep ? 1 : 0, 0);
  }

  /** prctl PR_SET_SECUREBITS; linux/securebits.h. */
  public void secureBits(long bits) {
    prctl("set securebits", PR_SET_SECUREBITS, bits, 0);
  }

  /** prctl PR_SET_CHILD_SUBREAPER: orphans below it become its children. */
  public void childSubreaper() {
    prctl("become a subreaper", PR_SET_CHILD_SUBREAPER, 1, 0);
  }

  /**
   * prctl PR_CAPBSET_DROP for each capability that is not in {@code kept}.
   *
   * @param kept as bits; bit 0 is CAP_CHOWN
   * @param last the last one that the kernel knows: /proc/sys/kernel/cap_last_cap
   */
  public void boundingSet(long kept, int last) {
    program.begin();
    for (int capability = 0; capability <= last; capability++) {
      if ((kept >> capability & 1) == 0) {
        program.add(
            "drop capability " + capability + " from the bounding set",
            Nr.PRCTL,
            Operand.of(PR_CAPBSET_DROP),
            Operand.of(capability),
            Operand.of(0),
            Operand.of(0),
            Operand.of(0));
      }
    }
  }

  /** capset(2): effective, permitted, inheritable, as bits. */
  public void capabilities(long effective, long permitted, long inheritable) {
    byte[] data = new byte[24]; // two struct __user_cap_data_struct
    ByteBuffer halves = JobMemory.little(data);
    for (int half = 0; half <= 32; half += 32) {
      halves
          .putInt((int) (effective >>> half))
          .putInt((int) (permitted >>> half))
          .putInt((int) (inheritable >>> half));
    }
    program.act(
        "set capabilities",
        Nr.CAPSET,
        Operand.of(program.memory().add(new long[] {LINUX_CAPABILITY_VERSION_3})), // pid 0: self
        program.bytes(data));
  }

  /** prctl PR_CAP_AMBIENT_CLEAR_ALL. */
  public void clearAmbient() {
    prctl("clear ambient capabilities", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0);
  }

  /** prctl PR_CAP_AMBIENT_RAISE of one capability, which must be permitted and inheritable. */
  public void raiseAmbient(int capability) {
    prctl(
        "raise ambient capability " + capability, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability);
  }

  /** prlimit64(2) for one resource, {@code RLIMIT_…} of asm-generic/resource.h; -1 is no limit. */
  public void limit(int resource, long soft, long hard) {
    program.act(
        "set resource limit " + resource,
        Nr.PRLIMIT64,
        Operand.of(0),
        Operand.of(resource),
        Operand.of(program.memory().add(new long[] {soft, hard})),
        Operand.of(0));
  }

  /** setpriority(2): -20 first, 19 last. */
  public void nice(int value) {
    program.act("set nice value", Nr.SETPRIORITY, Operand.of(0), Operand.of(0), Operand.of(value));
  }

  /** sched_setscheduler(2): {@code SCHED_…} of linux/sched.h, with a priority. */
  public void scheduler(int policy, int priority) {
    program.act(
        "set scheduling policy",
        Nr.SCHED_SETSCHEDULER,
        Operand.of(0),
        Operand.of(policy),
        Operand.of(program.memory().add(new int[] {priority})));
  }

  /** ioprio_set(2): class (1 real time, 2 best effort, 3 idle) and level, 0 first, 7 last. */
  public void ioPriority(int ioClass, int level) {
    program.act(
        "set io priority",
        Nr.IOPRIO_SET,
        Operand.of(1), // IOPRIO_WHO_PROCESS, linux/ioprio.h
        Operand.of(0),
        Operand.of((long) ioClass << 13 | level));
  }

  /** personality(2). */
  public void personality(long persona) {
    program.act("set personality", Nr.PERSONALITY, Operand.of(persona));
  }

  /**
   * Writes {@code /proc/self/oom_score_adj}. Where the process has a user namespace of its own, it
   * must still be the host's root, to whom the file belongs until the process executes.
   */
  public void oomScoreAdj(int value) {
    new FileSteps(program).write("/proc/self/oom_score_adj", Integer.toString(value));
  }

  /**
   * seccomp(2): installs a filter; needs {@link #noNewPrivileges} or CAP_SYS_ADMIN. The filter is
   * in force for the steps that follow, too.
   *
   * @param flags {@code SECCOMP_FILTER_FLAG_…}, linux/seccomp.h
   * @return the listener's descriptor, if the flags ask for one
   */
  public Operand seccomp(SeccompFilter filter, long flags) {
    return seccomp(filter.bytes(), flags);
  }

  /**
   * seccomp(2): installs a filter that is an array of struct sock_filter already.
   *
   * @param filter eight bytes an instruction
   * @param flags {@code SECCOMP_FILTER_FLAG_…}, linux/seccomp.h
   * @return the listener's descriptor, if the flags ask for one
   */
  public Operand seccomp(byte[] filter, long flags) {
    int count = filter.length / 8;
    if (filter.length % 8 != 0 || count == 0 || count > SeccompFilter.MAX_LENGTH) {
      throw new IllegalArgumentException("a filter has 1 to 4096 instructions of 8 bytes");
    }
    long[] instructions = {count, program.memory().add(filter)}; // struct sock_fprog
    return program.act(
        "install the seccomp filter",
        Nr.SECCOMP,
        Operand.of(SECCOMP_SET_MODE_FILTER),
        Operand.of(flags),
        Operand.of(program.memory().add(instructions)));
  }

  /** rt_sigprocmask(2): blocks exactly {@code signals}. A program begins with none. */
  public void blockSignals(Set<Signal> signals) {
    long mask = 0;
    for (Signal signal : signals) {
      mask |= signal.bit();
    }
    program.act(
        "set the signal mask",
        Nr.RT_SIGPROCMASK,
        Operand.of(SIG_SETMASK),
        Operand.of(program.memory().add(new long[] {mask})),
        Operand.of(0),
        Operand.of(8));
  }

  private void setName(String what, int number, String name) {
    program.act(
        what + name,
        number,
        program.text(name),
        Operand.of(name.getBytes(StandardCharsets.UTF_8).length));
  }

  private void prctl(String name, long option, long argument, long argument2) {
    program.act(
        name,
        Nr.PRCTL,
        Operand.of(option),
        Operand.of(argument),
        Operand.of(argument2),
        Operand.of(0),
        Operand.of(0));
  }
}
