package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

@Tag("kernel")
class CopyKernelTest {
  @TempDir Path temp;
  private Directory outside;
  private Directory root;

  @BeforeEach
  void open() throws IOException {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may give files away");
    outside = Directory.open(temp);
    Files.createDirectories(temp.resolve("run/lock"));
    Files.writeString(temp.resolve("secret"), "outside");
    root = outside.ensureDirectory(FileName.of("root"), 0755);
    Files.createDirectories(temp.resolve("root/run/lock"));
    Files.createDirectories(temp.resolve("root/var"));
    root.makeSymlink(FileName.of("abs"), FilePath.of("/run"));
  }

  @AfterEach
  void close() {
    if (outside != null) {
      root.close();
      outside.close();
    }
  }

  @Test
  @DisplayName("S-PATH-05 legitimate shapes work: links to directories, absolute links, slashes")
  void legitimateShapesWork() throws IOException {
    try (Directory var = root.enter(FileName.of("var"))) {
      var.makeSymlink(FileName.of("run"), FilePath.of("/run"));
      var.makeSymlink(FileName.of("up"), FilePath.of("../run/"));
      var.makeSymlink(FileName.of("dangling"), FilePath.of("/run/new/er"));
    }
    int number = 0;
    for (String path :
        new String[] {
          "/var/run",
          "var/run/",
          "/var/run/.",
          "/var/up",
          "/run",
          "//run//",
          "/abs",
          "var/../run",
          "/var/run/lock/..",
          "/../run"
        }) {
      copyIn(path, new Archive().file("file" + number, "in"));
      assertTrue(Files.exists(temp.resolve("root/run/file" + number)), path);
      number++;
    }
    copyIn(
        "/",
        new Archive()
            .directory("./")
            .directory("./var/")
            .directory("./var/run/")
            .file("./var/run/x", "in"));
    assertEquals(FileType.SYMLINK, CopyOut.stat(root, FilePath.of("/var/run")).type());
    assertTrue(Files.exists(temp.resolve("root/run/x")));
    copyIn("/", new Archive().file("var/dangling/x", "in"));
    assertEquals("in", Files.readString(temp.resolve("root/run/new/er/x")));
    assertEquals("in", firstFile(copyOut("/var/run/x")));
    assertEquals("in", firstFile(copyOut("var/up/x")));
    try (var files = Files.list(temp.resolve("run"))) {
      assertEquals(1, files.count(), "something was written outside");
    }
  }

  @Test
  @DisplayName("S-PATH-01 links of all shapes lead to nothing outside")
  void linksLeadNowhereOutside() {
    String[] targets = {
      temp + "/secret",
      "../secret",
      "../../../../../.." + temp + "/secret",
      "/proc/self/root/" + temp,
      "loop",
      "/loop/x",
      "a/../../secret",
      "/../secret",
      "./../secret",
      "/" + temp + "/secret",
      temp + "/secret/",
      temp.toString(),
      "/proc/self/cwd/../secret",
      "/proc/self/fd/3",
      "/proc/1/root" + temp + "/secret",
      "link0",
      "/nowhere/at/all"
    };
    int number = 0;
    for (String target : targets) {
      FileName link = FileName.of(target.equals("loop") ? "loop" : "link" + number++);
      root.makeSymlink(link, FilePath.of(target));
      assertEquals(FileType.SYMLINK, CopyOut.stat(root, FilePath.of("/" + link)).type());
      assertEquals("", firstFile(copyOut("/" + link)), target);
      assertThrows(PolderException.class, () -> copyOut("/" + link + "/x"), target);
      assertThrows(
          PolderException.class, () -> copyIn("/" + link, new Archive().file("x", "")), target);
      copyIn("/", new Archive().file(link.toString(), "in")); // takes its place
      assertEquals("in", firstFile(copyOut("/" + link)), target);
    }
  }

  @Test
  void aPlaceThatIsLivedInIsRespected() {
    copyIn("/", new Archive().file("var/file", "old"));
    copyIn("/", new Archive().file("var/file", "new"));
    assertEquals("new", firstFile(copyOut("/var/file")));
    assertEquals(ErrorKind.INVALID, kind(() -> copyIn("/", new Archive().file("var", ""))));
    assertEquals(
        ErrorKind.INVALID, kind(() -> copyIn("/", new Archive().device("var/null", 1, 3))));
    assertEquals(ErrorKind.NOT_FOUND, kind(() -> copyIn("/nowhere", new Archive())));
    assertEquals(ErrorKind.NOT_FOUND, kind(() -> copyOut("/nowhere")));
    assertEquals(ErrorKind.INVALID, kind(() -> copyIn("/var/file", new Archive())));
    assertEquals(ErrorKind.INVALID, kind(() -> copyIn("/" + "n".repeat(300), new Archive())));
  }

