package polder.brand.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.brand.IdRange;
import polder.brand.Lan;
import polder.brand.Platform;
import polder.brand.Ready;
import polder.brand.RootFiles;
import polder.brand.Running;
import polder.brand.Stdio;
import polder.brand.zone.CageBrand;
import polder.engine.Figures;
import polder.linux.Cgroup;
import polder.linux.CgroupHost;
import polder.linux.Directory;
import polder.linux.Fd;
import polder.linux.FileName;
import polder.linux.Launcher;
import polder.linux.Pipe;
import polder.linux.Tree;
import polder.model.ImageConfig;
import polder.model.Json;
import polder.model.ZoneSpec;

/**
 * What somebody can do who has taken over a QEMU: a program in its place, confined as it is but for
 * the filter that QEMU adds to ours.
 */
@Tag("kernel")
class EscapeKernelTest {
  private static final long FIRST_ID = 1_950_000_000L;

  private static final String PROBE =
      """
      import ctypes, errno, json, os, socket, sys
      libc = ctypes.CDLL(None, use_errno=True)
      told = {}
      def attempt(name, work):
          try:
              told[name] = str(work())
          except OSError as e:
              told[name] = errno.errorcode[e.errno]
      def call(name, *arguments):
          def work():
              if getattr(libc, name)(*arguments) < 0:
                  raise OSError(ctypes.get_errno(), name)
          attempt(name, work)
      def fork():
          if os.fork() == 0:
              os._exit(0)
      def speak(address):
          socket.socket(socket.AF_UNIX).connect(address)
      attempt("fork", fork)
      call("vfork")
      for family in ("INET", "INET6", "NETLINK", "PACKET", "VSOCK", "ALG"):
          attempt(family, lambda: socket.socket(getattr(socket, "AF_" + family), socket.SOCK_DGRAM))
      attempt("own socket", lambda: speak("/run/qmp/qmp.sock"))
      attempt("abstract socket", lambda: speak("\\0any"))
      attempt("socketpair", socket.socketpair)
      attempt("symlink", lambda: os.symlink("/x", "/run/qmp/link"))
      attempt("link", lambda: os.link("/proc/self/exe", "/run/qmp/link"))
      attempt("mkfifo", lambda: os.mkfifo("/run/qmp/fifo"))
      attempt("chroot", lambda: os.chroot("/run"))
      attempt("kill 2", lambda: os.kill(2, 9))
      attempt("setuid", lambda: os.setuid(1))
      call("ptrace", 16, 1, 0, 0)
      call("mount", b"none", b"/run", b"tmpfs", 0, None)
      call("unshare", 0x10000000)
      call("setns", 0, 0)
      call("syscall", 321, 0, 0, 0)
      attempt("canary", lambda: open(sys.argv[1]).read())
      attempt("pids", lambda: [p for p in os.listdir("/proc") if p.isdigit()])
      attempt("fds", lambda: sorted(int(f) for f in os.listdir("/proc/self/fd"))[:-1])
      attempt("up", lambda: [l for l in os.listdir("/sys/class/net") if l != "lo"
                             and open("/sys/class/net/" + l + "/operstate").read() != "down\\n"])
      def writable():
          found = []
          for at in ["/"] + [top + s for top, ds, _ in os.walk("/") for s in
                             ["/" + d for d in ds] if top.count("/") < 3]:
              if at.startswith("//"):
                  at = at[1:]
              if at.startswith("/proc/1/") or at.startswith("/proc/self"):
                  continue
              try:
                  with open(at + "/probe", "w"):
                      found.append(at)
              except OSError:
                  pass
          return sorted(found)
      attempt("writable", writable)
      print(json.dumps(told))
      """;

