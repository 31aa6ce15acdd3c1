package polder.linux;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Puts a {@link Program} together, in the order in which it will run.
 *
 * <p>Steps of one kind are in {@link #mounts}, {@link #files} and {@link #process}; any other
 * system call is a {@link #call}. A path is relative to the process's root and working directory at
 * that step. Not for several threads.
 */
public final class ProgramBuilder {
  private static final int FIRST_NUMBER = 3; // of received descriptors: see launcher-x86_64.s
  private static final int MOST_DESCRIPTORS = 250; // SCM_MAX_FD is 253; report socket and body too
  private static final long CLONE_PARENT = 0x8000; // linux/sched.h
  private static final long CLONE_INTO_CGROUP = 0x2_0000_0000L;
  private static final long SIGCHLD = 17;
  private static final int CLONE_ARGS_SIZE = 88; // CLONE_ARGS_SIZE_VER2
  private static final long SIG_SETMASK = 2;
  private static final long SIGSET_SIZE = 8;
  private static final int EXEC_GOES_ON =
      1 << Errno.ENOENT.number() | 1 << Errno.EACCES.number() | 1 << Errno.ENOTDIR.number();

  private final JobMemory memory = new JobMemory();
  private final List<Step> steps = new ArrayList<>();
  private final List<Fd> inherited = new ArrayList<>();
  private final List<Fd> passed = new ArrayList<>();
  private long cloneFlags;
  private long cgroup;
  private int last; // where the steps of the latest act begin
  private boolean numbered; // the report socket's number is in use
  private boolean init;

  ProgramBuilder(Set<Namespace> namespaces) {
    this.cloneFlags = CLONE_PARENT | Namespace.flags(namespaces);
  }

  /**
   * Makes the process in a control group: before its first other step it is there in every
   * hierarchy. In those of version 1 it is so by steps of its own, which need root's credentials.
   * Must come first; {@code entrance} must be open at the launch.
   */
  public void enter(CgroupEntrance entrance) {
    bornIn(entrance);
    join(entrance);
  }

  /**
   * Makes the process in a control group of version 2, as the first half of {@link #enter}. Must
   * come first.
   */
  public void bornIn(CgroupEntrance entrance) {
    if (!steps.isEmpty()) {
      throw new IllegalStateException("a process is born before all else");
    }
    entrance.directory().ifPresent(this::intoCgroup);
  }

  /**
   * Has the process enter a control group in the hierarchies of version 1, as the second half of
   * {@link #enter}. Before it only {@link #waitForGo} may come: meanwhile somebody makes the group.
   */
  public void join(CgroupEntrance entrance) {
    if (!steps.stream().allMatch(step -> step.is(Step.ZERO_FAILS))) {
      throw new IllegalStateException("a process enters its control group before all else");
    }
    for (Path each : entrance.taskFiles()) {
      files().write(each.toString(), "0"); // itself
    }
  }

  /** Makes the process in the control group (v2) whose directory {@code directory} is. */
  void intoCgroup(Fd directory) {
    cgroup = ((Operand.Constant) pass(directory)).value();
    cloneFlags |= CLONE_INTO_CGROUP;
  }

  /**
   * Gives the process {@code descriptor}, to use in its steps; it closes when the process executes.
   * The descriptor still belongs to the caller, and must be open at each launch.
   *
   * @return its number in the child
   */
  public Operand pass(Fd descriptor) {
    numbered = true;
    passed.add(descriptor);
    checkCount();
    return Operand.of(FIRST_NUMBER + inherited.size() + passed.size());
  }

  /**
   * Gives the executed program {@code descriptor}: the first one as number 3, the next as 4, and so
   * on. Must come before {@link #pass}.
   *
   * @return its number in the child
   */
  public Operand inherit(Fd descriptor) {
    if (numbered) {
      throw new IllegalStateException("descriptors to inherit come before those to pass");
    }
    inherited.add(descriptor);
    checkCount();
    Operand number = Operand.of(FIRST_NUMBER + inherited.size() - 1L);
    act(
        "keep descriptor " + inherited.size(),
        Nr.FCNTL,
        number,
        Operand.of(2),
        Operand.of(0)); // F_SETFD
    return number;
  }

  /** Mounting and what belongs to it. */
  public MountSteps mounts() {
    return new MountSteps(this);
  }

  /** Files, directories and descriptors. */
  public FileSteps files() {
    return new FileSteps(this);
  }

  /** What belongs to the process: names, ids, capabilities, limits, session, filters. */
  public ProcessSteps process() {
    return new ProcessSteps(this);
  }

  /**
   * Adds any system call.
   *
   * @param name what it does, as the error will say it: "mount proc on /proc"
   * @param number which, asm/unistd_64.h
   * @return its result, for later steps
   */
  public Operand call(String name, int number, Operand... arguments) {
    return act(name, number, arguments);
  }

  /** A C string in the child's memory. */
  public Operand text(String text) {
    return Operand.of(memory.add(text));
  }

  /** Bytes in the child's memory, at a multiple of eight. */
  public Operand bytes(byte[] content) {
    return Operand.of(memory.add(content));
  }

  /** Lets the latest act fail with any of {@code errnos}: the rest of it is then left out. */
  public void tolerate(Errno... errnos) {
    int mask = 0;
    for (Errno errno : errnos) {
      if (errno.number() > 31) {
        throw new IllegalArgumentException(errno.text() + " cannot be told apart: use tolerateAll");
      }
      mask |= 1 << errno.number();
    }
    tolerate(mask);
  }

  /** Lets the latest act fail for any reason: the rest of it is then left out. */
  public void tolerateAll() {
    tolerate(Step.ALL_ERRNOS);
  }

  /**
   * Waits for {@link Child#go}. If the JVM ends or closes the child instead, the process exits.
   *
   * <p>Id maps are written, and networks given, while a process waits. Put before the exec, it
   * makes a start that the caller commits to.
   */
  public void waitForGo() {
    begin();
    Operand number = Operand.of(reportNumber());
    add(
        new Step(
            "wait for go",
            Nr.READ,
            List.of(number, Operand.of(memory.add(new byte[8])), Operand.of(1)),
            Step.ANNOUNCE | Step.ZERO_FAILS,
            0));
  }

  /**
   * Goes on in a new process, for which the old one makes way: a pid namespace that was joined by
   * {@code setns} or made by {@code unshare} begins with the next process. The new one is our child
   * too, and {@link Child#pid} is its pid. Not after {@link #beInit}.
   *
   * <p>Who entered a zone must be reaped for the zone's first process to end: the kernel lets that
   * one wait until its pid namespace is empty, and a zombie of ours is still in it. If the zone is
   * killed before the new one has told of itself, it is found by the process group that it has from
   * the old one.
   */
  public void forkOn() {
    if (init) {
      throw new IllegalStateException("the child of an init cannot be ours");
    }
    act("lead a process group", Nr.SETPGID, Operand.of(0), Operand.of(0));
    Operand arguments = Operand.of(memory.add(cloneArguments(CLONE_PARENT, 0, 0)));
    add(
        new Step(
            "fork in the joined namespaces",
            Nr.CLONE3,
            List.of(arguments, Operand.of(CLONE_ARGS_SIZE)),
            Step.PARENT_EXITS | Step.REPORT,
            0));
  }

  /**
   * Stays as the zone's first process, and goes on in a child: reaps every orphan, passes signals
   * on to that child, ends with its exit code, or 128 and the signal that ended it. It keeps no
   * descriptor and cannot be traced. {@link Child#pid} stays the first process's, {@link
   * Child#mainPid} is the child's.
   */
  public void beInit() {
    begin();
    blockSignals();
    add(
        new Step(
            "fork the main process",
            Nr.CLONE, // not clone3, which a seccomp filter cannot look into and so refuses
            List.of(Operand.of(SIGCHLD)),
            Step.PARENT_IS_INIT | Step.REPORT,
            0));
    signalMask("unblock signals", 0);
    init = true;
  }

  /**
   * Ends the program as a first process that runs nothing: it reaps every orphan, and on SIGTERM or
   * SIGINT sends SIGTERM to everybody in its pid namespace, and ends with 0 once all have ended.
   * Where it is not its pid namespace's first process, it only ends.
   */
  public void beIdleInit() {
    begin();
    blockSignals();
    add(new Step("become the init", Nr.GETPID, List.of(), Step.PARENT_IS_INIT | Step.ANNOUNCE, 0));
    init = true;
  }

  /** Executes the file at {@code path}. execve(2) */
  public void exec(String path, List<String> arguments, List<String> environment) {
    execAnyOf(List.of(path), arguments, environment);
  }

  /**
   * Executes the first of {@code paths} that can be, as a search along {@code PATH} does.
   *
   * @param paths at least one
   */
  public void execAnyOf(List<String> paths, List<String> arguments, List<String> environment) {
    if (paths.isEmpty()) {
      throw new IllegalArgumentException("nothing to execute");
    }
    begin();
    Operand argv = Operand.of(memory.add(arguments));
    Operand envp = Operand.of(memory.add(environment));
    for (int i = 0; i < paths.size(); i++) {
      boolean lastOne = i == paths.size() - 1;
      add(
          new Step(
              "execute " + paths.get(i),
              Nr.EXECVE,
              List.of(text(paths.get(i)), argv, envp),
              (i == 0 ? Step.ANNOUNCE : 0) | Step.REPORT,
              lastOne ? 0 : EXEC_GOES_ON));
    }
  }

  /** Executes an open file, which must not be a script. execveat(2) with {@code AT_EMPTY_PATH} */
  public void execFile(
      String name, Operand file, List<String> arguments, List<String> environment) {
    begin();
    add(
        new Step(
            "execute " + name,
            Nr.EXECVEAT,
            List.of(
                file,
                text(""),
                Operand.of(memory.add(arguments)),
                Operand.of(memory.add(environment)),
                Operand.of(0x1000)), // AT_EMPTY_PATH, linux/fcntl.h
            Step.ANNOUNCE | Step.REPORT,
            0));
  }

  /** The program, as it is now. */
  public Program build() {
    List<Step> all = new ArrayList<>(steps);
    all.add(new Step("exit", Nr.EXIT_GROUP, List.of(Operand.of(0)), Step.ANNOUNCE, 0));
    long firstStep = memory.add(new byte[all.size() * JobMemory.STEP_SIZE]);
    byte[] image = memory.content();
    ByteBuffer job = JobMemory.little(image);
    job.position((int) (firstStep - JobMemory.ADDRESS));
    for (Step step : all) {
      step.write(job, firstStep);
    }
    List<Fd> descriptors = new ArrayList<>(inherited);
    descriptors.addAll(passed);
    boolean tooLong = image.length > Program.LONGEST_MESSAGE;
    job.putInt(JobMemory.REPORT_OFFSET, FIRST_NUMBER + inherited.size());
    job.putInt(JobMemory.BODY_OFFSET, tooLong ? FIRST_NUMBER + descriptors.size() + 1 : 0);
    job.putLong(JobMemory.LENGTH_OFFSET, image.length);
    job.put(JobMemory.CLONE_ARGS_OFFSET, cloneArguments(cloneFlags, 0, cgroup));
    job.putLong(JobMemory.STEPS_OFFSET, firstStep);
    return new Program(all, descriptors, inherited.size(), image, firstStep);
  }

  /** Begins an act, which may have several steps. */
  void begin() {
    last = steps.size();
  }

  /** Adds a step to the act that was begun. */
  Operand.Result add(Step step) {
    steps.add(step);
    return new Operand.Result(steps.size() - 1);
  }

  /** Adds a step to the act that was begun. */
  Operand.Result add(String name, int number, Operand... arguments) {
    return add(new Step(name, number, List.of(arguments), 0, 0));
  }

  /** An act of one step. */
  Operand.Result act(String name, int number, Operand... arguments) {
    begin();
    return add(name, number, arguments);
  }

  JobMemory memory() {
    return memory;
  }

  private int reportNumber() {
    numbered = true;
    return FIRST_NUMBER + inherited.size();
  }

  private void checkCount() {
    if (inherited.size() + passed.size() > MOST_DESCRIPTORS) {
      throw new IllegalArgumentException(
          "a program gets " + MOST_DESCRIPTORS + " descriptors at most");
    }
  }

  private void tolerate(int errnos) {
    if (steps.isEmpty()) {
      throw new IllegalStateException("no step yet");
    }
    int rest = Math.min(steps.size() - last - 1, Step.MOST_SKIPPED);
    steps.set(last, steps.get(last).tolerating(errnos, rest));
    for (int i = last + 1; i < steps.size(); i++) {
      steps.set(i, steps.get(i).tolerating(errnos, 0));
    }
  }

  private void blockSignals() {
    signalMask("block signals", -1);
  }

  private void signalMask(String name, long mask) {
    add(
        name,
        Nr.RT_SIGPROCMASK,
        Operand.of(SIG_SETMASK),
        Operand.of(memory.add(new long[] {mask})),
        Operand.of(0),
        Operand.of(SIGSET_SIZE));
  }

  /** struct clone_args, linux/sched.h. */
  private static byte[] cloneArguments(long flags, long exitSignal, long cgroup) {
    byte[] content = new byte[CLONE_ARGS_SIZE];
    JobMemory.little(content).putLong(0, flags).putLong(32, exitSignal).putLong(80, cgroup);
    return content;
  }
}
