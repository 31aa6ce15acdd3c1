package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The built-in first process of a zone, and the ways into one. */
@Tag("kernel")
class InitKernelTest {
  private static final Set<Integer> STOPS_OR_NOTHING = // signal(7): these do not end a process
      Set.of(17, 18, 19, 20, 21, 22, 23, 28);
  private static final int QUICK_EXITS = Boolean.getBoolean("polder.full") ? 2_000 : 500;
  private static final int ENTRIES = Boolean.getBoolean("polder.full") ? 10_000 : 300;
  private static final String PROBE = // as the zone's root, looks at every process again and again
      """
      import os, signal, sys
      seen = refused = written = 0
      def end(*_):
          print("refused", refused, "written", written, "seen", seen, flush=True)
          os._exit(0)
      signal.signal(signal.SIGTERM, end)
      print("looking", flush=True)
      while True:
          for pid in filter(str.isdigit, os.listdir("/proc")):
              try:
                  if "memfd" in os.readlink("/proc/" + pid + "/exe"):
                      seen += 1
              except PermissionError:
                  refused += 1
              except OSError:
                  pass
              try:
                  for fd in map(("/proc/" + pid + "/fd/").__add__, os.listdir("/proc/" + pid + "/fd")):
                      got = os.open(fd, os.O_RDONLY | os.O_NONBLOCK)
                      what = os.readlink("/proc/self/fd/%d" % got)
                      os.close(got)
                      seen += what.startswith(("/memfd", "socket:", "anon_inode:"))
              except OSError:
                  pass
              try:
                  os.close(os.open("/proc/" + pid + "/exe", os.O_WRONLY))
                  written += 1
              except OSError:
                  pass
      """;
  private static Launcher launcher;

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
  @DisplayName("R-REAP-03 ends with its main child's exit code, 0 to 255")
  void passesExitCodesOn() {
    for (int code = 0; code < 256; code++) {
      assertEquals(new WaitStatus.Exited(code), runUnderInit("exit " + code));
    }
  }

  @Test
  @DisplayName("R-REAP-03 ends with 128 and the signal that ended its main child")
  void tellsSignals() {
    for (int signal = 1; signal <= 64; signal++) {
      if (STOPS_OR_NOTHING.contains(signal) || signal == 32 || signal == 33) {
        continue; // 32 and 33: the shell's C library keeps them to itself
      }
      WaitStatus status = runUnderInit("kill -" + signal + " $$; sleep 1; exit 99");
      assertEquals(new WaitStatus.Exited(128 + signal), status);
    }
  }

  @Test
  @DisplayName("R-REAP-04 tells the status of a program that exits at once")
  void losesNoQuickExit() {
    for (int i = 0; i < QUICK_EXITS; i++) {
      ProgramBuilder p = zone();
      p.beInit();
      p.exec("/bin/busybox", List.of("false"), List.of());
      assertEquals(new WaitStatus.Exited(1), run(p));
    }
  }

