package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import polder.image.UnpackOptions.Existing;
import polder.image.UnpackOptions.Whiteouts;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.Tree;
import polder.linux.Walk;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

@Tag("kernel")
class UnpackerKernelTest {
  @TempDir Path temp;
  private Directory outside;
  private Directory root;

  @BeforeEach
  void open() throws IOException {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may make devices and owners");
    outside = Directory.open(temp);
    Files.createDirectories(temp.resolve("etc"));
    Files.writeString(temp.resolve("etc/passwd"), "outside");
    Files.writeString(temp.resolve("canary"), "outside");
    root = outside.ensureDirectory(FileName.of("root"), 0755);
  }

  @AfterEach
  void close() throws IOException {
    if (outside != null) {
      assertEquals("outside", Files.readString(temp.resolve("etc/passwd")));
      assertEquals("outside", Files.readString(temp.resolve("canary")));
      assertEquals(
          List.of("canary", "etc", "root"),
          outside.entries().stream().map(e -> e.name().toString()).toList());
      root.close();
      outside.close();
    }
  }

  @Test
  @DisplayName("S-IMG-03 owners, modes, devices, times, capabilities are kept; overlay's are not")
  void keepsWhatBelongsToAUserland() {
    byte[] capability = new byte[20];
    capability[3] = 2;
    capability[4] = (byte) 0x80; // CAP_SETUID
    Instant then = Instant.ofEpochSecond(1_111_111_111, 123_456_789);
    Bytes overlay = Bytes.of("trusted.overlay.opaque");
    Bytes userOverlay = Bytes.of("user.overlay.redirect");
    Bytes cap = Bytes.of("security.capability");
    TarEntry program =
        TarEntry.file(Bytes.of("usr/bin/program"), 06755, 3, then)
            .owned(3_000_000_000L, 12)
            .with(
                Map.of(
                    cap,
                    Bytes.of(capability),
                    overlay,
                    Bytes.of("y"),
                    userOverlay,
                    Bytes.of("/x"),
                    Bytes.of("security.ima"),
                    Bytes.of("x")));
    TarEntry folder =
        TarEntry.empty(Bytes.of("usr/"), TarType.DIRECTORY, 01777, Bytes.EMPTY, then).owned(7, 8);
    unpack(
        new Archive()
            .entry(folder)
            .entry(program, (byte) 1, (byte) 2, (byte) 3)
            .entry(TarEntry.empty(Bytes.of("l"), TarType.SYMLINK, 0777, Bytes.of("/usr"), then))
            .fifo("dev/fifo")
            .device("dev/null", 1, 3)
            .hardLink("usr/bin/again", "/usr/bin/program"));

    Stat stat = stat("usr/bin/program");
    assertEquals(06755, stat.mode());
    assertEquals(3_000_000_000L, stat.uid());
    assertEquals(12, stat.gid());
    assertEquals(then, stat.modified());
    assertTrue(stat.isSameFile(stat("usr/bin/again")));
    try (Node node = root.node(FilePath.of("usr/bin/program"), Walk.NO_LINKS)) {
      assertEquals(List.of(cap), node.xattrs().names());
      assertEquals(Bytes.of(capability), node.xattrs().get(cap).orElseThrow());
    }
    assertEquals(then, stat("usr").modified());
    assertEquals(01777, stat("usr").mode());
    assertEquals(then, stat("l").modified());
    assertEquals(FileType.FIFO, stat("dev/fifo").type());
    assertEquals(new DeviceNumber(1, 3), stat("dev/null").special());
    assertEquals(5, stat("dev/null").gid());
    assertEquals(0755, stat("dev").mode());
  }

