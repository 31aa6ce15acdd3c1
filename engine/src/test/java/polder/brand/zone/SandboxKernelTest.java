package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.linux.Capability;
import polder.linux.CgroupLimits;
import polder.model.Device;
import polder.model.Security;
import polder.model.Ulimit;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** The default sandbox, looked at from inside. */
@Tag("kernel")
class SandboxKernelTest {
  private static TestZones zones;
  private static HostMarks before;
  private static Path layer;

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

  private static String sh(String script) {
    return sh(script, Security.DEFAULT);
  }

  private static String sh(String script, Security security) {
    ZoneSpec spec = TestZones.lxZone("sh", "-c", script).with(ZoneProperties.SECURITY, security);
    return zones.run(spec, layer).out();
  }

  /** The same by a native zone's python. */
  private static String python(String script) {
    TestZones.Outcome outcome = zones.run(TestZones.nativeZone("python3", "-c", script));
    assertEquals("", outcome.err());
    return outcome.out();
  }

  private static Security security(List<String> add, List<String> drop) {
    return new Security(add, drop, "default", false, false, true);
  }

  @Test
  @DisplayName("S-PROC-01 what tells of the host is hidden, what changes it is read-only")
  void kernelPathsAreHiddenOrReadOnly() {
    List<KernelPaths.Hidden> hidden = new ArrayList<>();
    KernelPaths.present()
        .hiddenProc()
        .forEach(h -> hidden.add(new KernelPaths.Hidden("/proc/" + h.path(), h.directory())));
    KernelPaths.present()
        .hiddenSys()
        .forEach(h -> hidden.add(new KernelPaths.Hidden("/sys/" + h.path(), h.directory())));
    assertTrue(hidden.size() > 4, hidden.toString());
    StringBuilder script = new StringBuilder();
    StringBuilder expected = new StringBuilder();
    for (KernelPaths.Hidden each : hidden) {
      if (each.directory()) {
        script.append(
            "ls -A %s | wc -l; touch %s/x 2>&1 | grep -c Read-only;"
                .formatted(each.path(), each.path()));
        expected.append("0\n1\n");
      } else {
        script.append("stat -c '%%F %%t:%%T' %s;".formatted(each.path()));
        expected.append("character special file 1:3\n");
      }
    }
    for (String path : KernelPaths.present().readOnlyProc()) {
      if (Files.isDirectory(Path.of("/proc", path))) {
        script.append(
            "grep -c ' /proc/%s proc ro,nosuid,nodev,noexec' /proc/mounts;".formatted(path));
        expected.append("1\n");
      }
    }
    script.append("(echo 1 > /proc/sys/kernel/core_pattern) 2>&1 | grep -c Read-only;");
    script.append("touch /sys/x 2>&1 | grep -c Read-only;");
    expected.append("1\n1\n");
    assertEquals(expected.toString(), sh(script.toString()));
  }

  @Test
  @DisplayName("S-CAP-01 root has the default set, and nothing is inheritable or ambient")
  void capabilitiesAreTheDefaultSet() {
    String mask = "%016x".formatted(Capability.mask(Capability.zone()));
    String none = "0000000000000000";
    assertEquals(
        "CapInh: %s CapPrm: %s CapEff: %s CapBnd: %s CapAmb: %s"
            .formatted(none, mask, mask, mask, none),
        sh("grep ^Cap /proc/self/status | tr '\\t\\n' '  '").strip().replaceAll(" +", " "));
    assertEquals(
        sh("grep ^Cap /proc/1/status"),
        sh("grep ^Cap /proc/self/status"),
        "the built-in init's too");
  }

  @Test
  @DisplayName("S-CAP-01 what is added or dropped is exactly that; a user other than root has none")
  void capabilitiesAreAsAsked() {
    String bounding = "grep CapBnd /proc/self/status | cut -f2";
    assertEquals("00000000a80425fb\n", sh(bounding, security(List.of(), List.of("SYS_BOOT"))));
    assertEquals("0000000000000000\n", sh(bounding, security(List.of(), List.of("ALL"))));
    assertEquals(
        "0000000000001000\n", sh(bounding, security(List.of("CAP_NET_ADMIN"), List.of("all"))));
    ZoneSpec app =
        TestZones.lxZone(
                "sh",
                "-c",
                "grep -h Cap[PE] /proc/self/status /proc/1/status | cut -f2 | sort | tr '\\n' ' '")
            .with(ZoneProperties.USER, "app");
    assertEquals("0000000000000000 ".repeat(4), zones.run(app, layer).out());
  }