  /** What a zone's hostile root is asked, as far as it needs no second process. */
  private static final String SUITE =
      """
      import ctypes, errno, json, os, socket, stat
      libc = ctypes.CDLL(None, use_errno=True)
      def opens(path, flags):
          try:
              os.close(os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC))
              return True
          except OSError:
              return False
      def files(top):
          return [os.path.join(d, f) for d, _, fs in os.walk(top) for f in fs]
      status = dict(l.split(":", 1) for l in open("/proc/self/status"))
      told = {k: status[k].strip() for k in
              ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"]}
      told["groups"] = os.getgroups()
      told["ids"] = [l.split() for m in ("uid", "gid") for l in open("/proc/self/%s_map" % m)]
      told["families"] = families = []
      for family in range(51):
          for kind in 1, 2, 3, 5:
              try:
                  socket.socket(family, kind).close()
                  families.append(family)
              except OSError:
                  pass
      told["shown"] = shown = []
      for p in "/proc/kcore /proc/keys /proc/timer_list /proc/sched_debug /proc/latency_stats " \
               "/proc/timer_stats /proc/interrupts /proc/acpi /proc/asound /proc/scsi " \
               "/sys/firmware /sys/devices/virtual/powercap /sys/kernel/debug".split():
          try:
              s = os.stat(p)
              hidden = os.listdir(p) == [] if stat.S_ISDIR(s.st_mode) else s.st_rdev == os.makedev(1, 3)
              if not hidden:
                  shown.append(p)
          except (FileNotFoundError, PermissionError):
              pass
      settings = files("/proc/sys") + files("/sys") + ["/proc/sysrq-trigger", "/proc/self/exe"]
      told["asked"] = len(settings) > 300
      told["writable"] = [p for p in settings if opens(p, os.O_WRONLY)]
      devices = []
      for p in files("/dev"):
          s = os.stat(p)
          if stat.S_ISCHR(s.st_mode) or stat.S_ISBLK(s.st_mode):
              devices.append("%d:%d" % (os.major(s.st_rdev), os.minor(s.st_rdev)))
      told["devices"] = sorted(set(devices))
      told["made"] = made = []
      for kind, major, minor in [(stat.S_IFCHR, 1, 1), (stat.S_IFCHR, 1, 2), (stat.S_IFCHR, 1, 11),
                                 (stat.S_IFCHR, 10, 200), (stat.S_IFCHR, 10, 232),
                                 (stat.S_IFCHR, 10, 237), (stat.S_IFBLK, 7, 0), (stat.S_IFBLK, 254, 0)]:
          try:
              os.mknod("/dev/shm/n", kind | 0o666, os.makedev(major, minor))
              made.append("%d:%d" % (major, minor))
          except OSError:
              pass
      told["mounts"] = sorted({l.split()[2] for l in open("/proc/mounts")})
      told["keys"] = libc.syscall(250, 0, -3, 0), libc.syscall(249, b"a", b"b", 0, 0)
      told["tricks"] = [libc.syscall(n, 0, 0, 0, 0, 0) for n in
                        (155, 161, 165, 166, 167, 169, 175, 176, 246, 248, 272, 298, 304, 308, 310,
                         311, 313, 321, 323, 425, 428, 429, 430, 432, 442)]
      told["host"] = [p for p in ("/proc/1/root/var", "/proc/self/cwd/../var", "/root", "/home")
                      if os.path.exists(p) and os.listdir(p)]
      print(json.dumps(told))
      """;

