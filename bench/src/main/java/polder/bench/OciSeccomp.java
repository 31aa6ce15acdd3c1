package polder.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import polder.linux.Errno;
import polder.linux.SeccompAction;
import polder.linux.SeccompCondition;
import polder.linux.SeccompProfile;
import polder.linux.SeccompRule;
import polder.linux.Syscalls;

/**
 * A seccomp profile in the words of the OCI runtime specification, shaped as Docker's default is: a
 * list of what is allowed, and EPERM for the rest.
 */
final class OciSeccomp {
  /** What is allowed of the calls that only 32-bit programs have. */
  private static final List<String> I386 =
      List.of(
          """
          _llseek _newselect chown32 clock_getres_time64 clock_gettime64 clock_nanosleep_time64
          fadvise64_64 fchown32 fcntl64 fstat64 fstatat64 fstatfs64 ftruncate64 futex_time64
          getegid32 geteuid32 getgid32 getgroups32 getresgid32 getresuid32 getuid32
          io_pgetevents_time64 ipc lchown32 lstat64 mmap2 mq_timedreceive_time64
          mq_timedsend_time64 ppoll_time64 pselect6_time64 recv recvmmsg_time64
          rt_sigtimedwait_time64 sched_rr_get_interval_time64 semtimedop_time64 send sendfile64
          setfsgid32 setfsuid32 setgid32 setgroups32 setregid32 setresgid32 setresuid32 setreuid32
          setuid32 sigprocmask sigreturn socketcall stat64 statfs64 timer_gettime64
          timer_settime64 timerfd_gettime64 timerfd_settime64 truncate64 ugetrlimit
          utimensat_time64 waitpid
          """
              .strip()
              .split("\\s+", -1));

  /** Which ways into the kernel the filter covers. */
  enum Width {
    /** x86-64 alone, the others end the process: as our own filter does it, and the leanest. */
    NATIVE,
    /**
     * x86-64, x86 and x32, as Docker and Podman write it: three filters in one, which take the peer
     * twice as long to build.
     */
    DOCKER
  }

  private OciSeccomp() {}

  static Map<String, Object> of(SeccompProfile profile, Width width) {
    Set<String> allowed = new TreeSet<>();
    List<Object> rules = new ArrayList<>();
    for (SeccompRule rule : profile.rules()) {
      List<String> names = names(rule);
      if (rule.action().allows() && rule.conditions().isEmpty()) {
        allowed.addAll(names);
      } else if (rule.action().allows()) {
        rules.add(rule("SCMP_ACT_ALLOW", names, arguments(rule.conditions())));
      } else if (rule.action().equals(SeccompAction.errno(Errno.ENOSYS))) {
        Map<String, Object> refusal = rule("SCMP_ACT_ERRNO", names, List.of());
        refusal.put("errnoRet", (long) Errno.ENOSYS.number());
        rules.add(refusal);
      }
    }
    refuseByArgument(profile, allowed, rules);
    if (width == Width.DOCKER) {
      allowed.addAll(I386);
    }
    rules.addFirst(rule("SCMP_ACT_ALLOW", List.copyOf(allowed), List.of()));
    Map<String, Object> oci = new LinkedHashMap<>();
    oci.put("defaultAction", "SCMP_ACT_ERRNO");
    oci.put("defaultErrnoRet", (long) Errno.EPERM.number());
    oci.put(
        "architectures",
        switch (width) {
          case NATIVE -> List.of("SCMP_ARCH_X86_64");
          case DOCKER -> List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32");
        });
    oci.put("syscalls", rules);
    return oci;
  }

  /** libseccomp has no order of rules: "all but these" must be said as a rule that allows. */
  private static void refuseByArgument(
      SeccompProfile profile, Set<String> allowed, List<Object> rules) {
    Set<String> done = new TreeSet<>();
    for (SeccompRule rule : profile.rules()) {
      if (rule.action().allows() || rule.conditions().isEmpty()) {
        continue;
      }
      for (String name : names(rule)) {
        // libseccomp takes one test of an argument in a rule: as in Docker's, one family is refused
        if (allowed.remove(name) || done.contains(name)) {
          if (done.add(name)) {
            SeccompCondition test = rule.conditions().getLast();
            rules.add(
                rule(
                    "SCMP_ACT_ALLOW",
                    List.of(name),
                    List.of(argument(test.index(), "SCMP_CMP_NE", test.value(), 0))));
          }
        }
      }
    }
  }

  private static List<String> names(SeccompRule rule) {
    return rule.syscalls().stream().flatMap(n -> Syscalls.name(n).stream()).sorted().toList();
  }

  private static Map<String, Object> rule(
      String action, List<String> names, List<Object> arguments) {
    Map<String, Object> rule = new LinkedHashMap<>();
    rule.put("names", names);
    rule.put("action", action);
    if (!arguments.isEmpty()) {
      rule.put("args", arguments);
    }
    return rule;
  }

  private static List<Object> arguments(List<SeccompCondition> conditions) {
    List<Object> arguments = new ArrayList<>();
    for (SeccompCondition each : conditions) {
      arguments.add(argument(each.index(), "SCMP_CMP_MASKED_EQ", each.mask(), each.value()));
    }
    return arguments;
  }

  private static Map<String, Object> argument(int index, String test, long value, long valueTwo) {
    Map<String, Object> argument = new LinkedHashMap<>();
    argument.put("index", (long) index);
    argument.put("value", value);
    argument.put("valueTwo", valueTwo);
    argument.put("op", test);
    return argument;
  }
}
