package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class NodeKernelTest {
  @TempDir Path temp;
  private Directory directory;

  @BeforeEach
  void open() {
    directory = Directory.open(temp);
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may change owners");
  }

  @AfterEach
  void close() {
    directory.close();
  }

  @Test
  void changesALinkAndNotWhatItLeadsTo() {
    FileName file = FileName.of("file");
    FileName link = FileName.of("link");
    directory.create(file, 0600).close();
    directory.makeSymlink(link, FilePath.of("file"));
    Instant then = Instant.ofEpochSecond(-5, 123_456_789);
    try (Node node = directory.node(link)) {
      node.owner(3_000_000_000L, 7);
      node.times(then, then);
      node.xattrs().set(Bytes.of("trusted.polder"), Bytes.of("link"));
      assertEquals(
          Errno.EOPNOTSUPP, assertThrows(SyscallException.class, () -> node.mode(0777)).errno());
      assertEquals(FilePath.of("file"), node.target());
      assertEquals(List.of(Bytes.of("trusted.polder")), node.xattrs().names());
    }
    Stat stat = directory.stat(link);
    assertEquals(3_000_000_000L, stat.uid());
    assertEquals(7, stat.gid());
    assertEquals(then, stat.modified());
    assertEquals(0, directory.stat(file).uid());
    try (Node node = directory.node(file)) {
      assertEquals(List.of(), node.xattrs().names());
      node.mode(04751);
      assertEquals(04751, node.stat().mode());
    }
  }

  @Test
  void attributesAreBytesBothWays() {
    byte[] capability = new byte[20];
    capability[3] = 2; // VFS_CAP_REVISION_2, linux/capability.h, little endian
    capability[4] = (byte) 0x80; // CAP_SETUID
    directory.create(FileName.of("program"), 0755).close();
    try (Node node = directory.node(FileName.of("program"))) {
      Xattrs xattrs = node.xattrs();
      xattrs.set(Bytes.of("security.capability"), Bytes.of(capability));
      assertEquals(Bytes.of(capability), xattrs.get(Bytes.of("security.capability")).orElseThrow());
      byte[] odd = new byte[2000];
      for (int i = 0; i < odd.length; i++) {
        odd[i] = (byte) i;
      }
      Bytes name = Bytes.of("trusted.").plus(Bytes.of(new byte[] {(byte) 0xff, '='}));
      xattrs.set(name, Bytes.of(odd));
      assertEquals(Bytes.of(odd), xattrs.get(name).orElseThrow());
      assertTrue(xattrs.names().contains(name));
      xattrs.remove(name);
      xattrs.remove(name);
      assertTrue(xattrs.get(name).isEmpty());
    }
  }

  @Test
  void makesDevicesThatAreWhatTheySay() {
    DeviceNumber number = new DeviceNumber(4095, 1_048_575);
    directory.makeDevice(FileName.of("c"), FileType.CHARACTER_DEVICE, number, 0600);
    directory.makeDevice(FileName.of("b"), FileType.BLOCK_DEVICE, new DeviceNumber(7, 300), 0600);
    assertEquals(number, directory.stat(FileName.of("c")).special());
    assertEquals(FileType.BLOCK_DEVICE, directory.stat(FileName.of("b")).type());
    assertEquals(new DeviceNumber(7, 300), directory.stat(FileName.of("b")).special());
    assertThrows(IllegalArgumentException.class, () -> new DeviceNumber(4096, 0));
  }

  @Test
  void deletesATreeOfAnyDepthAndFollowsNothing() throws Exception {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Files.writeString(outside.resolve("canary"), "alive");
    directory.makeDirectory(FileName.of("tree"), 0700);
    Directory at = directory.enter(FileName.of("tree"));
    for (int i = 0; i < 3000; i++) {
      at.makeSymlink(FileName.of("out"), FilePath.of(outside.toString()));
      Directory next = at.ensureDirectory(FileName.of("d".repeat(20)), 0);
      at.close();
      at = next;
    }
    at.close();
    int before = descriptors();
    assertTrue(Tree.delete(directory, FileName.of("tree")));
    assertEquals(before, descriptors());
    assertEquals("alive", Files.readString(outside.resolve("canary")));
    assertEquals(1, directory.entries().size());
    assertTrue(!Tree.delete(directory, FileName.of("tree")));
  }

  private static int descriptors() throws Exception {
    try (var list = Files.list(Path.of("/proc/self/fd"))) {
      return (int) list.count();
    }
  }
}
