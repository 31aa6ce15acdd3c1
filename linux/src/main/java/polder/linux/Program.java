package polder.linux;

import java.util.List;
import java.util.Set;

/**
 * A process to be made: in which namespaces, what it does there step by step, and what it executes.
 *
 * <p>Everything in it is decided beforehand; it can be launched any number of times, as long as the
 * descriptors that it passes are open. A step that fails ends the process, and {@link
 * Child#awaitStarted} throws its name.
 *
 * <pre>{@code
 * ProgramBuilder p = Program.builder(EnumSet.of(Namespace.MOUNT, Namespace.PID, Namespace.UTS));
 * Operand log = p.pass(logFd); // its number in the child
 * p.process().stdio(Operand.of(0), log, log); // 0 is /dev/null
 * p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
 * p.mounts().mount("proc", "/proc", "proc", 0, "");
 * p.process().setHostname("web");
 * p.files().mkdir(Operand.AT_FDCWD, "/run/web", 0755);
 * p.tolerate(Errno.EEXIST); // belongs to the step before
 * p.waitForGo(); // id maps: from outside, then go()
 * p.exec("/bin/sh", List.of("sh", "-c", "exit 7"), List.of("PATH=/usr/bin:/bin"));
 *
 * try (Child child = launcher.launch(p.build())) {
 *   child.go(); // releases it from waitForGo
 *   child.awaitStarted(); // or LaunchException: "mount proc on /proc: EPERM (…)"
 *   WaitStatus status = child.pidfd().await(); // Exited[code=7]
 * }
 * }</pre>
 *
 * <p>The process begins as a child of ours with root's credentials, no signal blocked, all
 * dispositions default, untraceable until it executes, in a session of the launcher's, at {@code
 * /}; descriptors 0, 1 and 2 are {@code /dev/null}, and those passed are closed when it executes.
 */
public final class Program {
  /** Longer ones travel in a memfd: a socket takes some 200 kB, and that much only in big pages. */
  static final int LONGEST_MESSAGE = 0x1_0000;

  private final List<Step> steps;
  private final List<Fd> descriptors;
  private final int reportIndex;
  private final byte[] image;
  private final long firstStep;

  Program(List<Step> steps, List<Fd> descriptors, int reportIndex, byte[] image, long firstStep) {
    this.steps = List.copyOf(steps);
    this.descriptors = List.copyOf(descriptors);
    this.reportIndex = reportIndex;
    this.image = image;
    this.firstStep = firstStep;
  }

  /** Begins a program whose process gets new {@code namespaces}. */
  public static ProgramBuilder builder(Set<Namespace> namespaces) {
    return new ProgramBuilder(namespaces);
  }

  /** What it does, step by step, as an error would name it. */
  public List<String> stepNames() {
    return steps.stream().map(Step::name).toList();
  }

  List<Step> steps() {
    return steps;
  }

  /** Those to pass, without the report socket, which comes at {@link #reportIndex} among them. */
  List<Fd> descriptors() {
    return descriptors;
  }

  int reportIndex() {
    return reportIndex;
  }

  /** The job, complete. Nobody changes it. */
  byte[] image() {
    return image;
  }

  /** The step whose record lies at {@code address} in the launcher's memory; -1 if none can. */
  int stepAt(long address) {
    long offset = address - firstStep;
    return offset >= 0 && offset < JobMemory.SIZE ? (int) (offset / JobMemory.STEP_SIZE) : -1;
  }
}
