package polder.storage.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;
import polder.linux.Directory;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.model.ErrorKind;
import polder.model.PolderException;

class StreamTest {
  private static final UUID ID = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b10");
  private static final UUID BEFORE = UUID.fromString("0b7a7a52-2f3c-4a3e-9f0e-6d3c1f8a9b11");

  @TempDir Path temp;

  private static TreePath path(String text) {
    return new TreePath(Bytes.of(text));
  }

  private static byte[] changes(Change... changes) throws IOException {
    var out = new ByteArrayOutputStream();
    ChangeWriter writer = new ChangeWriter(out);
    writer.write(new Change.Begin(ID, Optional.empty()));
    for (Change change : changes) {
      writer.write(change);
    }
    writer.write(new Change.End());
    return out.toByteArray();
  }

  private static List<Change> read(byte[] stream) throws IOException {
    ChangeReader reader = new ChangeReader(new ByteArrayInputStream(stream));
    List<Change> all = new ArrayList<>();
    do {
      all.add(reader.next());
    } while (!(all.getLast() instanceof Change.End));
    return all;
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Instant then = Instant.ofEpochSecond(-5, 999_999_999);
    List<Change> all =
        List.of(
            new Change.MakeFile(path("a")),
            new Change.MakeDirectory(path("a/b")),
            new Change.MakeNode(path("n"), FileType.BLOCK_DEVICE, new DeviceNumber(0xfff, 0xfffff)),
            new Change.MakeNode(path("f"), FileType.FIFO, new DeviceNumber(0, 0)),
            new Change.MakeNode(path("s"), FileType.SOCKET, new DeviceNumber(0, 0)),
            new Change.MakeSymlink(path("l"), FilePath.of("../../../etc/passwd")),
            new Change.Rename(path("a"), path("b/c/d")),
            new Change.Link(path("a"), path("b")),
            new Change.Unlink(path("a")),
            new Change.RemoveDirectory(path("a")),
            new Change.SetXattr(path(""), Bytes.of("user.x"), Bytes.of(new byte[60_000])),
            new Change.RemoveXattr(path("a"), Bytes.of("user.x")),
            new Change.Write(path("a"), 1L << 60, Bytes.of(new byte[Command.PIECE])),
            new Change.Clone(path("a"), 1, 2, BEFORE, path("b"), 3),
            new Change.Truncate(path("a"), 1L << 60),
            new Change.Mode(path(""), 07777),
            new Change.Owner(path("a"), 0xffff_fffeL, 0),
            new Change.Times(path("a"), then, then));
    List<Change> seen = read(changes(all.toArray(Change[]::new)));
    assertEquals(all, seen.subList(1, seen.size() - 1));
  }

  @Test
  @DisplayName("S-PATH-04 a path in a stream leads downwards by names")
  void hostilePathsAreRefused() {
    for (String hostile :
        List.of("/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/.", "a\0b", "x".repeat(256))) {
      assertThrows(IllegalArgumentException.class, () -> path(hostile), hostile);
    }
    String name = "x".repeat(200) + "/";
    assertThrows(IllegalArgumentException.class, () -> path(name.repeat(21) + "y"));
  }

  private void apply(Change... changes) throws IOException {
    Path top = Files.createDirectories(temp.resolve("top"));
    try (Directory tree = Directory.open(top)) {
      ChangedTree.apply(
          new ByteArrayInputStream(changes(changes)), tree, ID, Optional.empty(), Optional.empty());
    }
  }

