package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class LauncherKernelTest {
  private static final Map<Integer, String> NOTHING =
      Map.of(0, "/dev/null", 1, "/dev/null", 2, "/dev/null");
  private static Launcher launcher;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(ProcessView.ourselves().status("Uid").startsWith("0\t"), "not root");
    launcher = Launcher.start();
  }

  @AfterAll
  static void stop() {
    if (launcher != null) {
      launcher.close();
    }
  }

  @AfterEach
  void endLeftovers() {
    Leftovers.end();
  }

  @Test
  void runsAProgramAndTellsHowItEnded() {
    assertEquals(new WaitStatus.Exited(7), sh("exit 7"));
    assertEquals(new WaitStatus.Killed(Signal.TERM, false), sh("kill -TERM $$"));
  }

  @Test
  void namesTheStepThatFailed() {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.MOUNT));
    p.mounts().mount("proc", "/nowhere", "proc", 0, "");
    exec(p, "exit 0");
    try (Child child = launcher.launch(p.build())) {
      LaunchException e = assertThrows(LaunchException.class, child::awaitStarted);
      assertEquals("mount proc on /nowhere: ENOENT (no such file or directory)", e.getMessage());
      assertEquals(Errno.ENOENT, e.errno().orElseThrow());
      assertFalse(e.isExec());
      assertEquals(125, e.shellCode());
    }
  }

  @Test
  void saysWhenTheProcessItselfCannotBeMade() {
    ProgramBuilder p = Program.builder(Set.of());
    try (Fd notAGroup = MemoryFile.create("group")) {
      p.intoCgroup(notAGroup);
      exec(p, "exit 0");
      LaunchException e =
          assertThrows(LaunchException.class, () -> launcher.launch(p.build()).close());
      assertEquals("make the process: EBADF (bad file descriptor)", e.getMessage());
    }
  }

  @Test
  @DisplayName("J-03 S-FD-04 a child has three descriptors, whatever the JVM has open")
  void hasThreeDescriptors() throws Exception {
    List<Fd> stray = new ArrayList<>();
    try (Fd one = MemoryFile.create("stray")) {
      for (int i = 0; i < 300; i++) {
        Fd copy = one.duplicate();
        Kernel.call(Nr.FCNTL, copy.number(), 2, 0); // F_SETFD: would survive an exec
        stray.add(copy);
      }
      ProgramBuilder p = Program.builder(Set.of());
      p.pass(one);
      p.waitForGo();
      p.exec("/bin/sleep", List.of("sleep", "100"), List.of());
      try (Launcher late = Launcher.start();
          Child child = late.launch(p.build())) {
        ProcessView own = new ProcessView(late.running().pidfd().pid());
        Eventually.is(
            "the launcher has closed what it passed on",
            () -> own.descriptors().keySet().equals(Set.of(0, 1, 2)),
            10_000);
        child.awaitReady();
        Map<Integer, String> waiting = new ProcessView(child.pid()).descriptors();
        assertEquals(Set.of(0, 1, 2, 3, 4), waiting.keySet()); // report socket, the one passed
        child.go();
        child.awaitStarted();
        ProcessView started = new ProcessView(child.pid());
        started.awaitSleeping("sleep");
        assertEquals(NOTHING, started.descriptors());
        child.pidfd().signal(Signal.KILL);
        child.pidfd().await();
      }
    } finally {
      stray.forEach(Fd::close);
    }
  }

  @Test
  @DisplayName("J-04 a child has no signal blocked, ignored or caught, and no environment of ours")
  void hasAFreshState() {
    ProgramBuilder p = Program.builder(Set.of());
    p.process().umask(0027);
    p.process().limit(7, 512, 1024); // RLIMIT_NOFILE
    p.process().nice(5);
    p.process().oomScoreAdj(300);
    p.exec("/bin/sleep", List.of("sleep", "100"), List.of("A=b", "LANG=ä"));
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      ProcessView seen = new ProcessView(child.pid());
      seen.awaitSleeping("sleep");
      for (String set : List.of("SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd")) {
        assertEquals("0000000000000000", seen.status(set), set);
      }
      assertEquals("A=b\0LANG=ä\0", seen.read("environ"));
      assertEquals("0027", seen.status("Umask"));
      assertTrue(seen.read("limits").matches("(?s).*Max open files +512 +1024 .*"));
      assertEquals("300", seen.read("oom_score_adj").strip());
      assertEquals("5", seen.read("stat").replaceFirst(".*\\) ", "").split(" ")[19 - 3]);
      assertEquals(ProcessView.ourselves().pid(), Integer.parseInt(seen.status("PPid")));
      child.pidfd().signal(Signal.KILL);
      child.pidfd().await();
    }
  }

  @Test
  @DisplayName("J-04 a child is scheduled as nobody said, however the JVM is")
  void isScheduledAfresh() throws Exception {
    Path said = Files.createTempFile("polder-schedule", "");
    try {
      List<String> command = new ArrayList<>(List.of("nice", "-n", "7", "chrt", "--batch", "0"));
      command.addAll(List.of("taskset", "-c", "0", "ionice", "-c", "2", "-n", "1"));
      command.addAll(List.of("setarch", "-R", System.getProperty("java.home") + "/bin/java"));
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-cp"));
      command.addAll(
          List.of("target/classes:target/test-classes", "polder.linux.LaunchOne", SCHEDULE + said));
      Process jvm = new ProcessBuilder(command).inheritIO().start();
      assertEquals(0, jvm.waitFor());
      assertEquals(
          "0\nSCHED_OTHER\n0\nnone: prio 0\n00000000\n50000\n%d\n"
              .formatted(Runtime.getRuntime().availableProcessors()),
          Files.readString(said));
    } finally {
      Files.delete(said);
    }
  }

  private static final String SCHEDULE =
      "(nice; chrt -p $$ | sed 's/.*: //'; ionice -p $$;"
          + " cat /proc/$$/personality /proc/$$/timerslack_ns; nproc) >";

  @Test
  void sharesNoMemoryWithTheJvm() {
    ProgramBuilder p = Program.builder(Set.of());
    p.waitForGo();
    p.exec("/bin/busybox", List.of("sleep", "100"), List.of());
    try (Child child = launcher.launch(p.build())) {
      child.awaitReady();
      ProcessView seen = new ProcessView(child.pid());
      assertEquals(
          List.of("/memfd:polder-launch (deleted)", "[stack]", "anonymous"), seen.mapped());
      assertTrue(
          Integer.parseInt(seen.status("VmSize").replace(" kB", "")) < 5000, "job and stack");
      child.go();
      child.awaitStarted();
      seen.awaitSleeping("busybox");
      List<String> started = new ArrayList<>(seen.mapped());
      started.removeAll(List.of("[stack]", "[heap]", "anonymous"));
      assertEquals(1, started.size(), "only its own file: " + started);
      assertTrue(started.getFirst().endsWith("/busybox"));
      child.pidfd().signal(Signal.KILL);
      child.pidfd().await();
    }
  }

  @Test
  @DisplayName("S-EXE-01 the launcher's file cannot be written, even by root")
  void isSealed() {
    String exe = "/proc/" + launcher.running().pidfd().pid() + "/exe";
    assertThrows(FileSystemException.class, () -> Files.write(Path.of(exe), new byte[] {0}));
    assertEquals(-1, Arrays.mismatch(Launcher.code(), read(exe)));
  }

  @Test
  @DisplayName("S-FD-05 a child cannot be traced by its own user until it executes")
  void isNotDumpableUntilExec() {
    ProgramBuilder p = Program.builder(Set.of());
    p.process().setGroups(List.of(1000));
    p.process().setGid(1000);
    p.process().setUid(1000);
    p.process().blockSignals(Set.of(Signal.HUP, Signal.TERM));
    p.waitForGo();
    p.exec("/bin/sleep", List.of("sleep", "100"), List.of());
    try (Child child = launcher.launch(p.build())) {
      child.awaitReady();
      ProcessView seen = new ProcessView(child.pid());
      assertEquals("1000\t1000\t1000\t1000", seen.status("Uid"));
      assertEquals("1000", seen.status("Groups"));
      assertEquals("0000000000004001", seen.status("SigBlk"));
      assertEquals(0, seen.owner());
      child.go();
      child.awaitStarted();
      seen.awaitSleeping("sleep");
      assertEquals(1000, seen.owner());
      child.pidfd().signal(Signal.KILL);
      child.pidfd().await();
    }
  }

  @Test
  void passesLongArgumentsOn() {
    String longest = "x".repeat(100_000);
    ProgramBuilder p = Program.builder(Set.of());
    List<String> arguments = new ArrayList<>(List.of("sh", "-c", "[ ${#10} = 100000 ] && exit $#"));
    arguments.addAll(Collections.nCopies(12, longest));
    p.exec("/bin/sh", arguments, List.of());
    assertEquals(new WaitStatus.Exited(11), run(p));
    assertThrows(
        IllegalArgumentException.class,
        () -> p.exec("/bin/sh", Collections.nCopies(50, longest), List.of()));
    assertThrows(IllegalArgumentException.class, () -> p.text("a\0b"));
  }

  @Test
  void inheritsWhatItIsTold() throws Exception {
    Path file = Files.writeString(directory.resolve("in"), "from a file\n");
    Path out = Files.createFile(directory.resolve("out"));
    ProgramBuilder p = Program.builder(Set.of());
    try (Fd input = open(file, 0);
        Fd output = open(out, 1)) {
      p.inherit(input);
      Operand passed = p.pass(output);
      p.process().stdio(Operand.of(0), passed, passed);
      exec(p, "cat <&3");
      assertEquals(new WaitStatus.Exited(0), run(p));
      assertThrows(IllegalStateException.class, () -> p.inherit(input));
    }
    assertEquals("from a file\n", Files.readString(out));
  }

  @Test
  void usesResultsOfEarlierSteps() {
    ProgramBuilder p = Program.builder(Set.of());
    Operand opened =
        p.files().open(Operand.AT_FDCWD, directory.toString(), FileSteps.O_DIRECTORY, 0);
    p.files().mkdir(opened, "made", 0755);
    p.files().mkdir(opened, "made", 0755);
    p.tolerate(Errno.EEXIST);
    p.files().write(directory + "/absent/file", "x");
    p.tolerate(Errno.ENOENT);
    p.files().symlink("/target", opened, "link");
    p.files().makeCharacterDevice(opened, "null", 0666, 1, 3);
    p.files().chmod(opened, "null", 0640);
    p.files().chown(opened, "link", 12, 34);
    p.files().fchdir(opened);
    p.files().close(opened);
    exec(p, "test -d made && test -h link && echo x >null && test $(pwd) = " + directory);
    assertEquals(new WaitStatus.Exited(0), run(p));
  }

  @Test
  void searchesForTheProgram() throws Exception {
    Path plain = Files.writeString(directory.resolve("plain"), "#!/bin/sh\n");
    ProgramBuilder p = Program.builder(Set.of());
    p.execAnyOf(
        List.of("/nowhere/sh", plain + "/sh", plain.toString(), "/bin/sh"),
        List.of("sh", "-c", "exit 3"),
        List.of());
    assertEquals(new WaitStatus.Exited(3), run(p));

    assertEquals(127, refused(List.of("/nowhere/a", "/nowhere/b")).shellCode());
    LaunchException e = refused(List.of("/nowhere/a", plain.toString(), "/nowhere/b"));
    assertEquals(126, e.shellCode());
    assertEquals(Errno.EACCES, e.errno().orElseThrow());
    Files.setPosixFilePermissions(
        Files.write(directory.resolve("junk"), new byte[] {1, 2, 3}),
        PosixFilePermissions.fromString("rwxr-xr-x"));
    assertEquals(126, refused(List.of(directory + "/junk")).shellCode());
  }

  @Test
  void executesAnOpenFile() {
    ProgramBuilder p = Program.builder(Set.of());
    try (Fd file = open(Path.of("/bin/busybox"), 0)) {
      p.execFile("busybox", p.pass(file), List.of("false"), List.of());
      assertEquals(new WaitStatus.Exited(1), run(p));
    }
  }

  @Test
  void hasIdMapsWrittenFromOutside() {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.USER, Namespace.UTS));
    p.waitForGo();
    p.process().setGroups(List.of());
    p.process().setGid(0);
    p.process().setUid(0);
    p.process().setHostname("inside");
    exec(p, "[ $(id -u) = 0 ] && [ $(hostname) = inside ] && sleep 100");
    try (Child child = launcher.launch(p.build())) {
      UserNamespace.map(child.pid(), IdMap.of(700_000, 65_536), IdMap.of(800_000, 65_536));
      child.go();
      child.awaitStarted();
      ProcessView seen = new ProcessView(child.pid());
      assertTrue(seen.status("Uid").startsWith("700000\t"), seen.status("Uid"));
      assertTrue(seen.status("Gid").startsWith("800000\t"), seen.status("Gid"));
      child.pidfd().signal(Signal.KILL);
      assertEquals(new WaitStatus.Killed(Signal.KILL, false), child.pidfd().await());
    }
  }

  @Test
  void isBornInItsControlGroup() throws Exception {
    Path root = Path.of("/sys/fs/cgroup/unified");
    root = Files.exists(root) ? root : Path.of("/sys/fs/cgroup");
    Assumptions.assumeTrue(Files.exists(root.resolve("cgroup.procs")), "no cgroup v2");
    Path group = Files.createDirectory(root.resolve("polder-launcher-test-" + System.nanoTime()));
    try (Fd opened = open(group, FileSteps.O_DIRECTORY)) {
      ProgramBuilder p = Program.builder(Set.of());
      p.intoCgroup(opened);
      p.waitForGo();
      exec(p, "exit 0");
      try (Child child = launcher.launch(p.build())) {
        assertEquals(child.pid() + "\n", Files.readString(group.resolve("cgroup.procs")));
        child.go();
        child.awaitStarted();
        child.pidfd().await();
      }
    } finally {
      Files.delete(group);
    }
  }

  @Test
  void launchesManyAtOnce() throws Exception {
    Set<ProcessView> before = Set.copyOf(ProcessView.ourselves().children());
    int descriptors = ProcessView.ourselves().descriptors().size();
    try (ExecutorService threads = Executors.newFixedThreadPool(64)) {
      List<Callable<Integer>> jobs = new ArrayList<>();
      for (int i = 0; i < 256; i++) {
        String script = "exit " + i;
        jobs.add(() -> sh(script).shellCode());
      }
      List<Future<Integer>> codes = threads.invokeAll(jobs);
      for (int i = 0; i < codes.size(); i++) {
        assertEquals(i, codes.get(i).get());
      }
    }
    assertEquals(before, Set.copyOf(ProcessView.ourselves().children()));
    int after = ProcessView.ourselves().descriptors().size();
    assertTrue(after <= descriptors + 2, descriptors + " descriptors became " + after);
  }

  private LaunchException refused(List<String> paths) {
    ProgramBuilder p = Program.builder(Set.of());
    p.execAnyOf(paths, List.of("x"), List.of());
    try (Child child = launcher.launch(p.build())) {
      return assertThrows(LaunchException.class, child::awaitStarted);
    }
  }

  private static WaitStatus sh(String script) {
    ProgramBuilder p = Program.builder(Set.of());
    exec(p, script);
    return run(p);
  }

  private static void exec(ProgramBuilder p, String script) {
    p.exec("/bin/sh", List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"));
  }

  private static WaitStatus run(ProgramBuilder p) {
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      return child.pidfd().await();
    }
  }

  private static byte[] read(String path) {
    try {
      return Files.readAllBytes(Path.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Fd open(Path path, long flags) {
    try (var arena = Arena.ofConfined()) {
      long address = arena.allocateFrom(path.toString()).address();
      return new Fd(
          Kernel.check(
              Kernel.call(Nr.OPENAT, -100, address, flags | 02000000), () -> "open " + path));
    }
  }
}