  @Test
  @DisplayName("S-SEC-03 every process has the filter, the built-in init too")
  void everyProcessHasTheFilter() {
    assertEquals("2\n2\n", sh("grep -h Seccomp: /proc/1/status /proc/self/status | cut -f2"));
    Security open = new Security(List.of(), List.of(), "unconfined", false, false, true);
    assertEquals("0\n0\n", sh("grep -h Seccomp: /proc/1/status /proc/self/status | cut -f2", open));
    ZoneSpec app =
        TestZones.lxZone("sh", "-c", "grep -h Seccomp: /proc/1/status /proc/self/status | cut -f2")
            .with(ZoneProperties.USER, "app");
    assertEquals("2\n2\n", zones.run(app, layer).out(), "for users without privilege");
  }

  @Test
  void aProfileOfTheAdministratorsIsUsed() throws Exception {
    Files.writeString(
        zones.folder.resolve("seccomp/strict.json"),
        """
        {"defaultAction": "SCMP_ACT_ALLOW",
         "architectures": ["SCMP_ARCH_X86_64"],
         "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}
        """);
    Security strict = new Security(List.of(), List.of(), "strict", false, false, true);
    assertEquals("1\n", sh("mkdir /x 2>&1 | grep -c 'No space left'", strict));
  }

  @Test
  @DisplayName("S-NNP-01 with no_new_privs a set-uid program gains nothing")
  void setuidWorksUnlessItIsForbidden() {
    String probe = "import os; print(os.geteuid())";
    String script =
        "cp /usr/bin/python3 /root/py && chmod 4755 /root/py && chmod 755 /root &&"
            + " setpriv --reuid 1000 --clear-groups /root/py -c '%s'".formatted(probe);
    ZoneSpec spec = TestZones.nativeZone("sh", "-c", script);
    TestZones.Outcome outcome = zones.run(spec);
    assertEquals("0\n", outcome.out(), outcome.err());
    Security nnp = new Security(List.of(), List.of(), "default", true, false, true);
    assertEquals("1000\n", zones.run(spec.with(ZoneProperties.SECURITY, nnp)).out());
    assertEquals(
        "1\n1\n", sh("grep -h NoNewPrivs /proc/1/status /proc/self/status | cut -f2", nnp));
  }

  @Test
  @DisplayName("J-04 signals, umask, limits and environment are the zone's own")
  void processStateIsClean() {
    String out =
        python(
            """
            import os, resource, sys
            s = dict(l.rstrip().split(':\\t', 1) for l in open('/proc/self/status') if ':\\t' in l)
            print(s['SigBlk'], s['SigIgn'], s['Umask'])
            print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
            print(sorted(os.environ))
            print(os.nice(0), len(os.listdir('/proc/self/fd')) - 1)
            print(os.getsid(0) == os.getpid(), open('/proc/self/oom_score_adj').read().strip())
            """);
    assertEquals(
        """
        0000000000000000 0000000001001000 0022
        1024
        ['HOME', 'HOSTNAME', 'LC_CTYPE', 'PATH']
        0 3
        True 500
        """,
        out,
        "python itself ignores SIGPIPE and SIGXFSZ and sets LC_CTYPE");
  }

  @Test
  @DisplayName("J-03 of five hundred descriptors of ours, a zone gets three")
  void ourDescriptorsStayOurs() throws IOException {
    List<AutoCloseable> open = new ArrayList<>();
    try {
      for (int i = 0; i < 250; i++) {
        open.add(Files.newInputStream(Path.of("/proc/self/status")));
        open.add(new ServerSocket(0));
      }
      assertEquals("0\n1\n2\n3\n", zones.run(TestZones.lxZone("ls", "/proc/self/fd"), layer).out());
    } finally {
      for (AutoCloseable each : open) {
        assertDoesNotThrow(each::close);
      }
    }
  }

  @Test
  void limitsAreAsAsked() {
    ZoneSpec spec =
        TestZones.lxZone("sh", "-c", "ulimit -Sn; ulimit -Hn; ulimit -c")
            .with(
                ZoneProperties.ULIMITS,
                Map.of("nofile", new Ulimit(100, 200), "core", new Ulimit(0, 0)));
    assertEquals("100\n200\n0\n", zones.run(spec, layer).out());
  }

  @Test
  void devicesAreTheHarmlessOnes() {
    assertEquals(
        "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero",
        sh("ls /dev").strip().replace('\n', ' '));
    assertEquals(
        "3\n0\n",
        sh("head -c 3 /dev/zero | wc -c; echo x > /dev/null && head -c 1 /dev/null | wc -c"));
    assertEquals("1\n", sh("mknod /tmp/m c 1 1 2>&1 | grep -c 'not permitted'"));
    assertEquals("0\n", sh("chmod 600 /dev/null 2>/dev/null; ls -l /dev/null | grep -c rw-------"));
  }