  @TestFactory
  @DisplayName("S-IMG-01 archives that want out end inside, with what they say")
  List<DynamicTest> archivesThatWantOut() {
    Map<String, Archive> inside = new LinkedHashMap<>();
    inside.put("symlink to an absolute path", etc().symlink("d", "/etc").file("d/x", "in"));
    inside.put("symlink up and out", etc().symlink("d", "../../../etc").file("d/x", "in"));
    inside.put(
        "symlinks one after another, absolute",
        etc().symlink("a", "/b").symlink("b", "/etc").file("a/x", "in"));
    inside.put(
        "symlinks one after another, relative",
        etc().symlink("a", "../b").symlink("b", "../../etc").file("a/x", "in"));
    inside.put(
        "symlink down and out",
        etc().directory("down").symlink("down/d", "../../../etc").file("down/d/x", "in"));
    inside.put(
        "dangling symlink as a parent", new Archive().symlink("d", "/etc").file("d/x", "in"));
    inside.put("dots before the name", etc().file("../../../etc/x", "in"));
    inside.put("a slash before the name", etc().file("/etc/x", "in"));
    inside.put("dots within the name", etc().file("a/../../../etc/x", "in"));
    inside.put(
        "a file over a symlink to a file", etc().symlink("etc/x", "/canary").file("etc/x", "in"));
    inside.put(
        "a file over a symlink up to a file",
        etc().symlink("etc/x", "../../canary").file("etc/x", "in"));
    inside.put("a hard link by an absolute path", etc().file("y", "in").hardLink("etc/x", "/y"));
    inside.put("a hard link by dots", etc().file("y", "in").hardLink("etc/x", "../../../y"));
    inside.put(
        "a hard link through a symlink",
        etc().file("y", "in").symlink("d", "/../..").hardLink("etc/x", "d/y"));
    inside.put("a hard link to what comes later", etc().hardLink("etc/x", "y").file("y", "in"));
    inside.put(
        "a directory over a symlink to one",
        new Archive().symlink("etc", "/../../etc").directory("etc/").file("etc/x", "in"));
    inside.put(
        "a directory over a file",
        new Archive().file("etc", "").directory("etc").file("etc/x", "in"));
    inside.put(
        "a file over a directory",
        new Archive().directory("etc/x").file("etc/x/y", "").file("etc/x", "in"));
    inside.put("a file twice", etc().file("etc/x", "longer than the other").file("etc/x", "in"));
    inside.put(
        "a device over a symlink",
        etc().symlink("n", "/canary").device("n", 1, 3).file("etc/x", "in"));
    inside.put(
        "a FIFO over a symlink", etc().symlink("n", "/canary").fifo("n").file("etc/x", "in"));
    inside.put("a parent that is missing", new Archive().file("etc/x", "in"));
    inside.put(
        "a parent that becomes a symlink in between",
        new Archive().file("d/y", "").directory("etc").symlink("d", "/etc").file("d/x", "in"));
    inside.put(
        "the root as a directory",
        new Archive().directory("./").directory("/").file("etc/x", "in"));
    furtherWaysOut(inside);
    assertTrue(inside.size() >= 42, inside.size() + " cases");
    return inside.entrySet().stream()
        .map(
            archive ->
                dynamicTest(
                    archive.getKey(),
                    () -> {
                      Tree.empty(root);
                      unpack(archive.getValue());
                      assertEquals("in", contents("etc/x"));
                    }))
        .toList();
  }

  private static void furtherWaysOut(Map<String, Archive> inside) {
    inside.put("symlink with a slash at its end", etc().symlink("d", "/etc/").file("d/x", "in"));
    inside.put("symlink to the root", etc().symlink("d", "/").file("d/etc/x", "in"));
    inside.put("symlink above the root", etc().symlink("d", "/..").file("d/etc/x", "in"));
    inside.put("symlink to itself by dots", etc().symlink("d", "./../d/..").file("etc/x", "in"));
    inside.put(
        "symlink with dots in the midst", etc().symlink("d", "etc/../../../etc").file("d/x", "in"));
    inside.put(
        "two symlinks in one path",
        etc().directory("b").symlink("a", "/b").symlink("b/c", "/etc").file("a/c/x", "in"));
    inside.put(
        "symlink to a magic link", etc().symlink("d", "/proc/self/root").file("etc/x", "in"));
    inside.put(
        "symlink over an empty directory",
        etc().directory("d").symlink("d", "/etc").file("d/x", "in"));
    inside.put(
        "a hard link by a long way",
        etc().file("y", "in").hardLink("etc/x", "a/../../../../../../../y"));
    inside.put(
        "a hard link down and out",
        etc().directory("down").file("y", "in").hardLink("etc/x", "down/../../../y"));
    inside.put(
        "a hard link through an absolute symlink",
        etc().file("b/y", "in").symlink("d", "/b").hardLink("etc/x", "d/y"));
    inside.put(
        "a hard link named through a symlink",
        etc().file("y", "in").symlink("d", "/etc").hardLink("d/x", "y"));
    inside.put(
        "a hard link twice", etc().file("y", "in").hardLink("etc/x", "y").hardLink("etc/x", "y"));
    inside.put("a hard link to itself", etc().file("etc/x", "in").hardLink("etc/x", "etc/x"));
    inside.put(
        "a hard link over a symlink",
        etc().file("y", "in").symlink("etc/x", "/canary").hardLink("etc/x", "y"));
    inside.put(
        "a file over a hard link", etc().file("y", "").hardLink("etc/x", "y").file("etc/x", "in"));
    inside.put(
        "a directory over a symlink, and files in it",
        etc().symlink("d", "/../../etc").directory("d").file("d/x", "").file("etc/x", "in"));
    inside.put("slashes and dots in the name", etc().file(".//./etc/.//x", "in"));
    inside.put("a device over a file", etc().file("n", "").device("n", 1, 3).file("etc/x", "in"));
    inside.put("a FIFO over a directory", etc().directory("n").fifo("n").file("etc/x", "in"));
  }

