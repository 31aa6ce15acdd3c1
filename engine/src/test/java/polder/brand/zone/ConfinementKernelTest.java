package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.brand.Running;
import polder.linux.CgroupLimits;
import polder.model.ExecSpec;
import polder.model.PolderException;
import polder.model.Security;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** What a zone tries against its walls, with more privilege than it has by default. */
@Tag("kernel")
class ConfinementKernelTest {
  private static final Security HOST_IDS = security("default", List.of(), false);

  private static TestZones zones;
  private static Path layer;
  private static HostMarks before;

  @BeforeAll
  static void open() {
    before = HostMarks.now();
    zones = new TestZones();
    layer = BusyboxLayer.make(zones.folder.resolve("layer"));
  }

  @AfterAll
  static void leavesNothing() {
    zones.close();
    before.assertSame();
  }

  private static Security security(String seccomp, List<String> add, boolean userns) {
    return new Security(add, List.of(), seccomp, false, false, userns);
  }

  private static TestZones.Outcome python(Security security, String script) {
    return zones.run(
        TestZones.nativeZone("python3", "-c", script).with(ZoneProperties.SECURITY, security));
  }

  @Test
  @DisplayName("S-CAP-01 nothing is inheritable or ambient, whatever the profile, user and way in")
  void nothingIsInheritable() {
    String look =
        "grep -hE 'Cap(Inh|Amb)' /proc/self/status /proc/1/status | cut -f2 | sort -u;"
            + " grep CapBnd /proc/self/status | cut -f2";
    String wait = "until [ -e /dev/shm/told ]; do sleep 0.01; done; ";
    String none = "0000000000000000\n";
    for (String profile : List.of("default", "docker", "unconfined")) {
      for (boolean userns : List.of(true, false)) {
        Map<List<String>, String> bounding =
            Map.of(
                List.of(), "00000000a84425fb\n",
                List.of("NET_ADMIN"), "00000000a84435fb\n",
                List.of("SYS_PTRACE", "SYS_NICE"), "00000000a8cc25fb\n");
        bounding.forEach(
            (added, mask) -> {
              for (String user : List.of("root", "app")) {
                ZoneSpec spec =
                    TestZones.lxZone("sh", "-c", look + "; : > /dev/shm/told; sleep 1000")
                        .with(ZoneProperties.SECURITY, security(profile, added, userns))
                        .with(ZoneProperties.USER, user);
                try (TestZones.Zone zone = zones.zone(spec, layer)) {
                  Running running = zone.start();
                  String what = "%s %s %s userns %s".formatted(profile, added, user, userns);
                  assertEquals(
                      none + mask,
                      zone.exec(running, ExecSpec.of("sh", "-c", wait + look)).out(),
                      what);
                  zone.stop(running);
                  zone.out.writer().close();
                  assertEquals(none + mask, TestZones.drain(zone.out.reader()), what);
                }
              }
            });
      }
    }
  }

