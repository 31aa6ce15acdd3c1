package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.brand.Running;
import polder.linux.Directory;
import polder.linux.Fd;
import polder.linux.FileName;
import polder.linux.MountTable;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.Filesystem;
import polder.model.PolderException;
import polder.model.Security;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Directories of the host's in zones: what is mounted is what was looked at, and no more. */
@Tag("kernel")
class HostFilesKernelTest {
  private static final int STARTS = Boolean.getBoolean("polder.full") ? 500 : 25;
  private static final Security HOST_IDS =
      new Security(List.of(), List.of(), "default", false, false, false);

  private TestZones zones;
  private Path layer;
  private HostMarks before;
  private final List<Path> mounted = new ArrayList<>();

  @BeforeEach
  void open() {
    before = HostMarks.now();
    zones = new TestZones();
    layer = BusyboxLayer.make(zones.folder.resolve("layer"));
  }

  @AfterEach
  void leavesNothing() throws Exception {
    for (Path place : mounted.reversed()) {
      sh("umount -l " + place);
    }
    zones.close();
    before.assertSame();
  }

  private static void sh(String script) throws Exception {
    Process process = new ProcessBuilder("sh", "-ec", script).inheritIO().start();
    assertEquals(0, process.waitFor(), script);
  }

  private Path mountMemory(Path place, String options) throws Exception {
    Files.createDirectories(place);
    sh("mount -t tmpfs -o " + options + " none " + place);
    mounted.add(place);
    return place;
  }

  private static ZoneSpec with(ZoneSpec spec, Filesystem... filesystems) {
    return spec.with(ZoneProperties.FILESYSTEMS, List.of(filesystems));
  }

  private static Filesystem lofs(Path source, String target, String... options) {
    return new Filesystem(source.toString(), target, "lofs", List.of(options));
  }

  /** A source with five file systems mounted in it, one with flags of its own. */
  private Path treeWithSubmounts() throws Exception {
    Path source = Files.createDirectories(zones.folder.resolve("tree"));
    for (int i = 0; i < 5; i++) {
      Path place = mountMemory(source.resolve("sub" + i), i == 0 ? "size=1m,noexec" : "size=1m");
      Files.writeString(place.resolve("f"), "deep\n");
    }
    return source;
  }

  @Test
  @DisplayName("S-PROC-07 what is mounted below comes along, and read-only holds for all of it")
  void submountsComeAlong() throws Exception {
    Path source = treeWithSubmounts();
    String script =
        "cat /t/sub*/f | wc -l; for i in /t /t/sub0 /t/sub4; do touch $i/x 2>&1 | grep -c"
            + " Read-only; done; grep ' /t' /proc/mounts | grep -vc 'ro,nosuid,nodev';"
            + " grep -c ' /t/sub0 tmpfs ro,nosuid,nodev,noexec' /proc/mounts;"
            + " grep ' /t' /proc/self/mountinfo | grep -cE 'shared:|master:'";
    for (String option : List.of("rw,ro", "ro,noidmap")) {
      ZoneSpec spec =
          with(TestZones.lxZone("sh", "-c", script), lofs(source, "/t", option.split(",")));
      TestZones.Outcome outcome = zones.run(spec, layer);
      assertEquals("5\n1\n1\n1\n0\n1\n0\n", outcome.out(), outcome.err());
    }
    assertEquals(
        "0\n",
        zones
            .run(
                with(
                    TestZones.lxZone("sh", "-c", "ls /t/sub1 | wc -l"),
                    lofs(source, "/t", "nosub")),
                layer)
            .out());
  }

  @Test
  @DisplayName(
      "S-PROC-06 what is mounted later, on the host or in the zone, is not seen by the other")
  void laterMountsAreNotPassedOn() throws Exception {
    Path source = mountMemory(zones.folder.resolve("shared"), "size=1m");
    Files.createDirectories(source.resolve("late"));
    Files.createDirectories(source.resolve("inner"));
    List<String> kinds =
        List.of(
            "private",
            "shared",
            "slave",
            "unbindable",
            "rprivate",
            "rshared",
            "rslave",
            "runbindable");
    Security mounting =
        new Security(List.of("SYS_ADMIN"), List.of(), "unconfined", false, false, true);
    int cells = 0;
    for (String kind : kinds) {
      for (String option : List.of("rw", "nosub", "noidmap", "noexec")) {
        sh("mount --make-shared %s; mount --make-%s %s".formatted(source, kind, source));
        ZoneSpec spec =
            with(TestZones.lxZone("sleep", "1000"), lofs(source, "/s", option))
                .with(ZoneProperties.SECURITY, mounting);
        try (TestZones.Zone zone = zones.zone(spec, layer)) {
          if (kind.endsWith("unbindable")) {
            String why = assertThrows(PolderException.class, zone::start).getMessage();
            assertTrue(String.valueOf(why).contains("unbindable"), why);
          } else {
            nothingIsPassedOn(zone, source, kind + " " + option);
          }
        }
        cells++;
      }
    }
    assertEquals(32, cells);
  }

