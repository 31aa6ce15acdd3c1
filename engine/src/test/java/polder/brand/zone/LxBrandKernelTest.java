package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.Security;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

@Tag("kernel")
class LxBrandKernelTest {
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

  private static TestZones.Outcome sh(String script) {
    return zones.run(TestZones.lxZone("sh", "-c", script), layer);
  }

  private static String out(ZoneSpec spec) {
    TestZones.Outcome outcome = zones.run(spec, layer);
    assertEquals("", outcome.err());
    assertEquals(0, outcome.code(), outcome.toString());
    return outcome.out();
  }

  @Test
  @DisplayName("S-ID-04 files that a zone's root makes are root's on disk, its process is not")
  void filesHaveTheirNaturalOwners() throws IOException {
    ZoneSpec spec = TestZones.lxZone("sh", "-c", "touch /made; chown 33:44 /made; echo x > /tmp/f");
    TestZones.Zone zone = zones.zone(spec, layer);
    assertEquals(0, zone.run().code());

    assertEquals(33, Files.getAttribute(zone.files().resolve("made"), "unix:uid"));
    assertEquals(44, Files.getAttribute(zone.files().resolve("made"), "unix:gid"));
    assertEquals(0, Files.getAttribute(zone.files().resolve("tmp/f"), "unix:uid"));
    assertFalse(Files.exists(layer.resolve("made")));
    zone.close();
  }

  @Test
  void laterLayersHideEarlierOnes() throws IOException {
    Path upper = zones.folder.resolve("second");
    Files.createDirectories(upper.resolve("etc"));
    Files.writeString(upper.resolve("etc/motd"), "second");
    TestZones.Outcome outcome =
        zones.run(
            TestZones.lxZone("sh", "-c", "cat /etc/motd /etc/passwd | head -1"), layer, upper);
    assertEquals("secondroot:x:0:0:root:/root:/bin/sh\n", outcome.out());
  }

  @Test
  void changesOutliveAStop() {
    TestZones.Zone zone = zones.zone(TestZones.lxZone("sh", "-c", "cat /n; echo kept > /n"), layer);
    assertEquals(0, zone.run().code());
    assertEquals("kept", RootText.of(zone.files().resolve("n")));
    zone.close();
  }

  @Test
  void knowsItsNamesAndNoOthers() {
    ZoneSpec spec =
        TestZones.lxZone("sh", "-c", "hostname; cat /etc/hostname; grep -c web1 /etc/hosts; env")
            .with(ZoneProperties.ZONE_HOSTNAME, "web1")
            .with(ZoneProperties.ENV, Map.of("A", "1", "B", "two words"));
    assertEquals(
        """
        web1
        web1
        1
        A=1
        B=two words
        HOME=/root
        HOSTNAME=web1
        PATH=%s
        PWD=/
        SHLVL=1
        """
            .formatted(Command.PATH),
        out(spec).lines().sorted(LxBrandKernelTest::envLast).reduce("", (a, b) -> a + b + "\n"));
  }

  private static int envLast(String a, String b) {
    boolean isA = a.indexOf('=') > 0;
    boolean isB = b.indexOf('=') > 0;
    return isA && isB ? a.compareTo(b) : Boolean.compare(isA, isB);
  }

  @Test
  void endsWithItsMainProcess() {
    assertEquals(7, sh("exit 7").code());
    assertEquals(255, sh("exit 255").code());
    assertEquals(128 + 15, sh("kill -TERM $$").code());
    assertEquals(128 + 9, sh("kill -KILL $$").code());
  }

  @Test
  void saysThatAProgramIsNotThereOrIsNone() {
    PolderException missing =
        assertThrows(
            PolderException.class, () -> zones.run(TestZones.lxZone("no-such-thing"), layer));
    assertEquals(ErrorKind.NOT_FOUND, missing.kind());
    PolderException none =
        assertThrows(
            PolderException.class, () -> zones.run(TestZones.lxZone("/etc/passwd"), layer));
    assertEquals(ErrorKind.DENIED, none.kind());
  }

  @Test
  void runsAsTheUserOfThePayloadElseOfTheImage() {
    ZoneSpec spec = TestZones.lxZone("sh", "-c", "id; pwd; echo $HOME; touch /x 2>&1");
    String app =
        """
        uid=1000(app) gid=1000(app) groups=1000(app),2000(extra)
        /home/app
        /home/app
        touch: /x: Permission denied
        """;
    TestZones.Outcome asked =
        zones.run(
            spec.with(ZoneProperties.USER, "app").with(ZoneProperties.WORKDIR, "/home/app"), layer);
    assertEquals(app, asked.out());
    var image =
        new ImageConfig(
            List.of(),
            List.of(),
            Map.of(),
            Optional.of("/home/app"),
            Optional.of("app"),
            Optional.empty(),
            Map.of());
    try (TestZones.Zone zone =
        zones.zone(
            TestZones.lxZone("sh", "-c", "id; pwd; echo $HOME; touch /x 2>&1"), image, layer)) {
      assertEquals(app, zone.run().out());
    }
    ZoneSpec number = TestZones.lxZone("id").with(ZoneProperties.USER, "4711:42");
    assertEquals("uid=4711 gid=42 groups=42\n", out(number));
  }