  @Test
  @DisplayName("S-PATH-01 a stream writes through no link that it made")
  void linksLeadNowhere() throws IOException {
    Path outside = Files.createDirectories(temp.resolve("outside"));
    Files.writeString(outside.resolve("canary"), "alive");
    for (String target : List.of("../outside", outside.toString(), "/proc/self/cwd", ".")) {
      Change link = new Change.MakeSymlink(path("l"), FilePath.of(target));
      for (Change through :
          List.of(
              new Change.MakeFile(path("l/made")),
              new Change.MakeDirectory(path("l/made")),
              new Change.Write(path("l/canary"), 0, Bytes.of("dead")),
              new Change.Truncate(path("l/canary"), 0),
              new Change.Unlink(path("l/canary")),
              new Change.Rename(path("l/canary"), path("here")),
              new Change.Link(path("here"), path("l/canary")),
              new Change.Mode(path("l/canary"), 0777),
              new Change.Write(path("l"), 0, Bytes.of("dead")),
              new Change.Truncate(path("l"), 0))) {
        PolderException refused =
            assertThrows(PolderException.class, () -> apply(link, through), through.toString());
        assertEquals(ErrorKind.INVALID, refused.kind());
        Files.delete(temp.resolve("top/l"));
      }
    }
    try (var files = Files.list(outside)) {
      assertEquals(List.of("canary"), files.map(file -> "" + file.getFileName()).toList());
    }
    assertEquals("alive", Files.readString(outside.resolve("canary")));
  }