  private void nothingIsPassedOn(TestZones.Zone zone, Path source, String what) throws Exception {
    Running running = zone.start();
    mountMemory(source.resolve("late"), "size=1m");
    String look =
        "grep -c ' /s/late ' /proc/mounts; mount -t tmpfs none /s/inner && grep -c ' /s/inner '"
            + " /proc/mounts";
    TestZones.Outcome inside = zone.exec(running, ExecSpec.of("sh", "-c", look));
    assertEquals("0\n1\n", inside.out(), what + inside.err());
    assertTrue(MountTable.own().at(source.resolve("inner")).isEmpty(), what);
    zone.stop(running);
    sh("umount " + mounted.removeLast());
  }

  @Test
  @DisplayName("S-PROC-05 no zone sees a /proc, /sys or control groups of the host's")
  void theKernelsFilesAreRefused() throws Exception {
    Path tree = Files.createDirectories(zones.folder.resolve("with-proc"));
    Files.createDirectories(tree.resolve("p/q"));
    sh("mount --bind /proc " + tree.resolve("p/q"));
    mounted.add(tree.resolve("p/q"));
    List<Path> sources =
        List.of(
            Path.of("/proc"),
            Path.of("/sys"),
            Path.of("/proc/sys"),
            Path.of("/sys/fs/cgroup"),
            Path.of("/"),
            tree,
            tree.resolve("p"),
            tree.resolve("p/q/self"));
    for (Path source : sources) {
      for (Security security : List.of(Security.DEFAULT, HOST_IDS)) {
        for (String option : List.of("ro", "noidmap")) {
          ZoneSpec spec =
              with(TestZones.lxZone("true"), lofs(source, "/x", option))
                  .with(ZoneProperties.SECURITY, security);
          assertEquals(
              ErrorKind.INVALID,
              assertThrows(PolderException.class, () -> zones.run(spec, layer), source.toString())
                  .kind());
        }
      }
    }
    ZoneSpec without =
        with(TestZones.lxZone("sh", "-c", "ls /x/p/q | wc -l"), lofs(tree, "/x", "nosub"));
    assertEquals("0\n", zones.run(without, layer).out());
    PolderException magic =
        assertThrows(
            PolderException.class,
            () ->
                zones.run(
                    with(TestZones.lxZone("true"), lofs(Path.of("/proc/self/root/etc"), "/x")),
                    layer));
    assertEquals(ErrorKind.INVALID, magic.kind(), magic.getMessage());
  }

  /** How often a whole procfs is mounted, how often elsewhere than at /proc, and the mask. */
  private static final String BARE =
      "grep -c ' / /proc .* - proc ' /proc/self/mountinfo; grep ' - proc ' /proc/self/mountinfo |"
          + " cut -d' ' -f4,5 | grep '^/ ' | grep -vc ' /proc$'; stat -c %t:%T /proc/keys;"
          + " (: > /proc/sys/kernel/core_pattern) 2>&1 | grep -c Read-only";

  @Test
  @DisplayName("S-PROC-05 there is one /proc, masked, in every way of starting and entering")
  void everyWayOfStartingMasksProc() {
    int ways = 0;
    for (boolean userns : List.of(true, false)) {
      for (boolean init : List.of(true, false)) {
        for (boolean readOnlyRoot : List.of(true, false)) {
          ZoneSpec spec =
              TestZones.lxZone("sh", "-c", BARE + "; exec sleep 1000")
                  .with(ZoneProperties.INIT, init)
                  .with(
                      ZoneProperties.SECURITY,
                      new Security(List.of(), List.of(), "default", false, readOnlyRoot, userns));
          try (TestZones.Zone zone = zones.zone(spec, layer)) {
            Running running = zone.start();
            String entered = zone.exec(running, ExecSpec.of("sh", "-c", BARE)).out();
            byte[] said = new byte[100];
            int length = 0;
            while (length < MASKED.length()) {
              length += zone.out.reader().read(said, length, 100 - length);
            }
            zone.stop(running);
            String what = "userns %s, init %s".formatted(userns, init);
            assertEquals(MASKED, new String(said, 0, length, StandardCharsets.US_ASCII), what);
            assertEquals(MASKED, entered, what);
            ways += 2;
          }
        }
      }
    }
    try (TestZones.Zone idle = zones.zone(TestZones.spec(Brand.LX), layer)) {
      Running running = idle.start();
      assertEquals(MASKED, idle.exec(running, ExecSpec.of("sh", "-c", BARE)).out());
      idle.stop(running);
      ways++;
    }
    assertEquals(MASKED, zones.run(TestZones.nativeZone("sh", "-c", BARE)).out());
    assertEquals(17, ways);
  }