  private static Archive etc() {
    return new Archive().directory("etc");
  }

  @TestFactory
  @DisplayName("S-IMG-02 entries that would change what is not theirs are refused")
  List<DynamicTest> entriesThatAreRefused() {
    Map<String, Archive> refused = new LinkedHashMap<>();
    for (String name : List.of(".", "./", "/", "..", "../..", "a/..")) {
      refused.put("symlink named " + name, new Archive().symlink(name, "/etc"));
      refused.put("hard link named " + name, new Archive().file("f", "").hardLink(name, "f"));
      refused.put("fifo named " + name, new Archive().fifo(name));
    }
    refused.put("file named .", new Archive().file(".", ""));
    refused.put("an empty name", new Archive().header("", '0', "0", ""));
    refused.put("an empty symlink name", new Archive().header("", '2', "0", "/etc"));
    refused.put("an empty directory name", new Archive().header("", '5', "0", ""));
    refused.put("a name of 256 bytes", new Archive().file("n".repeat(256), ""));
    refused.put("a path of 4,097 bytes", new Archive().file("n/".repeat(2048) + "n", ""));
    refused.put("a path 1,025 names deep", new Archive().directory("n/".repeat(1025)));
    refused.put("a hard link to a directory", new Archive().directory("d").hardLink("h", "d"));
    refused.put("a hard link to the root", new Archive().hardLink("h", "/"));
    refused.put(
        "a hard link to a symlink",
        etc().symlink("s", "/canary").hardLink("etc/x", "s").file("etc/x", "in"));
    refused.put("a hard link to a symlink up", etc().symlink("s", "../canary").hardLink("h", "s"));
    refused.put(
        "a hard link to a symlink that comes later",
        etc().hardLink("etc/x", "s").symlink("s", "/canary"));
    refused.put("a hard link to nothing", new Archive().hardLink("h", "nothing"));
    refused.put("a hard link to the outside", new Archive().hardLink("h", "../canary"));
    refused.put("a symlink that leads in circles", new Archive().symlink("s", "s").file("s/x", ""));
    refused.put("a parent that is a file", new Archive().file("f", "").file("f/x", ""));
    return refused.entrySet().stream()
        .map(
            archive ->
                dynamicTest(
                    archive.getKey(),
                    () -> {
                      PolderException refusal =
                          assertThrows(PolderException.class, () -> unpack(archive.getValue()));
                      assertEquals(ErrorKind.INVALID, refusal.kind(), refusal.getMessage());
                      Tree.empty(root);
                    }))
        .toList();
  }

  @Test
  void aModeOrAnOwnerNeverGoesThroughALink() {
    unpack(
        new Archive()
            .file("f", "x")
            .symlink("s", "f")
            .entry(
                TarEntry.empty(Bytes.of("s2"), TarType.SYMLINK, 04777, Bytes.of("f"), Archive.TIME)
                    .owned(5, 5)));
    assertEquals(0, stat("f").uid());
    assertEquals(0644, stat("f").mode());
    assertEquals(5, stat("s2").uid());
  }

