package polder.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.Tree;
import polder.linux.Walk;
import polder.model.Progress;

@Tag("kernel")
class PackerKernelTest {
  private static final FileName FROM = FileName.of("from");
  private static final FileName TO = FileName.of("to");
  @TempDir Path temp;
  private Directory top;
  private Directory from;
  private Directory to;

  @BeforeEach
  void open() {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may make devices and owners");
    top = Directory.open(temp);
    from = top.ensureDirectory(FROM, 0755);
    to = top.ensureDirectory(TO, 0755);
  }

  @AfterEach
  void close() {
    if (top != null) {
      Tree.delete(top, FROM); // names that Java's own clean-up cannot spell
      Tree.delete(top, TO);
      from.close();
      to.close();
      top.close();
    }
  }

  @Test
  @DisplayName("J-12 every byte in names, 255-byte names and 4,095-byte paths make the round trip")
  void namesMakeTheRoundTrip() {
    for (int b = 1; b < 256; b++) {
      if (b != '/') {
        write(from, new FileName(Bytes.of(new byte[] {'n', (byte) b})), b);
      }
    }
    byte[] longest = new byte[255];
    Arrays.fill(longest, (byte) 0xff);
    write(from, new FileName(Bytes.of(longest)), 1);
    List<FileName> deep = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      deep.add(FileName.of("d".repeat(255)));
    }
    try (Directory directory = from.ensureDirectories(FilePath.of(deep), 0700)) {
      deep.add(FileName.of("f".repeat(4095 - 15 * 256)));
      write(directory, deep.getLast(), 5);
    }
    assertEquals(4095, FilePath.of(deep).value().length());
    // As "from/…" a path of 4,095 bytes would be longer than any path may be; so from the inside.
    unpack(pack(from, FilePath.of(".")), to);
    assertEquals(list(from), list(to));
    try (Node file = to.node(FilePath.of(deep), Walk.NO_LINKS)) {
      assertEquals(5, file.stat().size());
    }
  }

  @Test
  void allKindsOfFilesMakeTheRoundTrip() {
    Instant then = Instant.ofEpochSecond(-77, 5);
    write(from, FileName.of("file"), 70_000);
    from.link(from, FileName.of("file"), FileName.of("twin"));
    from.makeSymlink(FileName.of("link"), FilePath.of("/../" + "x".repeat(300)));
    from.makeFifo(FileName.of("fifo"), 0600);
    from.makeDevice(
        FileName.of("device"), FileType.BLOCK_DEVICE, new DeviceNumber(259, 1_000_000), 0660);
    from.makeDirectory(FileName.of("folder"), 0700);
    try (RegularFile sparse = from.create(FileName.of("sparse"), 0600)) {
      sparse.write(5 << 20, new byte[] {1}, 0, 1);
      sparse.truncate(1L << 40);
    }
    byte[] capability = new byte[20];
    capability[3] = 2;
    capability[4] = (byte) 0x80;
    try (Node file = from.node(FileName.of("file"))) {
      file.owner(70_000, 4_000_000_000L);
      file.xattrs().set(Bytes.of("security.capability"), Bytes.of(capability));
      file.xattrs().set(Bytes.of("trusted.overlay.opaque"), Bytes.of("y"));
      file.mode(0755);
      file.times(then, then);
    }
    byte[] archive = pack(top, FilePath.of("from"));
    assertTrue(archive.length < 200_000, "a hole was written out");
    CopyIn.unpack(
        new ByteArrayInputStream(archive(archive)),
        top,
        FilePath.of("to"),
        Ids.AS_THEY_ARE,
        Limits.DEFAULT.withBytes(1L << 41),
        Progress.NONE);
    try (Directory copy = to.enter(FROM)) {
      Stat file = copy.stat(FileName.of("file"));
      assertEquals(then, file.modified());
      assertEquals(70_000, file.uid());
      assertEquals(4_000_000_000L, file.gid());
      assertEquals(0755, file.mode());
      assertTrue(file.isSameFile(copy.stat(FileName.of("twin"))));
      assertEquals(1L << 40, copy.stat(FileName.of("sparse")).size());
      assertEquals(FileType.FIFO, copy.stat(FileName.of("fifo")).type());
      try (Node node = copy.node(FileName.of("link"));
          Node program = copy.node(FileName.of("file"))) {
        assertEquals(304, node.target().value().length());
        assertEquals(List.of(Bytes.of("security.capability")), program.xattrs().names());
        assertEquals(
            Bytes.of(capability),
            program.xattrs().get(Bytes.of("security.capability")).orElseThrow());
      }
    }
  }

  /** The same without the device, which is not copied into a zone. */
  private static byte[] archive(byte[] packed) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter writer = new TarWriter(out);
    TarReader reader =
        new TarReader(new ByteArrayInputStream(packed), Limits.DEFAULT.withBytes(1L << 41));
    byte[] buffer = new byte[1000];
    for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
      if (entry.get().type() == TarType.BLOCK_DEVICE) {
        assertEquals(new DeviceNumber(259, 1_000_000), entry.get().device());
        continue;
      }
      writer.begin(entry.get());
      for (int got = reader.read(buffer, 0, 1000); got > 0; got = reader.read(buffer, 0, 1000)) {
        writer.write(buffer, 0, got);
      }
    }
    writer.finish();
    return out.toByteArray();
  }

  @Test
  void gnuTarReadsWhatWeWrite() throws Exception {
    assumeTar();
    write(from, FileName.of("plain"), 70_000);
    write(from, FileName.of("n".repeat(255)), 3);
    write(from, new FileName(Bytes.of(new byte[] {'b', (byte) 0x80, '\n'})), 4);
    from.makeSymlink(FileName.of("link"), FilePath.of("x".repeat(300)));
    from.link(from, FileName.of("plain"), FileName.of("twin"));
    try (RegularFile sparse = from.create(FileName.of("sparse"), 0600)) {
      sparse.write(5 << 20, new byte[] {1}, 0, 1);
      sparse.truncate(6 << 20);
    }
    try (RegularFile hole = from.create(FileName.of("hole"), 0600)) {
      hole.truncate(1 << 20);
    }
    Path archive = Files.write(temp.resolve("a.tar"), pack(from, FilePath.of(".")));
    run("tar", "--numeric-owner", "--xattrs", "-xf", archive.toString(), "-C", path(TO));
    assertEquals(list(from), list(to));
    run("diff", "-r", "--no-dereference", path(FROM), path(TO));
  }

  @Test
  void weReadWhatGnuTarWrites() throws Exception {
    assumeTar();
    write(from, FileName.of("plain"), 70_000);
    write(from, FileName.of("n".repeat(255)), 3);
    write(from, new FileName(Bytes.of(new byte[] {'b', (byte) 0x80, '\n'})), 4);
    from.makeSymlink(FileName.of("link"), FilePath.of("x".repeat(300)));
    from.makeSymlink(FileName.of("l".repeat(200)), FilePath.of("y"));
    from.link(from, FileName.of("plain"), FileName.of("twin"));
    from.makeFifo(FileName.of("fifo"), 0600);
    try (RegularFile sparse = from.create(FileName.of("sparse"), 0600)) {
      for (int i = 1; i < 40; i++) {
        sparse.write((long) i << 20, new byte[] {(byte) i}, 0, 1);
      }
      sparse.truncate(50 << 20);
    }
    try (Node plain = from.node(FileName.of("plain"))) {
      plain.owner(2_097_153, 3_000_000_000L);
      plain.times(Instant.ofEpochSecond(5, 7), Instant.ofEpochSecond(5, 7));
      byte[] odd = {(byte) 0x80, '\n', 0, '=', (byte) 0xff};
      plain.xattrs().set(Bytes.of("user.odd"), Bytes.of(odd));
    }
    for (String format :
        List.of(
            "--format=gnu",
            "--format=gnu -S",
            "--format=posix -S --sparse-version=0.0",
            "--format=posix -S --sparse-version=0.1",
            "--format=posix -S --sparse-version=1.0 --xattrs")) {
      List<String> command = new ArrayList<>(List.of("tar"));
      command.addAll(List.of(format.split(" ")));
      command.addAll(List.of("-cf", temp.resolve("a.tar").toString(), "-C", path(FROM), "."));
      run(command.toArray(String[]::new));
      Tree.empty(to);
      unpack(Files.readAllBytes(temp.resolve("a.tar")), to);
      assertEquals(list(from), list(to), format);
      Tree.delete(to, FileName.of("fifo")); // diff would say that they differ
      run("diff", "-r", "--no-dereference", "--exclude=fifo", path(FROM), path(TO));
      Stat plain = to.stat(FileName.of("plain"));
      assertEquals(2_097_153, plain.uid(), format);
      assertEquals(3_000_000_000L, plain.gid(), format);
      assertTrue(plain.isSameFile(to.stat(FileName.of("twin"))));
      if (format.contains("-S")) {
        assertTrue(to.stat(FileName.of("sparse")).blocks() < 2000, format);
      }
      if (format.contains("xattrs")) {
        assertEquals(Instant.ofEpochSecond(5, 7), plain.modified());
        try (Node node = to.node(FileName.of("plain"))) {
          assertEquals(
              Bytes.of(new byte[] {(byte) 0x80, '\n', 0, '=', (byte) 0xff}),
              node.xattrs().get(Bytes.of("user.odd")).orElseThrow());
        }
      }
    }
  }

  private static void assumeTar() {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/tar")), "this host has no GNU tar (apt: tar)");
  }

  private static byte[] pack(Directory root, FilePath path) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CopyOut.pack(root, path, out, Ids.AS_THEY_ARE, Progress.NONE);
    return out.toByteArray();
  }

  private static void unpack(byte[] archive, Directory to) {
    Unpacker.unpack(
        new ByteArrayInputStream(archive),
        to,
        UnpackOptions.USERLAND,
        Limits.DEFAULT.withBytes(1L << 41),
        Progress.NONE);
  }

  private static void write(Directory directory, FileName name, int size) {
    byte[] data = new byte[size];
    Arrays.fill(data, (byte) size);
    try (RegularFile file = directory.create(name, 0640)) {
      file.write(data, 0, size);
    }
  }

  private static List<Bytes> list(Directory directory) {
    return directory.entries().stream().map(DirectoryEntry::name).map(FileName::value).toList();
  }

  private String path(FileName name) {
    return temp.resolve(name.toString()).toString();
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), String.join(" ", command) + "\n" + said);
  }
}