  @Test
  @Tag("kernel")
  @DisplayName("S-PATH-01 a stream opens no device that it made")
  void devicesAreNotTouched() throws IOException {
    Change device =
        new Change.MakeNode(path("d"), FileType.CHARACTER_DEVICE, new DeviceNumber(1, 3)); // null
    for (Change through :
        List.of(
            new Change.Write(path("d"), 0, Bytes.of("dead")), new Change.Truncate(path("d"), 0))) {
      String told = assertThrows(PolderException.class, () -> apply(device, through)).getMessage();
      assertTrue(String.valueOf(told).contains("no regular file"), told);
      Files.delete(temp.resolve("top/d"));
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    for (Change wrong :
        List.of(
            new Change.Begin(ID, Optional.empty()),
            new Change.Unlink(path("missing")),
            new Change.Write(path("missing"), 0, Bytes.of("x")),
            new Change.MakeFile(path("missing/file")),
            new Change.Clone(path("missing"), 0, 1, BEFORE, path("x"), 0),
            new Change.Link(path("a"), path("missing")))) {
      PolderException refused =
          assertThrows(PolderException.class, () -> apply(wrong), wrong.toString());
      assertEquals(ErrorKind.INVALID, refused.kind(), refused.getMessage());
    }
  }

  private static byte[] stream() throws IOException {
    var out = new ByteArrayOutputStream();
    StreamOutput stream = StreamOutput.begin(out, Map.of("zone", "web"));
    for (String name : List.of("first", "second")) {
      try (OutputStream part = stream.part(Map.of("name", name))) {
        part.write(changes(new Change.MakeFile(path(name))));
        part.write(new byte[0]);
      }
    }
    stream.end();
    return out.toByteArray();
  }

  private static List<String> contents(byte[] bytes) throws IOException {
    StreamInput stream = new StreamInput(new ByteArrayInputStream(bytes));
    List<String> seen = new ArrayList<>();
    seen.add(String.valueOf(stream.head().get("zone")));
    Optional<Map<String, Object>> part = stream.nextPart();
    while (part.isPresent()) {
      seen.add(part.get().get("name") + " " + read(stream.changes().readAllBytes()));
      part = stream.nextPart();
    }
    return seen;
  }

  @Test
  void aStreamHasPartsAndAnEnd() throws IOException {
    List<String> seen = contents(stream());
    assertEquals(3, seen.size(), seen.toString());
    assertTrue(seen.get(2).startsWith("second ") && seen.get(2).contains("MakeFile"), seen.get(2));
  }

  @Test
  @DisplayName("S-API-10 1,000 damaged streams are refused: nothing else is thrown")
  void damageIsFound() throws IOException {
    byte[] whole = stream();
    List<String> right = contents(whole);
    Random random = new Random(1966);
    for (int i = 0; i < 1000; i++) {
      byte[] damaged = damage(whole, random);
      try {
        assertEquals(right, contents(damaged), "what is read is what was written");
      } catch (PolderException e) {
        assertEquals(ErrorKind.INVALID, e.kind(), e.getMessage());
      } catch (EOFException e) {
        assertTrue(damaged.length < whole.length + 64, "cut, or a length that is too long");
      }
    }
    for (int cut = 0; cut < whole.length; cut++) {
      byte[] short_ = Arrays.copyOf(whole, cut);
      assertThrows(EOFException.class, () -> contents(short_), "cut at " + cut);
    }
  }

  private static byte[] damage(byte[] whole, Random random) {
    byte[] damaged = whole.clone();
    switch (random.nextInt(4)) {
      case 0 -> damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      case 2 -> { // a piece twice, or moved
        int from = random.nextInt(damaged.length);
        int to = random.nextInt(damaged.length);
        int length = Math.min(random.nextInt(40) + 1, damaged.length - Math.max(from, to));
        System.arraycopy(whole, from, damaged, to, length);
      }
      default -> {
        byte[] more = Arrays.copyOf(damaged, damaged.length + 8);
        int at = random.nextInt(damaged.length);
        System.arraycopy(damaged, at, more, at + 8, damaged.length - at);
        damaged = more;
      }
    }
    return damaged;
  }

  @Test
  @DisplayName("S-API-10 changes with right checksums that make no sense are refused")
  void nonsenseIsRefused() throws IOException {
    Random random = new Random(2026);
    byte[] whole =
        changes(
            new Change.MakeFile(path("a")),
            new Change.Write(path("a"), 0, Bytes.of("text")),
            new Change.SetXattr(path("a"), Bytes.of("user.x"), Bytes.of("y")),
            new Change.Owner(path("a"), 1, 1),
            new Change.Times(path("a"), Instant.EPOCH, Instant.EPOCH));
    int begin = Command.MAGIC.length() + 4;
    for (int i = 0; i < 1000; i++) {
      byte[] damaged = whole.clone();
      for (int n = 0; n <= random.nextInt(3); n++) {
        damaged[begin + random.nextInt(damaged.length - begin)] = (byte) random.nextInt(256);
      }
      mend(damaged, begin);
      Path top = Files.createDirectories(temp.resolve("top"));
      try (Directory tree = Directory.open(top)) {
        ChangedTree.apply(
            new ByteArrayInputStream(damaged), tree, ID, Optional.empty(), Optional.empty());
      } catch (PolderException e) {
        assertEquals(ErrorKind.INVALID, e.kind(), e.getMessage());
      } catch (EOFException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("ends"), e.toString());
      }
      try (Directory place = Directory.open(temp)) {
        polder.linux.Tree.delete(place, polder.linux.FileName.of("top"));
        assertEquals(0, place.entries().size(), "nothing is anywhere else");
      }
    }
  }

  /** Puts the checksums of all commands right, as somebody would who means harm. */
  private static void mend(byte[] stream, int begin) {
    var buffer = java.nio.ByteBuffer.wrap(stream).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int at = begin;
    while (at + Command.HEADER <= stream.length) {
      int length = buffer.getInt(at);
      if (length < 0 || at + Command.HEADER + (long) length > stream.length) {
        return;
      }
      buffer.putInt(at + 6, 0);
      buffer.putInt(at + 6, Command.crc(stream, at, Command.HEADER + length));
      at += Command.HEADER + length;
    }
  }

  @Test
  void theChecksumIsTheKernels() {
    byte[] text = "123456789".getBytes(StandardCharsets.US_ASCII);
    // crc32c with a start of 0 and no inversion, from the table of RFC 3720 B.4 done by hand
    assertEquals(naive(text), Command.crc(text, 0, text.length));
  }

  private static int naive(byte[] bytes) {
    int crc = 0;
    for (byte each : bytes) {
      crc ^= each & 0xff;
      for (int i = 0; i < 8; i++) {
        crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
      }
    }
    return crc;
  }
}
