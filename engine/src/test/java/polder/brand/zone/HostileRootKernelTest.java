package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Images whose makers put something else where a runtime expects its own. */
@Tag("kernel")
class HostileRootKernelTest {
  private TestZones zones;
  private Path layer;
  private Path canary;

  @BeforeEach
  void open() throws IOException {
    zones = new TestZones();
    layer = BusyboxLayer.make(zones.folder.resolve("layer"));
    canary = Files.createDirectories(zones.folder.resolve("canary"));
    Files.writeString(canary.resolve("file"), "untouched");
  }

  @AfterEach
  void close() {
    zones.close();
  }

  /** What may lie at a path: each a shell line with the path as $1 and the canary as $2. */
  private static final Map<String, String> SHAPES =
      Map.of(
          "a link to the host", "ln -s \"$2\" \"$1\"",
          "a link to a file of the host", "ln -s \"$2/file\" \"$1\"",
          "a link upwards", "ln -s ../../../../../../../../../etc \"$1\"",
          "a link to nothing", "ln -s /no/where \"$1\"",
          "a link to itself", "ln -s \"$1\" \"$1\"",
          "a link to a magic link", "ln -s /proc/self/root \"$1\"",
          "a file", "echo fake > \"$1\"",
          "a FIFO", "mkfifo \"$1\"",
          "a device", "mknod \"$1\" b 254 0");

  private static final List<String> PATHS =
      List.of(
          "dev",
          "dev/null",
          "dev/console",
          "dev/pts",
          "dev/ptmx",
          "dev/shm",
          "proc",
          "sys",
          "sys/fs",
          "sys/fs/cgroup",
          "proc/sys",
          "etc",
          "etc/resolv.conf",
          "etc/hosts",
          "etc/hostname",
          "run",
          "tmp");

  @Test
  @DisplayName(
      "S-PROC-02 whatever lies where we mount, the zone does not start or is as safe as ever")
  void hostileRootsReachNothing() throws Exception {
    HostMarks before = HostMarks.now();
    int started = 0;
    List<String> refused = new ArrayList<>();
    List<String> unsafe = new ArrayList<>();
    for (String path : PATHS) {
      for (Map.Entry<String, String> shape : SHAPES.entrySet()) {
        Path hostile = zones.folder.resolve("hostile-" + (started + refused.size()));
        make(hostile, path, shape.getValue());
        ZoneSpec spec = TestZones.lxZone("/bin/sh", "-c", PROBE).with(ZoneProperties.TMPFS, 1L);
        try {
          TestZones.Outcome outcome = zones.run(spec, layer, hostile);
          if (!outcome.out().equals(SAFE)) {
            unsafe.add(path + " as " + shape.getKey() + ": " + outcome);
          }
          started++;
        } catch (PolderException e) {
          assertTrue(e.kind() == ErrorKind.HOST || e.kind() == ErrorKind.INVALID, e.getMessage());
          refused.add(path + " as " + shape.getKey() + ": " + e.getMessage());
        }
        assertEquals("untouched", RootText.of(canary.resolve("file")));
        try (var list = Files.list(canary)) {
          assertEquals(1, list.count(), path + " as " + shape.getKey());
        }
      }
    }
    assertEquals(List.of(), unsafe);
    assertEquals(PATHS.size() * SHAPES.size(), started + refused.size());
    assertTrue(started > 40 && refused.size() > 10, () -> String.join("\n", refused));
    before.assertSame();
  }

  static final String PROBE =
      "stat -c %t:%T /dev/null /dev/zero; grep -c ' /proc proc ' /proc/mounts;"
          + " grep -c ' /proc/sys proc ro' /proc/mounts; grep -c ' /sys sysfs ro' /proc/mounts;"
          + " stat -c %t:%T /proc/keys; cut -d' ' -f5 /proc/self/mountinfo | grep -c '^/$';"
          + " grep -c ' /dev/shm tmpfs ' /proc/mounts; echo x > /dev/null && echo y";

  static final String SAFE = "1:3\n1:5\n1\n1\n1\n1:3\n1\n1\ny\n";