  @Test
  @DisplayName(
      "S-VM-08 from QEMU's place nothing is had that a zone's root is refused: ids, capabilities,"
          + " kernel files, devices, sockets, calls")
  void noMoreThanAZonesRoot() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no python3");
    Map<String, Object> told = new TreeMap<>(probe("/usr/bin/python3", "-IBc", SUITE));
    for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
      assertEquals("0000000000000000", told.remove(set), set);
    }
    assertEquals("1", told.remove("NoNewPrivs"));
    assertEquals("2", told.remove("Seccomp"));
    assertEquals(true, told.remove("asked"));
    List<String> range = List.of("0", String.valueOf(FIRST_ID), "65536");
    assertEquals(List.of(range, range), told.remove("ids"));
    assertEquals(List.of("1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:2"), told.remove("devices"));
    assertFalse(Json.asList(told.remove("mounts")).contains("cgroup"), "as version 1 has them");
    assertEquals(List.of(-1L, -1L), told.remove("keys"));
    assertEquals(Set.of(-1L), Set.copyOf(Json.asList(told.remove("tricks"))));
    assertEquals(Set.of(1L), Set.copyOf(Json.asList(told.remove("families"))), "Unix's, to listen");
    assertEquals(List.of(0L), told.remove("groups"), "of its own ids");
    told.forEach((what, found) -> assertEquals(List.of(), found, what));
    assertEquals(Set.of("host", "made", "shown", "writable"), told.keySet());
  }

  @Test
  @DisplayName(
      "S-VM-02 who escapes into QEMU's confinement finds no file, process, socket or link of anybody"
          + " and makes no process")
  void whoEscapesFindsNothing() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no python3");
    Path canary = Files.createTempFile(Path.of("/var/tmp"), "polder-canary-", "");
    Files.writeString(canary, "secret");
    try {
      Map<String, Object> told =
          new TreeMap<>(probe("/usr/bin/python3", "-IBc", PROBE, canary.toString()));
      assertEquals("['1']", told.remove("pids"));
      assertEquals("[0, 1, 2]", told.remove("fds"));
      assertEquals("[]", told.remove("up"));
      assertEquals(
          "['/dev', '/dev/mqueue', '/dev/shm', '/run/qmp']", told.remove("writable"), "memory");
      assertEquals("ENOENT", told.remove("canary"));
      assertEquals("ESRCH", told.remove("kill 2"));
      told.forEach(
          (name, how) ->
              assertTrue(List.of("EPERM", "ENOSYS", "EACCES").contains(how), name + ": " + how));
      assertTrue(told.size() >= 20, told::toString);
    } finally {
      Files.delete(canary);
    }
  }

  private static Map<String, Object> probe(String... command) throws Exception {
    Path above = Files.createTempDirectory(Path.of("/var/tmp"), "polder-escape-");
    Path root = Files.createDirectory(above.resolve("root"));
    Cgroup cgroup = CgroupHost.own().group("polder-escape-test");
    ZoneSpec spec =
        Cages.of(
            "escape",
            UUID.randomUUID(),
            List.of(command),
            Accelerator.TCG,
            Path.of("/dev/kvm"),
            Map.of());
    try (Launcher launcher = Launcher.start();
        CageBrand cage = new CageBrand(launcher);
        Fd nothing = Fd.nothing();
        Pipe out = Pipe.open();
        Pipe err = Pipe.open()) {
      RootFiles files = new RootFiles.Tree(root);
      cage.install(spec, files);
      cgroup.create();
      Platform platform =
          new Platform(
              files,
              Map.of(),
              ImageConfig.NONE,
              Optional.of(new IdRange(FIRST_ID, 65_536)),
              cgroup,
              new Stdio(nothing, out.writer(), err.writer()),
              Lan.NONE,
              Optional.empty(),
              () -> {},
              () -> {});
      try (Ready ready = cage.prepare(spec, platform, List.of(), 0);
          Running running = ready.go()) {
        var end = running.pidfd().await(Figures.within(60)).orElseThrow();
        out.writer().close();
        err.writer().close();
        String said = new String(out.reader().input().readAllBytes(), StandardCharsets.UTF_8);
        String wrong = new String(err.reader().input().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, end.shellCode(), wrong);
        return Json.object(said);
      }
    } finally {
      cgroup.killAll();
      cgroup.delete(Figures.within(5));
      try (Directory top = Directory.open(above)) {
        var _ = Tree.delete(top, FileName.of("root"));
      }
      Files.delete(above);
    }
  }
}