  @Test
  void theKernelsOwnFileSystemsAreLeftAlone() {
    try (Directory host = Directory.open(Path.of("/"))) {
      for (String path : new String[] {"/proc", "/proc/sys/kernel", "/sys"}) {
        assertEquals(
            ErrorKind.INVALID,
            kind(
                () ->
                    CopyOut.pack(
                        host,
                        FilePath.of(path + "/."),
                        new ByteArrayOutputStream(),
                        Ids.AS_THEY_ARE,
                        Progress.NONE)));
        assertEquals(
            ErrorKind.INVALID,
            kind(
                () ->
                    CopyIn.unpack(
                        new Archive().directory("x").stream(),
                        host,
                        FilePath.of(path),
                        Ids.AS_THEY_ARE,
                        Limits.DEFAULT,
                        Progress.NONE)));
      }
    }
  }

  @Test
  @DisplayName("S-PATH-02 a directory swapped for a link meanwhile leads nowhere outside")
  void aSwappedDirectoryLeadsNowhereOutside() throws Exception {
    FileName data = FileName.of("data");
    FileName evil = FileName.of("evil");
    root.makeDirectory(data, 0755);
    root.makeSymlink(evil, FilePath.of("../.." + temp));
    Files.writeString(temp.resolve("root/data/secret"), "inside");
    AtomicBoolean stop = new AtomicBoolean();
    Thread swapper =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    root.exchange(data, root, evil);
                  }
                });
    int done = 0;
    try {
      for (int i = 0; i < 2000; i++) {
        try {
          copyIn("/data", new Archive().file("new" + i % 7, "in"));
          assertFalse("outside".equals(firstFile(copyOut("/data/secret"))), "it got out");
          done++;
        } catch (PolderException e) {
          assertTrue(e.kind() != ErrorKind.HOST, e.toString());
        }
      }
    } finally {
      stop.set(true);
      swapper.join();
    }
    assertTrue(done > 0, "not one copy met the directory");
    assertEquals("outside", Files.readString(temp.resolve("secret")));
    try (var files = Files.list(temp)) {
      assertEquals(3, files.count(), "something was written outside");
    }
  }

  @Test
  void idsAreShiftedForAZoneThatRuns() {
    Ids ids = new Ids(100_000, 65_536);
    try {
      CopyIn.unpack(
          new Archive()
              .entry(TarEntry.file(Bytes.of("new/f"), 0644, 0, Archive.TIME).owned(5, 6)).stream(),
          root,
          FilePath.of("/var"),
          ids,
          Limits.DEFAULT,
          Progress.NONE);
    } catch (SyscallException e) {
      Assumptions.abort("this process may not set its securebits: " + e.getMessage());
    }
    assertEquals(100_005, CopyOut.stat(root, FilePath.of("/var/new/f")).uid());
    assertEquals(100_006, CopyOut.stat(root, FilePath.of("/var/new/f")).gid());
    assertEquals(100_000, CopyOut.stat(root, FilePath.of("/var/new")).uid());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CopyOut.pack(root, FilePath.of("/var/new/f"), out, ids, Progress.NONE);
    TarEntry back = reader(out.toByteArray()).next().orElseThrow();
    assertEquals(5, back.uid());
    assertEquals(6, back.gid());
    CopyOut.pack(root, FilePath.of("/run/lock"), out, ids, Progress.NONE);
    assertEquals(65_534, ids.toZone(0));
    assertEquals(
        ErrorKind.INVALID,
        kind(
            () ->
                CopyIn.unpack(
                    new Archive()
                            .entry(
                                TarEntry.file(Bytes.of("f"), 0644, 0, Archive.TIME)
                                    .owned(65_536, 0))
                            .stream(),
                    root,
                    FilePath.of("/var"),
                    ids,
                    Limits.DEFAULT,
                    Progress.NONE)));
  }

  private void copyIn(String path, Archive archive) {
    CopyIn.unpack(
        archive.stream(), root, FilePath.of(path), Ids.AS_THEY_ARE, Limits.DEFAULT, Progress.NONE);
  }

  private byte[] copyOut(String path) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CopyOut.pack(root, FilePath.of(path), out, Ids.AS_THEY_ARE, Progress.NONE);
    return out.toByteArray();
  }

  private static TarReader reader(byte[] archive) {
    return new TarReader(new ByteArrayInputStream(archive), Limits.DEFAULT);
  }

  private static String firstFile(byte[] archive) {
    TarReader reader = reader(archive);
    TarEntry entry = reader.next().orElseThrow();
    byte[] data = new byte[100];
    int got = entry.type() == TarType.FILE ? Math.max(reader.read(data, 0, 100), 0) : 0;
    return new String(data, 0, got, StandardCharsets.UTF_8);
  }

  private static ErrorKind kind(Executable work) {
    return assertThrows(PolderException.class, work).kind();
  }
}