  @Test
  @DisplayName("S-FD-03 a working directory is inside, or the zone does not start")
  void staysInsideWhateverTheWorkingDirectory() throws IOException {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i <= 20; i++) {
      paths.add("/proc/self/fd/" + i);
    }
    paths.addAll(
        List.of(
            "/proc/thread-self/cwd/..",
            "/proc/self/cwd/../../..",
            "/proc/1/root",
            "/proc/1/root/..",
            "/proc/1/cwd",
            "/proc/self/root",
            "/proc/self/task/1/root"));
    Path links = Files.createDirectories(zones.folder.resolve("links"));
    int inside = 0;
    for (int i = 0; i < paths.size(); i++) {
      Files.createSymbolicLink(links.resolve("l" + i), Path.of(paths.get(i)));
      for (String path : List.of(paths.get(i), "/l" + i)) {
        try {
          TestZones.Outcome outcome =
              zones.run(
                  TestZones.lxZone("sh", "-c", "readlink /proc/self/cwd; ls -a . | wc -l")
                      .with(ZoneProperties.WORKDIR, path),
                  layer,
                  links);
          assertTrue(outcome.out().startsWith("/"), path + ": " + outcome);
          inside++;
        } catch (PolderException e) {
          assertEquals(ErrorKind.HOST, e.kind(), e.getMessage());
        }
      }
    }
    assertEquals(0, inside, "all of them are magic links, which are refused");
  }

  @Test
  void makesAWorkingDirectoryThatIsMissing() {
    assertEquals(
        "/srv/deep/er\n",
        out(TestZones.lxZone("pwd").with(ZoneProperties.WORKDIR, "/srv/deep/er")));
  }

  @Test
  void aReadOnlyRootCannotBeWritten() {
    Security readOnly = new Security(List.of(), List.of(), "default", false, true, true);
    ZoneSpec spec =
        TestZones.lxZone(
                "sh", "-c", "touch /x; touch /tmp/y && echo tmp; touch /dev/shm/z && echo shm")
            .with(ZoneProperties.SECURITY, readOnly)
            .with(ZoneProperties.TMPFS, 16L);
    TestZones.Outcome outcome = zones.run(spec, layer);
    assertEquals("tmp\nshm\n", outcome.out());
    assertTrue(outcome.err().contains("Read-only file system"), outcome.err());
  }

  @Test
  void aTmpfsOfItsOwnHasItsSize() {
    ZoneSpec spec =
        TestZones.lxZone(
                "sh",
                "-c",
                "dd if=/dev/zero of=/tmp/f bs=1M count=20 2>&1 | grep -c space; stat -c %a /tmp")
            .with(ZoneProperties.TMPFS, 8L);
    assertEquals("1\n1777\n", zones.run(spec, layer).out());
  }

  @Test
  void filesystemsAreMappedReadOnlyOrRaw() throws IOException {
    Path shared = Files.createDirectories(zones.folder.resolve("shared"));
    Files.writeString(shared.resolve("f"), "text");
    Path file = Files.writeString(zones.folder.resolve("one-file"), "one");
    ZoneSpec spec =
        TestZones.lxZone(
                "sh",
                "-c",
                "stat -c %u /rw/f /raw/f; touch /rw/new; touch /ro/new; cat /etc/one; grep -c"
                    + " ' /rw .*nosuid,nodev' /proc/mounts")
            .with(
                ZoneProperties.FILESYSTEMS,
                List.of(
                    new Filesystem(shared.toString(), "/rw", "lofs", List.of("rw")),
                    new Filesystem(shared.toString(), "/ro", "lofs", List.of("ro")),
                    new Filesystem(shared.toString(), "/raw", "lofs", List.of("noidmap")),
                    new Filesystem(file.toString(), "/etc/one", "lofs", List.of()),
                    new Filesystem("", "/mem/ory", "tmpfs", List.of("size=1m"))));
    TestZones.Outcome outcome = zones.run(spec, layer);
    assertEquals("0\n65534\none1\n", outcome.out());
    assertTrue(outcome.err().contains("/ro/new: Read-only"), outcome.err());
    assertEquals(0, Files.getAttribute(shared.resolve("new"), "unix:uid"));
  }

  @Test
  void withoutAnInitTheProgramIsTheFirstProcess() {
    assertEquals(
        "1\n", out(TestZones.lxZone("sh", "-c", "echo $$").with(ZoneProperties.INIT, false)));
    assertEquals("2\n", out(TestZones.lxZone("sh", "-c", "echo $$")));
  }

  @Test
  void worksWithoutAUserNamespace() {
    Security host = new Security(List.of(), List.of(), "default", false, false, false);
    ZoneSpec spec =
        TestZones.lxZone(
                "sh", "-c", "id -u; cat /proc/self/uid_map | wc -l; echo > /dev/null; touch /x")
            .with(ZoneProperties.SECURITY, host);
    assertEquals("0\n1\n", out(spec));
  }
}