  @Test
  @DisplayName("R-REAP-01 reaps 1,000 double-forked orphans")
  void reapsOrphans() throws Exception {
    ProgramBuilder p = zone();
    p.process().limit(6, 4000, 4000); // RLIMIT_NPROC
    p.beInit();
    sh(p, "i=0; while [ $i -lt 1000 ]; do ( true & ); i=$((i+1)); done; exec -a done sleep 100");
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      ProcessView init = new ProcessView(child.pid());
      ProcessView main = new ProcessView(child.mainPid().orElseThrow());
      Eventually.is("the orphans are made", () -> main.read("cmdline").startsWith("done"), 30_000);
      Eventually.is("the orphans are reaped", () -> init.children().size() == 1, 10_000);
      end(child);
    }
  }

  @Test
  void passesSignalsOn() throws Exception {
    ProgramBuilder p = zone();
    p.beInit();
    sh(
        p,
        "trap 'exit 33' TERM; trap 'exit 44' USR1; trap ready=1 HUP; while :; do sleep 0.01; done");
    Program program = p.build();
    for (Map.Entry<String, Integer> each : Map.of("TERM", 33, "USR1", 44, "KILL", 137).entrySet()) {
      try (Child child = launcher.launch(program)) {
        child.awaitStarted();
        ProcessView main = new ProcessView(child.mainPid().orElseThrow());
        // bash itself catches SIGINT and SIGCHLD while it waits, which is nearly always
        Eventually.is("all traps", () -> (caught(main) & 0x4201) == 0x4201, 10_000);
        child.pidfd().signal(Signal.parse(each.getKey()).orElseThrow());
        assertEquals(each.getValue(), child.pidfd().await().shellCode());
      }
    }
  }

  private static long caught(ProcessView process) {
    return Long.parseUnsignedLong(process.status("SigCgt"), 16);
  }

  @Test
  void givesTheMainChildAFreshSignalState() {
    ProgramBuilder p = zone();
    p.beInit();
    p.exec("/bin/sleep", List.of("sleep", "100"), List.of());
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      ProcessView main = new ProcessView(child.mainPid().orElseThrow());
      main.awaitSleeping("sleep");
      for (String set : List.of("SigBlk", "SigIgn", "SigCgt")) {
        assertEquals("0000000000000000", main.status(set), set);
      }
      assertEquals(Set.of(0, 1, 2), main.descriptors().keySet());
      assertEquals(child.pid(), Integer.parseInt(main.status("PPid")));
      end(child);
    }
  }

  @Test
  @DisplayName("S-FD-01 an init keeps no descriptor, no environment, and cannot be traced")
  void keepsNothing() throws Exception {
    ProgramBuilder p = zone();
    try (Fd secret = MemoryFile.create("secret")) {
      p.pass(secret);
      p.process().setUid(1000);
      p.beInit();
      p.exec("/bin/sleep", List.of("sleep", "100"), List.of("TOKEN=secret"));
      try (Child child = launcher.launch(p.build())) {
        child.awaitStarted();
        ProcessView init = new ProcessView(child.pid());
        Eventually.is("it has its name", () -> init.status("Name").equals("polder-init"), 1000);
        assertEquals(Map.of(), init.descriptors());
        assertEquals("", init.read("environ"));
        assertEquals("/memfd:polder-launch (deleted)", init.link("exe"));
        assertEquals(List.of("/memfd:polder-launch (deleted)", "[stack]"), init.mapped());
        assertEquals(0, init.owner(), "uid 1000 must not own what /proc shows of it");
        assertEquals("0000000000000000", init.status("SigCgt"));
        end(child);
      }
    }
  }

  @Test
  void idlesUntilItIsToldToEnd() throws Exception {
    for (Signal signal : List.of(Signal.TERM, Signal.INT)) {
      try (Child zone = launcher.launch(idleZone())) {
        zone.awaitStarted();
        Child first = enter(zone, "trap 'sleep 0.1; exit 5' TERM; while :; do sleep 0.01; done");
        Child second = enter(zone, "sleep 100 & sleep 100 & exec sleep 100");
        ProcessView trapping = new ProcessView(first.pid());
        Eventually.is(
            "trap is set", () -> !trapping.status("SigCgt").equals("0".repeat(16)), 10_000);
        assertTrue(zone.pidfd().isAlive());

        zone.pidfd().signal(signal);
        assertEquals(new WaitStatus.Exited(5), first.pidfd().await());
        assertEquals(new WaitStatus.Killed(Signal.TERM, false), second.pidfd().await());
        assertEquals(new WaitStatus.Exited(0), zone.pidfd().await());
        first.close();
        second.close();
      }
    }
  }

  @Test
  void entersARunningZone() throws Exception {
    try (Child zone = launcher.launch(idleZone())) {
      zone.awaitStarted();
      ProcessView init = new ProcessView(zone.pid());
      try (Child entered = enter(zone, "[ $(hostname) = zone ] && [ $$ != 1 ] && exec sleep 100")) {
        ProcessView seen = new ProcessView(entered.pid());
        for (Namespace namespace : namespaces()) {
          String link = "ns/" + namespace.link();
          assertEquals(init.link(link), seen.link(link));
        }
        assertEquals(ProcessView.ourselves().pid(), Integer.parseInt(seen.status("PPid")));
        assertEquals(2, seen.status("NSpid").split("\t").length);
        seen.awaitSleeping("sleep");
        assertEquals(Set.of(0, 1, 2), seen.descriptors().keySet());
        entered.pidfd().signal(Signal.KILL);
        assertEquals(new WaitStatus.Killed(Signal.KILL, false), entered.pidfd().await());
      }
      for (int code = 0; code < 256; code += 51) {
        try (Child entered = enter(zone, "exit " + code)) {
          assertEquals(new WaitStatus.Exited(code), entered.pidfd().await());
        }
      }
      end(zone);
    }
    assertEquals(1, ProcessView.ourselves().children().size(), "only the launcher is left");
  }

  @Test
  void namesTheStepThatFailsInsideAZone() {
    try (Child zone = launcher.launch(idleZone())) {
      zone.awaitStarted();
      ProgramBuilder p = entering(zone);
      p.files().chdir("/nowhere");
      p.exec("/bin/true", List.of("true"), List.of());
      try (Child entered = launcher.launch(p.build())) {
        LaunchException e = assertThrows(LaunchException.class, entered::awaitStarted);
        assertEquals(
            "change directory to /nowhere: ENOENT (no such file or directory)", e.getMessage());
      }
      assertTrue(zone.pidfd().isAlive());
      end(zone);
    }
  }

  @Test
  void endsWithTheZoneThatItEnteredAndIsReapedFirst() throws Exception {
    try (Child zone = launcher.launch(idleZone());
        Child entered = enterAfterStart(zone)) {
      zone.pidfd().signal(Signal.KILL);
      assertTrue(zone.pidfd().await(Duration.ofMillis(50)).isEmpty(), "the kernel waits for us");
      assertEquals(
          new WaitStatus.Killed(Signal.KILL, false),
          entered.pidfd().await(Figures.within(1)).orElseThrow());
      zone.pidfd().await();
    }
  }

  @Test
  @DisplayName("S-FD-05 S-EXE-01 a zone's root sees nothing of who enters, until it executes")
  void hidesWhoEnters() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/python3")), "no python3 to look with");
    Path said = Files.createTempFile("polder-probe", "");
    try (Child zone = launcher.launch(idleZone());
        Fd output = Procfs.open(said.toString(), OpenFlags.O_WRONLY)) {
      zone.awaitStarted();
      ProgramBuilder p = entering(zone, output);
      p.exec("/usr/bin/python3", List.of("python3", "-c", PROBE), List.of());
      try (Child probe = launcher.launch(p.build())) {
        probe.awaitStarted();
        Eventually.is("it looks", () -> read(said).startsWith("looking"), 10_000);
        for (int i = 0; i < ENTRIES; i++) {
          try (Child entered = enter(zone, "exit 3")) {
            assertEquals(new WaitStatus.Exited(3), entered.pidfd().await());
          }
        }
        probe.pidfd().signal(Signal.TERM);
        assertEquals(new WaitStatus.Exited(0), probe.pidfd().await());
      }
      end(zone);
      assertTrue(read(said).endsWith(" written 0 seen 0\n"), read(said));
      int refused = Integer.parseInt(read(said).replaceFirst("(?s).*refused (\\d+).*", "$1"));
      assertTrue(refused > 100, "it hardly looked: " + read(said));
    } finally {
      Files.delete(said);
    }
  }

  private static Child enterAfterStart(Child zone) {
    zone.awaitStarted();
    return enter(zone, "sleep 100");
  }

  private static Set<Namespace> namespaces() {
    return EnumSet.of(
        Namespace.USER,
        Namespace.PID,
        Namespace.MOUNT,
        Namespace.UTS,
        Namespace.IPC,
        Namespace.NET,
        Namespace.CGROUP);
  }

  /** A zone of its own pids and mounts, with a /proc to match. */
  @Test
  @DisplayName(
      "R-REAP-04 who is killed on its way in, before we heard of it, holds up no zone's end")
  void reapsWhoNeverToldOfItself() {
    Child zone = launcher.launch(idleZone());
    zone.awaitStarted();
    for (int i = 0; i < 20; i++) {
      ProgramBuilder p = Program.builder(Set.of());
      p.process().joinNamespaces(p.pass(zone.pidfd().fd()), namespaces());
      p.process().seccomp(deadly(Nr.SENDTO), 0); // it is killed as it tells of itself
      p.forkOn();
      sh(p, "exit 0");
      assertThrows(LaunchException.class, () -> launcher.launch(p.build()));
    }
    zone.pidfd().signal(Signal.KILL);
    assertEquals(
        Optional.of(new WaitStatus.Killed(Signal.KILL, false)),
        zone.pidfd().await(Duration.ofSeconds(20)));
    assertEquals(0, zombies());
  }

  /** A filter that kills who makes that system call: seccomp(2). */
  private static byte[] deadly(int call) {
    ByteBuffer filter = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    for (BpfInstruction next :
        List.of(
            new BpfInstruction(BpfInstruction.LOAD, 0, 0, 0),
            new BpfInstruction(BpfInstruction.JUMP_EQUAL, 0, 1, call),
            new BpfInstruction(BpfInstruction.RETURN, 0, 0, 0x8000_0000), // KILL_PROCESS
            new BpfInstruction(BpfInstruction.RETURN, 0, 0, 0x7fff_0000))) { // ALLOW
      filter.putShort((short) next.code());
      filter.put((byte) next.jumpTrue()).put((byte) next.jumpFalse()).putInt(next.k());
    }
    return filter.array();
  }

  private static long zombies() {
    return ProcessView.ourselves().children().stream().filter(c -> c.state() == 'Z').count();
  }

  private static ProgramBuilder zone() {
    ProgramBuilder p = Program.builder(EnumSet.of(Namespace.PID, Namespace.MOUNT));
    p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
    p.mounts().mount("proc", "/proc", "proc", 0, "");
    p.process().limit(4, 0, 0); // RLIMIT_CORE
    return p;
  }

  private static Program idleZone() {
    ProgramBuilder p = Program.builder(namespaces());
    p.process().setHostname("zone");
    p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
    p.mounts().mount("proc", "/proc", "proc", 0, "");
    p.beIdleInit();
    return p.build();
  }

  private static ProgramBuilder entering(Child zone) {
    ProgramBuilder p = Program.builder(Set.of());
    p.process().joinNamespaces(p.pass(zone.pidfd().fd()), namespaces());
    p.forkOn();
    return p;
  }

  /** As root in the zone, with {@code output} for standard output. */
  private static ProgramBuilder entering(Child zone, Fd output) {
    ProgramBuilder p = entering(zone);
    Operand out = p.pass(output);
    p.process().stdio(Operand.of(0), out, out);
    return p;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Child enter(Child zone, String script) {
    ProgramBuilder p = entering(zone);
    sh(p, script);
    Child entered = launcher.launch(p.build());
    entered.awaitStarted();
    return entered;
  }

  private static void end(Child child) {
    child.pidfd().signal(Signal.KILL);
    assertEquals(new WaitStatus.Killed(Signal.KILL, false), child.pidfd().await());
    assertFalse(child.pidfd().isAlive());
  }

  private static WaitStatus runUnderInit(String script) {
    ProgramBuilder p = zone();
    p.beInit();
    // not bash: it keeps SIGQUIT to itself
    p.exec("/bin/sh", List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"));
    return run(p);
  }

  private static void sh(ProgramBuilder p, String script) {
    p.exec("/bin/bash", List.of("bash", "-c", script), List.of("PATH=/usr/bin:/bin"));
  }

  private static WaitStatus run(ProgramBuilder p) {
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      return child.pidfd().await();
    }
  }
}