  private static final String MASKED = "1\n0\n1:3\n1\n";

  @Test
  @DisplayName(
      "S-PATH-02 a source that is swapped meanwhile is mounted as what it was looked at as")
  void aSourceIsWalkedToOnce() throws Exception {
    Path place = Files.createDirectories(zones.folder.resolve("swapped"));
    Files.createDirectories(place.resolve("name"));
    Files.writeString(place.resolve("name/f"), "in a directory\n");
    Files.writeString(place.resolve("other"), "a file\n");
    ZoneSpec spec =
        with(
            TestZones.lxZone("sh", "-c", "cat /t/f 2>/dev/null || cat /t"),
            lofs(place.resolve("name"), "/t"));
    var over = new AtomicBoolean();
    Thread swapping =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (Directory directory = Directory.open(place)) {
                    while (!over.get()) {
                      directory.exchange(FileName.of("name"), directory, FileName.of("other"));
                    }
                  }
                });
    try {
      for (int i = 0; i < STARTS; i++) {
        String out = zones.run(spec, layer).out();
        assertTrue(List.of("in a directory\n", "a file\n").contains(out), out);
      }
    } finally {
      over.set(true);
      swapping.join();
    }
  }

  private static final String SWAPPER =
      """
      import ctypes, itertools
      c = ctypes.CDLL(None)
      print("swapping", flush=True)
      for i in itertools.count():
          for n in b"dev", b"proc", b"sys", b"etc", b"run", b"a":
              c.renameat2(-100, b"/data/" + n, -100, b"/data/" + n + b".link", 2)
      """;

  @Test
  @DisplayName(
      "S-PROC-03 a zone that swaps names in a shared directory leads another's start nowhere")
  void swappedNamesInASharedDirectoryLeadNowhere() throws Exception {
    Path shared = Files.createDirectories(zones.folder.resolve("shared"));
    Path canary = Files.createDirectories(zones.folder.resolve("canary"));
    List<String> targets =
        List.of("/", "/proc", "/dev", canary.toString(), "../../../../../../../..", "/proc/1/root");
    int next = 0;
    for (String name : List.of("dev", "proc", "sys", "etc", "run", "a")) {
      Files.createDirectories(shared.resolve(name).resolve("in"));
      Files.createSymbolicLink(shared.resolve(name + ".link"), Path.of(targets.get(next++)));
    }
    Path given = Files.createDirectories(zones.folder.resolve("given"));
    Files.writeString(given.resolve("f"), "given");
    zones.run(TestZones.nativeZone("true")); // what is made once and kept is made
    zones.run(TestZones.lxZone("true"), layer);
    HostMarks marks = HostMarks.now();
    String listing = list(zones.folder);
    TestZones.Zone swapper =
        zones.zone(with(TestZones.nativeZone("python3", "-c", SWAPPER), lofs(shared, "/data")));
    Running swapping = swapper.start();
    Fd said = swapper.out.reader();
    assertEquals(9, said.read(new byte[9], 0, 9));
    int started = 0;
    int refused = 0;
    ZoneSpec spec =
        with(
                TestZones.lxZone("/bin/sh", "-c", HostileRootKernelTest.PROBE),
                lofs(shared, "/data"),
                lofs(given, "/data/a/in"),
                lofs(given, "/data/proc/in/deeper"),
                lofs(given, "/data/dev/null"),
                new Filesystem("", "/data/etc/mem", "tmpfs", List.of("size=1m")),
                new Filesystem("", "/data/sys/in", "tmpfs", List.of("size=1m")))
            .with(ZoneProperties.WORKDIR, "/data/run/in");
    try {
      // most are refused: go on until one has met every name as it should be
      for (int i = 0; i < STARTS || (started == 0 && i < 40 * STARTS); i++) {
        try {
          TestZones.Outcome outcome = zones.run(spec, layer);
          assertEquals(HostileRootKernelTest.SAFE, outcome.out(), outcome.err());
          started++;
        } catch (PolderException e) {
          assertEquals(ErrorKind.HOST, e.kind(), e.getMessage());
          refused++;
        }
      }
    } finally {
      swapper.stop(swapping);
      swapper.close();
    }
    assertTrue(started > 0, "none of %d starts succeeded".formatted(refused));
    HostMarks after = HostMarks.now(); // descriptors are looked at when all is closed
    assertEquals(marks.mounts(), after.mounts());
    assertEquals(marks.groups(), after.groups());
    assertEquals(marks.children(), after.children());
    assertEquals(0, canary.toFile().list().length, "something was made in the canary");
    assertEquals("[f]", List.of(given.toFile().list()).toString());
    assertEquals(listing, list(zones.folder));
  }

  private static String list(Path folder) throws IOException {
    try (var list = Files.list(folder)) {
      return list.map(Path::getFileName).sorted().toList().toString();
    }
  }
}