  @Test
  @DisplayName("S-CAP-02 a file with inheritable capabilities gives uid 1000 none")
  void inheritableFileCapabilitiesGiveNothing() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/sbin/setcap")), "no setcap: apt install libcap2-bin");
    Path files = Files.createDirectories(zones.folder.resolve("capable"));
    for (String flags : List.of("i", "ei", "ep")) {
      Path program = files.resolve("busybox-" + flags);
      Files.copy(Path.of("/bin/busybox"), program, StandardCopyOption.COPY_ATTRIBUTES);
      Process setcap =
          new ProcessBuilder(
                  "/usr/sbin/setcap", "cap_net_raw,cap_chown+" + flags, program.toString())
              .inheritIO()
              .start();
      assertEquals(0, setcap.waitFor());
    }
    String none = "0000000000000000";
    ZoneSpec spec =
        TestZones.lxZone(
                "sh",
                "-c",
                "for f in i ei ep; do /busybox-$f grep CapEff /proc/self/status; done | cut -f2")
            .with(ZoneProperties.USER, "app");
    // the third shows that file capabilities work here at all
    assertEquals(none + "\n" + none + "\n0000000000002001\n", zones.run(spec, layer, files).out());
  }

  @Test
  @DisplayName("S-PROC-01 every path of the list is a null device, empty, or refuses writes")
  void noListedPathTellsOrTakesAnything() {
    List<String> hidden = new ArrayList<>();
    KernelPaths.present().hiddenProc().forEach(h -> hidden.add("/proc/" + h.path()));
    KernelPaths.present().hiddenSys().forEach(h -> hidden.add("/sys/" + h.path()));
    List<String> readOnly =
        KernelPaths.present().readOnlyProc().stream().map(p -> "/proc/" + p).toList();
    String script =
        """
        import errno, os, stat
        for p in %s:
            s = os.stat(p)
            if stat.S_ISDIR(s.st_mode):
                ok = os.listdir(p) == [] and s.st_nlink == 2
                try:
                    os.mkdir(p + "/x"); ok = False
                except OSError as e:
                    ok = ok and e.errno == errno.EROFS
            else:
                ok = stat.S_ISCHR(s.st_mode) and (os.major(s.st_rdev), os.minor(s.st_rdev)) == (1, 3)
                ok = ok and open(p, "rb").read() == b""
            if not ok: print("seen", p)
        tried = 0
        for top in %s:
            names = [top] if not os.path.isdir(top) else [os.path.join(d, f) for d, _, fs in os.walk(top) for f in fs]
            for p in names:
                if not stat.S_ISREG(os.lstat(p).st_mode): continue
                tried += 1
                try:
                    os.close(os.open(p, os.O_WRONLY | os.O_TRUNC)); print("writable", p)
                except OSError as e:
                    if e.errno != errno.EROFS: print(errno.errorcode[e.errno], p)
        print(tried > 100)
        """
            .formatted(quoted(hidden), quoted(readOnly));
    for (Security security : List.of(Security.DEFAULT, HOST_IDS)) {
      TestZones.Outcome outcome = python(security, script);
      assertEquals("True\n", outcome.out(), outcome.err());
    }
  }

  private static String quoted(List<String> words) {
    return "['" + String.join("', '", words) + "']";
  }

  @Test
  @DisplayName("S-DEV-01 none of 30 device numbers opens, with and without MKNOD")
  void noOtherDeviceOpens() {
    String script =
        """
        import errno, os, stat
        numbers = "c1:1 c1:2 c1:4 c1:11 c4:0 c4:1 c7:0 c10:1 c10:130 c10:183 c10:196 c10:200 c10:228 \\
        c10:229 c10:232 c10:236 c10:237 c10:238 c13:63 c13:64 c29:0 c108:0 c189:0 c226:0 c242:0 \\
        b1:0 b7:0 b8:0 b252:0 b253:0 b254:0 b259:0".split()
        print(len(numbers) >= 30)
        for n in numbers:
            kind = stat.S_IFCHR if n[0] == "c" else stat.S_IFBLK
            major, minor = map(int, n[1:].split(":"))
            try:
                os.mknod("/tmp/n", kind | 0o666, os.makedev(major, minor))
            except OSError as e:
                if e.errno != errno.EPERM: print(n, "mknod", e)
                continue
            for flags in os.O_RDONLY, os.O_RDWR, os.O_RDONLY | os.O_NONBLOCK:
                try:
                    os.close(os.open("/tmp/n", flags)); print("opened", n)
                except OSError as e:
                    if e.errno not in (errno.EPERM, errno.EACCES): print(n, "open", e)
            os.unlink("/tmp/n")
        """;
    for (Security security :
        List.of(
            Security.DEFAULT,
            HOST_IDS,
            security("unconfined", List.of("SYS_RAWIO", "SYS_PTRACE"), false),
            new Security(List.of(), List.of("MKNOD"), "default", false, false, true),
            new Security(List.of(), List.of("MKNOD"), "default", false, false, false))) {
      TestZones.Outcome outcome = python(security, script);
      assertEquals("True\n", outcome.out(), security + outcome.err());
    }
  }

  @Test
  @DisplayName("S-TNS-01 no zone sets the host's clock; what it shifts is its own")
  void noZoneSetsTheClock() {
    String script =
        """
        import ctypes, errno, os, time
        c = ctypes.CDLL(None, use_errno=True)
        class spec(ctypes.Structure): _fields_ = [("s", ctypes.c_long), ("n", ctypes.c_long)]
        day = spec(86400, 0)
        for clock in 0, 1, 7, 11:
            if c.syscall(227, clock, ctypes.byref(day)) == 0: print("set clock", clock)
        if c.syscall(164, ctypes.byref(day), None) == 0: print("set time of day")
        buffer = ctypes.create_string_buffer(208)
        buffer[0] = 1 # ADJ_OFFSET
        if c.syscall(159, buffer) != -1: print("adjusted")
        if c.syscall(305, 0, buffer) != -1: print("adjusted a clock")
        before = time.monotonic()
        if c.syscall(272, 0x10000000 | 0x80) == 0: # CLONE_NEWUSER | CLONE_NEWTIME
            try:
                open("/proc/self/timens_offsets", "w").write("monotonic 86400 0")
                if os.fork() == 0:
                    os._exit(7 if time.monotonic() - before > 80000 else 8)
                print("own time", os.waitstatus_to_exitcode(os.wait()[1]))
            except OSError as e:
                print("no offsets", e)
        print(time.monotonic() - before < 60)
        """;
    Instant wall = Instant.now();
    long steady = System.nanoTime();
    assertEquals("True\n", python(Security.DEFAULT, script).out());
    TestZones.Outcome open = python(security("unconfined", List.of("SYS_TIME"), true), script);
    assertTrue(open.out().endsWith("True\n") && !open.out().contains("set"), open.toString());
    assertTrue(!open.out().contains("adjusted"), open.toString());
    long passed = Duration.between(wall, Instant.now()).toMillis();
    long steadily = Duration.ofNanos(System.nanoTime() - steady).toMillis();
    assertTrue(Math.abs(passed - steadily) < 1000, passed + " ms and " + steadily + " ms");
  }

  /** All that a zone might raise, of its own, its parent's and its siblings'. */
  private static final String REACH =
      """
      reach() {
        for f in $(busybox find "$1" -type f 2>/dev/null); do
          case $f in
            *release_agent|*notify_on_release|*limit*|*.max|*.high|*quota*|*shares|*weight|*cpus|*mems|*deny|*allow|*procs|*tasks|*kill|*freeze|*state|*subtree_control)
              for v in 1 max -1; do ( echo $v > "$f" ) 2>/dev/null && echo "wrote $f"; done;;
          esac
        done
      }
      mount -o remount,rw /sys/fs/cgroup 2>/dev/null
      reach /sys/fs/cgroup
      mkdir -p /m
      mount -t cgroup2 none /m 2>/dev/null && { reach /m; umount /m; }
      for c in memory pids cpu cpuset devices freezer blkio name=systemd cpuacct; do
        mount -t cgroup -o $c none /m 2>/dev/null && { reach /m; umount /m; }
      done
      """;

  @Test
  @DisplayName("S-CG-01 S-CG-02 no limit is raised and nothing is reached beside, by any trick")
  void noControlGroupIsReached() throws IOException {
    String nested = "unshare -r -m sh -c '%s'".formatted(REACH);
    for (String trick : List.of(REACH, nested)) {
      for (Security security :
          List.of(
              Security.DEFAULT,
              security("unconfined", List.of(), true),
              security("unconfined", List.of("SYS_ADMIN"), true),
              security("default", List.of("SYS_ADMIN"), true),
              HOST_IDS)) {
        ZoneSpec spec =
            TestZones.lxZone("sh", "-c", trick + "\necho over")
                .with(ZoneProperties.SECURITY, security);
        try (TestZones.Zone sibling = zones.zone(TestZones.lxZone("true"), layer);
            TestZones.Zone zone = zones.zone(spec, layer)) {
          CgroupLimits limits = CgroupLimits.NONE.withMemory(256 << 20, 0);
          zone.limit(limits);
          sibling.limit(limits);
          Map<Path, String> asBefore = limits(zone, sibling);
          assertTrue(asBefore.size() > 10, asBefore.toString());
          TestZones.Outcome outcome = zone.run();
          assertEquals("over\n", outcome.out(), security + outcome.err());
          assertEquals(asBefore, limits(zone, sibling), security.toString());
        }
      }
    }
  }

  /** Every limit of both zones and of the group above them, in every hierarchy. */
  private static Map<Path, String> limits(TestZones.Zone... some) throws IOException {
    Map<Path, String> limits = new TreeMap<>();
    List<Path> groups = new ArrayList<>();
    try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
      for (Path hierarchy : hierarchies.toList()) {
        for (TestZones.Zone zone : some) {
          groups.add(Path.of(hierarchy + "/" + zone.cgroup.path()));
        }
      }
    }
    for (Path group : groups) {
      if (Files.isDirectory(group)) {
        try (Stream<Path> files = Files.list(group)) {
          for (Path file : files.toList()) {
            if (file.toString()
                .matches(
                    ".*(limit_in_bytes|\\.max|quota_us|shares|weight|cpus|mems|release_agent|notify_on_release)")) {
              limits.put(file, Files.readString(file));
            }
          }
        }
      }
    }
    return limits;
  }

  @Test
  @DisplayName("S-KEY-01 one zone's keys are in no search of another's or of the host's")
  void keysStayInTheirZone() throws IOException {
    Security open = security("unconfined", List.of(), true);
    String script =
        """
        import ctypes, os, sys
        c = ctypes.CDLL(None)
        def add(name): return c.syscall(248, b"user", name, b"secret", 6, -3)
        first = add(b"polder-of-" + sys.argv[1].encode())
        made = sum(add(b"polder-%d" % i) > 0 for i in range(150))
        found = sum(c.syscall(250, 10, ring, b"user", b"polder-of-A", 0) > 0 for ring in (-1, -2, -3, -4, -5))
        found += c.syscall(249, b"user", b"polder-of-A", None, 0) > 0
        buffer = ctypes.create_string_buffer(16)
        readable = len(sys.argv) > 2 and c.syscall(250, 11, int(sys.argv[2]), buffer, 16) > 0
        print(made, found, int(readable), first, flush=True)
        """;
    ZoneSpec keeper =
        TestZones.nativeZone("python3", "-c", script + "import time; time.sleep(1000)", "A")
            .with(ZoneProperties.SECURITY, open);
    try (TestZones.Zone a = zones.zone(keeper)) {
      Running running = a.start();
      byte[] said = new byte[100];
      int length = a.out.reader().read(said, 0, 100);
      String[] words =
          new String(said, 0, length, StandardCharsets.US_ASCII).strip().split(" ", -1);
      assertEquals("150 2 0", String.join(" ", List.of(words).subList(0, 3)), "its own are found");
      String serial = words[3];
      ZoneSpec other =
          TestZones.nativeZone("python3", "-c", script, "B", serial)
              .with(ZoneProperties.SECURITY, open);
      TestZones.Outcome b = zones.run(other);
      assertTrue(b.out().startsWith("150 0 0 "), b.toString());
      Process host =
          new ProcessBuilder(
                  "/usr/bin/python3",
                  "-c",
                  script.replaceAll("(?m)^(first|made) = .*$", "$1 = 0"),
                  "H",
                  serial)
              .start();
      String seen = new String(host.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertEquals("0 0 0 0\n", seen);
      a.stop(running);
    }
  }

  private static final int ENTRIES = Boolean.getBoolean("polder.full") ? 2_000 : 100;

  @Test
  @DisplayName("S-EXE-01 no process writes to the launcher, nor to what it runs as /proc/self/exe")
  void theLauncherStaysAsItIs() throws Exception {
    String look =
        """
        import os
        print("looking", flush=True)
        while True:
            for pid in filter(str.isdigit, os.listdir("/proc")):
                for flags in os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC:
                    try:
                        os.close(os.open("/proc/" + pid + "/exe", flags))
                        print("opened", pid, os.readlink("/proc/" + pid + "/exe"), flush=True)
                    except OSError:
                        pass
        """;
    Security tracing = security("unconfined", List.of("SYS_PTRACE"), true);
    String hash = launcherHash();
    ZoneSpec spec =
        TestZones.nativeZone("python3", "-c", look).with(ZoneProperties.SECURITY, tracing);
    try (TestZones.Zone zone = zones.zone(spec)) {
      Running running = zone.start();
      assertEquals(8, zone.out.reader().read(new byte[8], 0, 8));
      for (int i = 0; i < ENTRIES; i++) {
        assertEquals(0, zone.exec(running, ExecSpec.of("true")).code());
      }
      Files.writeString(zone.files().resolve("script"), "#!/proc/self/exe\n");
      assertTrue(zone.files().resolve("script").toFile().setExecutable(true, false));
      for (String program : List.of("/proc/self/exe", "/script", "/proc/1/exe")) {
        try {
          var _ = zone.exec(running, ExecSpec.of(program, "argument"));
        } catch (PolderException e) {
          assertTrue(running.pidfd().isAlive(), e.getMessage());
        }
      }
      zone.stop(running);
      zone.out.writer().close();
      assertEquals("", TestZones.drain(zone.out.reader()), "what could be opened");
    }
    for (String program : List.of("/proc/self/exe", "/proc/1/exe")) {
      try {
        var _ = zones.run(TestZones.lxZone(program).with(ZoneProperties.INIT, false), layer);
      } catch (PolderException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("exe"), e.getMessage());
      }
    }
    assertEquals(hash, launcherHash());
  }

  private static String launcherHash() throws Exception {
    List<String> hashes = new ArrayList<>();
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      Path proc = Path.of("/proc", Long.toString(child.pid()));
      if (Files.readString(proc.resolve("comm")).startsWith("polder-launch")) {
        byte[] bytes = Files.readAllBytes(proc.resolve("exe"));
        hashes.add(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
      }
    }
    assertEquals(1, hashes.stream().distinct().count(), hashes.toString());
    return hashes.getFirst();
  }
}
