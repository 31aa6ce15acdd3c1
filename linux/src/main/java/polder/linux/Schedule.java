package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** How the kernel schedules a process that nobody said anything about. */
final class Schedule {
  private static final byte[] TIMER_SLACK = // nanoseconds: proc_pid_timerslack_ns(5)
      "50000".getBytes(StandardCharsets.US_ASCII);
  private static final int MOST_PROCESSORS = 8192; // NR_CPUS of any configuration of x86

  private Schedule() {}

  /**
   * Takes from {@code pid}, and so from its children to come, what it has inherited: scheduling
   * policy, nice value, io priority, processors, timer slack. Where we may not, it keeps it:
   * without CAP_SYS_NICE, say, a nice value of ours.
   */
  static void reset(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zero = arena.allocate(4); // struct sched_param
      MemorySegment all = arena.allocate(MOST_PROCESSORS / 8).fill((byte) -1);
      Kernel.call(Nr.SCHED_SETSCHEDULER, pid, 0, zero.address()); // SCHED_OTHER
      Kernel.call(Nr.SETPRIORITY, 0, pid, 0); // PRIO_PROCESS
      Kernel.call(Nr.IOPRIO_SET, 1, pid, 0); // IOPRIO_WHO_PROCESS, as the nice value says
      Kernel.call(Nr.SCHED_SETAFFINITY, pid, all.byteSize(), all.address());
    }
    try (Fd slack = Procfs.open("/proc/" + pid + "/timerslack_ns", OpenFlags.O_WRONLY)) {
      slack.write(TIMER_SLACK, 0, TIMER_SLACK.length);
    } catch (SyscallException e) {
      // it keeps ours
    }
  }
}
