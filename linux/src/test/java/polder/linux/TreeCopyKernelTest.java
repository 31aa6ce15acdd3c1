package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class TreeCopyKernelTest {
  private static final FileName FROM = FileName.of("from");
  private static final FileName TO = FileName.of("to");
  private static final Instant LONG_AGO = Instant.ofEpochSecond(-77, 123_456_789);

  @TempDir Path temp;
  private Directory place;
  private Directory from;

  @BeforeEach
  void open() {
    place = Directory.open(temp);
    from = place.ensureDirectory(FROM, 0755);
  }

  @AfterEach
  void close() {
    from.close();
    place.close();
  }

  @Test
  void allThatLiesOnTheDiskIsInTheCopy() {
    FileName a = FileName.of("a");
    try (Directory deep = from.ensureDirectory(a, 01750)) {
      deep.node().owner(70_000, 3_000_000_000L);
      deep.node().mode(03750);
      deep.node().xattrs().set(Bytes.of("trusted.overlay.opaque"), Bytes.of("y"));
      deep.node().xattrs().set(Bytes.of("user.overlay.opaque"), Bytes.of("y"));
      deep.makeDevice(FileName.of("gone"), FileType.CHARACTER_DEVICE, new DeviceNumber(0, 0), 0);
      deep.makeDevice(FileName.of("disk"), FileType.BLOCK_DEVICE, new DeviceNumber(7, 300), 0660);
      deep.makeFifo(FileName.of("fifo"), 0622);
      deep.makeSocket(FileName.of("socket"), 0700);
      deep.makeSymlink(FileName.of("link"), FilePath.of("../../\u00e4 nowhere"));
      try (Node link = deep.node(FileName.of("link"))) {
        link.owner(5, 6);
        link.xattrs().set(Bytes.of("trusted.of.link"), Bytes.of("v"));
        link.times(LONG_AGO, LONG_AGO);
      }
      write(deep, "one", "three names", 0640);
      deep.link(deep, FileName.of("one"), FileName.of("two"));
      from.link(deep, FileName.of("one"), FileName.of("three"));
      from.link(deep, FileName.of("link"), FileName.of("link too"));
      write(deep, "half", "its other name is outside", 0600);
      place.link(deep, FileName.of("half"), FileName.of("outside"));
      deep.node().times(LONG_AGO, LONG_AGO);
    }
    byte[] capability = new byte[20];
    capability[3] = 2; // VFS_CAP_REVISION_2, linux/capability.h, little endian
    capability[4] = (byte) 0x80;
    write(from, "program", "runs", 0755);
    try (Node program = from.node(FileName.of("program"))) {
      program.owner(1234, 1234);
      program.mode(06755);
      program.xattrs().set(Bytes.of("security.capability"), Bytes.of(capability));
      program.times(LONG_AGO.plusSeconds(9), LONG_AGO);
    }
    try (RegularFile sparse = from.create(FileName.of("sparse"), 0600)) {
      byte[] piece = "data".getBytes(StandardCharsets.UTF_8);
      sparse.write(8L << 20, piece, 0, piece.length);
      sparse.truncate(64L << 20);
      sparse.node().times(LONG_AGO, LONG_AGO);
    }
    from.node().times(LONG_AGO, LONG_AGO.plusSeconds(1));
    Map<String, List<Object>> before = see(from);

    long bytes = TreeCopy.copy(from, place, TO);

    assertTrue(bytes > 0);
    try (Directory to = place.enter(TO)) {
      Map<String, List<Object>> after = see(to);
      assertEquals(2L, links(before, "a/half"));
      assertEquals(1L, links(after, "a/half"));
      links(after, "a/half", 2L);
      assertEquals(before, after);
      assertTrue(
          to.stat(FileName.of("three")).isSameFile(stat(to, "a", "one")), "names of one file");
      assertFalse(to.stat(FileName.of("three")).isSameFile(stat(from, "a", "one")));
      assertTrue(to.stat(FileName.of("sparse")).blocks() < 2048, "holes are kept");
    }
    assertEquals(
        List.of("from", "outside", "to"),
        place.entries().stream().map(entry -> entry.name().toString()).toList());
  }

  @Test
  void depthTakesNoDescriptors() {
    int depth = 3000; // beyond PATH_MAX, and beyond what may be open
    FileName below = FileName.of("d");
    Directory at = from.again();
    for (int i = 0; i < depth; i++) {
      at.makeDirectory(FileName.of("beside"), 0700);
      write(at, "file", "at " + i, 0600);
      Directory next = at.ensureDirectory(below, 0711);
      at.close();
      at = next;
    }
    at.close();

    TreeCopy.copy(from, place, TO);

    Directory copied = place.enter(TO);
    for (int i = 0; i < depth; i++) {
      try (RegularFile file = copied.read(FileName.of("file"))) {
        assertEquals("at " + i, new String(file.readAll(100), StandardCharsets.UTF_8));
      }
      assertEquals(0700, copied.stat(FileName.of("beside")).mode());
      Directory next = copied.enter(below);
      copied.close();
      copied = next;
    }
    assertEquals(0, copied.entries().size());
    copied.close();
    Tree.delete(place, FROM);
    Tree.delete(place, TO);
  }

  @Test
  void whatIsThereIsNotTouched() {
    place.makeDirectory(TO, 0700);
    assertEquals(
        Errno.EEXIST,
        assertThrows(SyscallException.class, () -> TreeCopy.copy(from, place, TO)).errno());
  }

  private static void write(Directory directory, String name, String text, int mode) {
    try (RegularFile file = directory.create(FileName.of(name), mode)) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      file.write(bytes, 0, bytes.length);
    }
  }

  private static Stat stat(Directory directory, String below, String name) {
    try (Directory entered = directory.enter(FileName.of(below))) {
      return entered.stat(FileName.of(name));
    }
  }

  private static final int LINKS = 5;

  private static Object links(Map<String, List<Object>> seen, String path) {
    return seen.getOrDefault(path, List.of()).get(LINKS);
  }

  private static void links(Map<String, List<Object>> seen, String path, long links) {
    seen.computeIfPresent(
        path,
        (_, facts) -> {
          List<Object> changed = new ArrayList<>(facts);
          changed.set(LINKS, links);
          return changed;
        });
  }

  private static Map<String, List<Object>> see(Directory directory) {
    Map<String, List<Object>> seen = new TreeMap<>();
    try (Node node = directory.again().node()) {
      seen.put("", facts(node, node.stat()));
    }
    see(directory, "", seen);
    return seen;
  }

  private static void see(Directory directory, String above, Map<String, List<Object>> seen) {
    for (DirectoryEntry entry : directory.entries()) {
      Stat stat = directory.stat(entry.name());
      String path = above + entry.name();
      try (Node node = directory.node(entry.name())) {
        List<Object> facts = facts(node, stat);
        if (stat.type() == FileType.SYMLINK) {
          facts.add(node.target());
        }
        seen.put(path, facts);
      }
      if (stat.type() == FileType.DIRECTORY) {
        try (Directory below = directory.enter(entry.name())) {
          see(below, path + "/", seen);
        }
      } else if (stat.type() == FileType.REGULAR) {
        try (RegularFile file = directory.read(entry.name())) {
          seen.put(path + " contents", List.of(Arrays.hashCode(file.readAll(100 << 20))));
        }
      }
    }
  }

  private static List<Object> facts(Node node, Stat stat) {
    Map<Bytes, Object> attributes = new TreeMap<>();
    for (Bytes name : node.xattrs().names()) {
      attributes.put(name, node.xattrs().get(name).orElseThrow());
    }
    List<Object> facts =
        new ArrayList<>(List.of(stat.type(), stat.mode(), stat.uid(), stat.gid(), stat.modified()));
    facts.add(stat.type() == FileType.DIRECTORY ? 0L : stat.links());
    facts.add(stat.type() == FileType.DIRECTORY ? 0L : stat.size());
    facts.add(stat.special());
    facts.add(attributes);
    return facts;
  }
}
