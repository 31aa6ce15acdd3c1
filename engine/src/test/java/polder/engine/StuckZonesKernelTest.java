package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.linux.Cgroup;
import polder.linux.CgroupHost;
import polder.model.Filesystem;
import polder.model.PolderException;
import polder.model.Zone;
import polder.model.ZoneProperties;

/** Zones whose processes do not end when they are killed, because somebody else holds them. */
@Tag("kernel")
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StuckZonesKernelTest {
  /** Traces processes, says so, and looks at nothing until its input ends: ptrace(2). */
  private static final String TRACER =
      """
      import ctypes, sys
      libc = ctypes.CDLL(None, use_errno=True)
      for pid in sys.argv[1:]:
          assert libc.ptrace(0x4206, int(pid), 0, 0) == 0, ctypes.get_errno() # PTRACE_SEIZE
          assert libc.ptrace(0x4207, int(pid), 0, 0) == 0, ctypes.get_errno() # PTRACE_INTERRUPT
      print("holds", flush=True)
      sys.stdin.read()
      """;

  /**
   * Serves a file system of one directory, in which whoever looks for anything waits for ever:
   * linux/fuse.h. Ends, and lets them go, when its input ends.
   */
  private static final String FUSE =
      """
      import ctypes, os, struct, sys, threading
      libc = ctypes.CDLL(None, use_errno=True)
      fuse = os.open("/dev/fuse", os.O_RDWR)
      options = b"fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % fuse
      assert libc.mount(b"hung", sys.argv[1].encode(), b"fuse", 0, options) == 0, ctypes.get_errno()
      print("holds", flush=True)
      def end():
          sys.stdin.read()
          libc.umount2(sys.argv[1].encode(), 2) # MNT_DETACH
          os._exit(0)
      threading.Thread(target=end).start()
      attributes = struct.pack("<QII6Q10I", 3600, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
      answers = {26: struct.pack("<IIIIHHII9I", 7, 31, 65536, 0, 12, 9, 65536, 1, *[0] * 9),
                 3: attributes, 17: bytes(80)} # INIT, GETATTR, STATFS
      while True:
          request = os.read(fuse, 1 << 18)
          length, operation, unique = struct.unpack_from("<IIQ", request)
          if operation in answers:
              answer = answers[operation]
              os.write(fuse, struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer)
          elif operation not in (1, 27): # LOOKUP, OPENDIR: no answer
              os.write(fuse, struct.pack("<IiQ", 16, -38, unique)) # ENOSYS
      """;

  private TestHost test;
  private final List<Process> holders = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/python3")), "no python3 on this host");
    test = new TestHost();
  }

  @AfterEach
  void leavesNothing() throws Exception {
    for (Process holder : holders) {
      holder.destroyForcibly().waitFor();
    }
    test.close();
  }

  private Process hold(String program, List<String> words) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3", "-c", program));
    command.addAll(words);
    Process holder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    holders.add(holder);
    assertEquals("holds", holder.inputReader().readLine());
    return holder;
  }

  private static void letGo(Process holder) throws Exception {
    holder.getOutputStream().close();
    assertEquals(0, holder.waitFor());
  }

  private Cgroup group(Zone zone) {
    return CgroupHost.own().group(HostPaths.below(test.home()).cgroups() + "/" + zone.uuid());
  }

  @Test
  @DisplayName("R-REAP-05 what a tracer or a hung file system holds is busy, and deleted later")
  void heldFromOutside() throws Exception {
    Zone traced = test.run(TestHost.spec("traced", "sleep 1000 & exec sleep 1001"));
    TestHost.eventually("all run", () -> group(traced).pids().size() >= 3);
    Process tracer = hold(TRACER, group(traced).pids().stream().map(String::valueOf).toList());
    Path hung = Files.createTempDirectory(test.home(), "hung");
    Process server = hold(FUSE, List.of(hung.toString()));
    Filesystem filesystem = new Filesystem(hung.toString(), "/hung", "lofs", List.of("noidmap"));
    Zone hangs =
        test.run(
            TestHost.spec("hangs", "exec cat /hung/file")
                .with(ZoneProperties.FILESYSTEMS, List.of(filesystem)));
    TestHost.eventually(
        "it waits for an answer", () -> group(hangs).pids().stream().anyMatch(pid -> waits(pid)));
    Set<Long> pids = new TreeSet<>(group(traced).pids());
    pids.addAll(group(hangs).pids());

    CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> delete(traced));
    assertBusy(delete(hangs));
    assertBusy(first.get());
    assertEquals(2, test.host().zones().list().size(), "neither is half deleted");

    letGo(tracer);
    letGo(server);
    for (Zone zone : List.of(traced, hangs)) {
      assertEquals("", delete(zone));
      assertFalse(group(zone).exists());
    }
    TestHost.eventually(
        "all are reaped",
        () -> pids.stream().noneMatch(pid -> Files.exists(Path.of("/proc/" + pid))));
  }

  private String delete(Zone zone) {
    try {
      test.host().zones().delete(TestHost.ref(zone.name()), true);
      return "";
    } catch (PolderException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static void assertBusy(String why) {
    assertTrue(
        why.contains("cannot be killed; they wait in the kernel")
            || why.contains("it is being killed, look again"),
        why);
  }

  @Test
  @DisplayName("R-REAP-05 a zone in which one process holds another is deleted")
  void tracedFromInside() throws Exception {
    String two = "sleep 1000 & a=$!; sleep 1000 & ";
    String script = two + "sleep 1000 | python3 -c '" + TRACER + "' $a $!";
    Zone zone = test.run(TestHost.spec("traces", script));
    TestHost.eventually("it holds them", () -> test.logs("traces").contains("holds"));
    test.host().zones().delete(TestHost.ref("traces"), true);
    assertFalse(group(zone).exists());
  }

  private static boolean waits(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'D'
          || Files.readString(Path.of("/proc/" + pid + "/wchan")).contains("request_wait_answer");
    } catch (IOException e) {
      return false;
    }
  }
}