  @Test
  @DisplayName("S-DEV-01 no device but the allowed ones opens, even without a user namespace")
  void othersDevicesDoNotOpen() {
    Security host = new Security(List.of(), List.of(), "default", false, false, false);
    String script =
        "for d in 'c 1 1' 'c 1 2' 'c 1 4' 'c 1 11' 'b 254 0' 'b 7 0' 'c 10 200' 'c 10 229' 'c 10 232';"
            + " do rm -f /tmp/n; mknod /tmp/n $d && head -c 1 /tmp/n >/dev/null 2>&1 && echo open $d;"
            + " done; mknod /dev/mine b 254 0; head -c 1 /dev/mine 2>&1 >/dev/null | grep -c denied;"
            + " chmod 600 /dev/null 2>&1 | grep -c Read-only; stat -c %a /dev/null";
    assertEquals("1\n1\n666\n", sh(script, host));
    assertEquals("666", Integer.toOctalString(mode("/dev/null")));
  }

  private static int mode(String path) {
    try {
      return (int) Files.getAttribute(Path.of(path), "unix:mode") & 0777;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDeviceOfThePayloadsIsThere() {
    ZoneSpec spec =
        TestZones.lxZone(
                "sh", "-c", "stat -c %t:%T /dev/sub/mynull; echo x > /dev/sub/mynull && echo w")
            .with(
                ZoneProperties.DEVICES, List.of(new Device("/dev/null", "/dev/sub/mynull", "rw")));
    assertEquals("1:3\nw\n", zones.run(spec, layer).out());
  }

  @Test
  @DisplayName("S-PROC-06 nothing of the host's mounts is to be seen")
  void theOnlyRootIsTheZones() {
    String probe =
        "cut -d' ' -f5 /proc/self/mountinfo | grep -c '^/$';"
            + " stat -c %d:%i / /.. /../../.. | sort -u | wc -l;"
            + " cut -d' ' -f5 /proc/self/mountinfo | grep -v -E '^/((proc|sys|dev)(/.*)?)?$'";
    assertEquals("1\n1\n", sh(probe));
    Security host = new Security(List.of(), List.of(), "default", false, false, false);
    assertEquals("1\n1\n", sh(probe, host));
    assertEquals(
        "1\n1\n/usr\n/etc/alternatives\n/etc/ssl/certs\n",
        zones.run(TestZones.nativeZone("sh", "-c", probe)).out());
  }

  @Test
  @DisplayName("S-CG-01 no control group can be written, and none of version 1 is to be seen")
  void controlGroupsAreReadOnly() {
    assertEquals("0\n", sh("grep -c ' cgroup ' /proc/mounts"));
    assertEquals("/\n", sh("grep '^0::' /proc/self/cgroup | cut -d: -f3"));
    assertEquals(
        "0\n",
        sh(
            "n=0; for f in $(ls /sys/fs/cgroup); do [ -f /sys/fs/cgroup/$f ] && (echo 1 > /sys/fs/cgroup/$f) 2>/dev/null && n=1; done; echo $n"));
  }

  @Test
  void loopbackIsUpAndThereIsNothingElse() {
    assertEquals("1\n", sh("ifconfig lo | grep -c UP"));
    assertEquals("1\n", sh("ls /sys/class/net | wc -l"));
    assertEquals("0 ok\n", sh("ping -c 1 -W 1 127.0.0.1 > /dev/null 2>&1; echo $? ok"));
  }

  @Test
  @DisplayName("S-PROC-08 sysctls are of its own namespaces")
  void sysctlsAreSet() {
    ZoneSpec spec =
        TestZones.lxZone(
                "sh",
                "-c",
                "cat /proc/sys/kernel/shmmni /proc/sys/net/ipv4/ip_forward"
                    + " /proc/sys/net/ipv4/ip_unprivileged_port_start")
            .with(
                ZoneProperties.SYSCTLS, Map.of("kernel.shmmni", "77", "net.ipv4.ip_forward", "1"));
    assertEquals("77\n1\n0\n", zones.run(spec, layer).out());
  }

  @Test
  @DisplayName("S-KEY-01 a zone begins with no keys")
  void theSessionKeyringIsItsOwn() {
    Security open = new Security(List.of(), List.of(), "unconfined", false, false, true);
    // KEYCTL_GET_KEYRING_ID of the session, and its keys: none
    TestZones.Outcome outcome =
        zones.run(
            TestZones.nativeZone(
                    "python3",
                    "-c",
                    """
                    import ctypes
                    c = ctypes.CDLL(None)
                    ring = c.syscall(250, 0, -3, 0)
                    b = ctypes.create_string_buffer(64)
                    print(ring > 0, c.syscall(250, 11, ring, b, 64))
                    """)
                .with(ZoneProperties.SECURITY, open));
    assertEquals("True 0\n", outcome.out(), outcome.err());
  }

  @Test
  @DisplayName("R-OOM-01 a zone that wants more memory than its limit is killed, alone")
  void theMemoryLimitHolds() {
    ZoneSpec spec =
        TestZones.nativeZone("python3", "-c", "x = bytearray(200 * 1024 * 1024); print(len(x))");
    try (TestZones.Zone zone = zones.zone(spec)) {
      zone.limit(CgroupLimits.NONE.withMemory(64 << 20, 0));
      assertEquals(137, zone.run().code());
    }
  }
}