  private void make(Path hostile, String path, String shape) throws Exception {
    Path at = hostile.resolve(path);
    Files.createDirectories(hostile);
    for (Path parent = Path.of(path).getParent(); parent != null; parent = parent.getParent()) {
      Files.createDirectories(hostile.resolve(parent));
    }
    Process made =
        new ProcessBuilder("sh", "-ec", shape, "sh", at.toString(), canary.toString())
            .redirectErrorStream(true)
            .start();
    assertEquals(0, made.waitFor(), () -> path + ": " + shape);
    assertTrue(Files.exists(at, LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  @DisplayName("S-PATH-05 legitimate links are followed inside")
  void legitimateLinksWork() throws IOException {
    Path links = Files.createDirectories(zones.folder.resolve("links"));
    Files.createDirectories(links.resolve("real/place"));
    Files.createDirectories(links.resolve("var"));
    Files.createSymbolicLink(links.resolve("var/run"), Path.of("/run"));
    Files.createSymbolicLink(links.resolve("data"), Path.of("real/place"));
    Files.createSymbolicLink(links.resolve("abs"), Path.of("/real/place"));
    Path source = Files.createDirectories(zones.folder.resolve("source"));
    Files.writeString(source.resolve("f"), "seen");
    ZoneSpec spec =
        TestZones.lxZone("sh", "-c", "cat /real/place/f /real/place/in/f /var/run/new/f")
            .with(
                ZoneProperties.FILESYSTEMS,
                List.of(
                    new Filesystem(source.toString(), "/data", "lofs", List.of("ro")),
                    new Filesystem(source.toString(), "/var/run/new", "lofs", List.of())))
            .with(ZoneProperties.WORKDIR, "/abs/");
    TestZones.Outcome outcome = zones.run(spec, layer, links);
    assertEquals("seenseen", outcome.out(), outcome.err());
  }

  @Test
  @DisplayName("S-PROC-04 a file system that an image leads onto /proc does not hide it")
  void filesystemsCannotReplaceProc() throws IOException {
    Path links = Files.createDirectories(zones.folder.resolve("onto"));
    Files.createSymbolicLink(links.resolve("data"), Path.of("/proc"));
    Files.createDirectories(links.resolve("proc"));
    Path fake = Files.createDirectories(zones.folder.resolve("fake/sys/kernel"));
    Files.writeString(fake.resolve("shmmni"), "fake");
    ZoneSpec spec =
        TestZones.lxZone("sh", "-c", "cat /proc/sys/kernel/shmmni; " + PROBE)
            .with(ZoneProperties.SYSCTLS, Map.of("kernel.shmmni", "99"))
            .with(
                ZoneProperties.FILESYSTEMS,
                List.of(
                    new Filesystem(
                        zones.folder.resolve("fake").toString(), "/data", "lofs", List.of())));
    assertEquals("99\n" + SAFE, zones.run(spec, layer, links).out());
    assertEquals("fake", RootText.of(fake.resolve("shmmni")));
  }

  @Test
  @DisplayName("S-ID-03 strange user files neither hang nor mean root")
  void strangeUserFilesAreRefused() throws Exception {
    Map<String, String> shapes =
        Map.of(
            "fifo", "mkfifo \"$1\"",
            "device", "mknod \"$1\" c 1 5",
            "link", "ln -s \"$2/file\" \"$1\"",
            "huge", "truncate -s 100M \"$1\"",
            "directory", "mkdir \"$1\"",
            "lines", "yes 'app:x:1:1::/:/bin/sh' | head -n 300000 > \"$1\"",
            "nul", "printf 'app\\0:x:0:0::/:\\n' > \"$1\"");
    for (Map.Entry<String, String> shape : shapes.entrySet()) {
      Path hostile = zones.folder.resolve("passwd-" + shape.getKey());
      make(hostile, "etc/passwd", shape.getValue());
      ZoneSpec spec = TestZones.lxZone("id", "-u").with(ZoneProperties.USER, "app");
      try {
        TestZones.Outcome outcome = zones.run(spec, layer, hostile);
        assertEquals("lines 1", shape.getKey() + " " + outcome.out().strip());
      } catch (PolderException e) {
        assertEquals(ErrorKind.INVALID, e.kind(), shape.getKey() + ": " + e.getMessage());
      }
    }
  }
}