  @Test
  void holesStayHoles() {
    TarEntry sparse =
        new TarEntry(
            Bytes.of("holes"),
            TarType.FILE,
            0600,
            0,
            0,
            1L << 33,
            Archive.TIME,
            Archive.TIME,
            Bytes.EMPTY,
            TarEntry.NO_DEVICE,
            Map.of(),
            List.of(new Extent(1L << 32, 5)));
    unpack(new Archive().entry(sparse, new byte[] {1, 2, 3, 4, 5}));
    assertEquals(1L << 33, stat("holes").size());
    assertTrue(stat("holes").blocks() < 100);
    try (Node node = root.node(FileName.of("holes"));
        RegularFile file = node.read()) {
      byte[] data = new byte[6];
      file.read(1L << 32, data, 0, 6);
      assertEquals(Bytes.of(new byte[] {1, 2, 3, 4, 5, 0}), Bytes.of(data));
    }
  }

  @Test
  @DisplayName("S-IMG-01 whiteouts remove only what lies below the directory")
  void whiteoutsRemoveWhatTheyName() {
    unpack(new Archive().file("a/one", "1").file("a/two", "2").file("b/c/d", "3").file("keep", ""));
    UnpackOptions later = new UnpackOptions(Whiteouts.APPLIED, Existing.REPLACED, Ids.AS_THEY_ARE);
    unpack(
        new Archive()
            .file("a/.wh.one", "")
            .file("a/.wh.missing", "")
            .file("nowhere/.wh.x", "")
            .file("b/c/new", "")
            .file("b/.wh..wh..opq", "")
            .file(".wh..wh.plnk", "")
            .symlink("out", "/../..")
            .file("out/.wh.canary", ""),
        later);
    assertEquals(Optional.empty(), find("a/one"));
    assertTrue(find("a/two").isPresent());
    assertTrue(find("b/c/new").isPresent());
    assertEquals(Optional.empty(), find("b/c/d"));
    assertTrue(find("keep").isPresent());
    for (String name : List.of(".wh.", ".wh..", ".wh...", "a/.wh..")) {
      assertEquals(
          ErrorKind.INVALID,
          assertThrows(PolderException.class, () -> unpack(new Archive().file(name, ""), later))
              .kind());
    }
    UnpackOptions overlay =
        new UnpackOptions(Whiteouts.FOR_OVERLAY, Existing.REPLACED, Ids.AS_THEY_ARE);
    unpack(
        new Archive().file("a/.wh.three", "").file("a/.wh.two", "").file("b/.wh..wh..opq", ""),
        overlay);
    assertEquals(FileType.REGULAR, stat("a/two").type()); // the layer's own, not of one below
    assertEquals(FileType.CHARACTER_DEVICE, stat("a/three").type());
    assertEquals(new DeviceNumber(0, 0), stat("a/three").special());
    try (Directory b = root.enter(FileName.of("b"))) {
      assertEquals(
          Optional.of(Bytes.of("y")), b.node().xattrs().get(Bytes.of("trusted.overlay.opaque")));
    }
  }

  @Test
  void stopsWhenItIsInterrupted() {
    Thread.currentThread().interrupt();
    PolderException refusal =
        assertThrows(PolderException.class, () -> unpack(new Archive().file("a", "")));
    assertTrue(Thread.interrupted());
    assertEquals(ErrorKind.WRONG_STATE, refusal.kind());
  }

  private void unpack(Archive archive) {
    unpack(archive, UnpackOptions.USERLAND);
  }

  private void unpack(Archive archive, UnpackOptions options) {
    Unpacker.unpack(
        new ByteArrayInputStream(archive.bytes()), root, options, Limits.DEFAULT, Progress.NONE);
  }

  private Stat stat(String path) {
    return find(path).orElseThrow();
  }

  private Optional<Stat> find(String path) {
    if (!Files.exists(temp.resolve("root").resolve(path), LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (Node node = root.node(FilePath.of(path), Walk.BENEATH)) {
      return Optional.of(node.stat());
    }
  }

  private String contents(String path) throws IOException {
    return Files.readString(temp.resolve("root").resolve(path));
  }
}
