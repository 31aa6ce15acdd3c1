package polder.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class DirectoryKernelTest {
  @TempDir Path temp;
  private Directory directory;

  @BeforeEach
  void open() {
    directory = Directory.open(temp);
  }

  @AfterEach
  void close() {
    directory.close();
  }

  @Test
  @DisplayName("J-12 every byte in a name, and names of 255 bytes")
  void namesAreBytes() {
    for (int b = 1; b < 256; b++) {
      if (b != '/') {
        directory.create(new FileName(Bytes.of(new byte[] {'n', (byte) b})), 0600).close();
      }
    }
    byte[] longest = new byte[255];
    Arrays.fill(longest, (byte) 0xfe);
    FileName last = new FileName(Bytes.of(longest));
    directory.makeDirectory(last, 0700);

    List<DirectoryEntry> entries = directory.entries();
    assertEquals(255, entries.size());
    assertTrue(entries.stream().anyMatch(e -> e.name().equals(last)));
    assertTrue(
        entries.stream()
            .anyMatch(e -> e.name().value().equals(Bytes.of(new byte[] {'n', (byte) 0x80}))));
    for (DirectoryEntry entry : entries) {
      assertTrue(Tree.delete(directory, entry.name()));
    }
    assertEquals(List.of(), directory.entries());
  }

  @Test
  void linksLeadOnlyWhereTheWalkLetsThem() throws IOException {
    Files.createDirectories(temp.resolve("root/etc"));
    Files.writeString(temp.resolve("root/etc/passwd"), "inside");
    try (Directory root = directory.enter(FileName.of("root"))) {
      root.makeSymlink(FileName.of("abs"), FilePath.of("/etc/passwd"));
      root.makeSymlink(FileName.of("up"), FilePath.of("../../../../etc/passwd"));
      root.makeSymlink(FileName.of("loop"), FilePath.of("loop"));
      for (String name : List.of("abs", "up", "/abs", "/../abs")) {
        try (Node node = root.follow(FilePath.of(name), Walk.IN_ROOT);
            RegularFile file = node.read()) {
          assertEquals("inside", new String(file.readAll(100), StandardCharsets.UTF_8));
        }
      }
      refused(Errno.EXDEV, () -> root.follow(FilePath.of("abs"), Walk.BENEATH));
      refused(Errno.EXDEV, () -> root.follow(FilePath.of("up"), Walk.BENEATH));
      refused(Errno.ELOOP, () -> root.follow(FilePath.of("abs"), Walk.NO_LINKS));
      refused(Errno.ELOOP, () -> root.follow(FilePath.of("loop"), Walk.IN_ROOT));
      refused(Errno.ENOTDIR, () -> root.enter(FileName.of("abs")));
      refused(Errno.EINVAL, () -> root.read(FileName.of("abs")));
      assertEquals(FileType.SYMLINK, root.stat(FileName.of("abs")).type());
      assertEquals(Optional.empty(), root.find(FileName.of("nothing")));
    }
    try (Directory proc = Directory.open(Path.of("/proc/self"))) {
      refused(Errno.ELOOP, () -> proc.enter(FilePath.of("root"), Walk.IN_ROOT));
      refused(
          Errno.EXDEV,
          () -> {
            try (Directory all = Directory.open(Path.of("/"))) {
              all.enter(FilePath.of("proc/self"), Walk.IN_ROOT.onOneMount());
            }
          });
    }
  }

  @Test
  void makesMissingDirectoriesInsideAlsoBehindDanglingLinks() {
    directory.makeDirectory(FileName.of("root"), 0755);
    try (Directory root = directory.enter(FileName.of("root"))) {
      root.makeSymlink(FileName.of("run"), FilePath.of("/../../var/./run"));
      root.ensureDirectories(FilePath.of("run/lock/../sub"), 0755).close();
      assertTrue(Files.isDirectory(temp.resolve("root/var/run/lock")));
      assertTrue(Files.isDirectory(temp.resolve("root/var/run/sub")));
      root.makeSymlink(FileName.of("loop"), FilePath.of("loop/x"));
      refused(Errno.ELOOP, () -> root.ensureDirectories(FilePath.of("loop/y"), 0755));
      root.create(FileName.of("file"), 0600).close();
      refused(Errno.ENOTDIR, () -> root.ensureDirectories(FilePath.of("file/y"), 0755));
    }
    assertFalse(Files.exists(temp.resolve("var")));
  }

  @Test
  void renamesReplaceRefuseOrExchange() throws IOException {
    Files.writeString(temp.resolve("a"), "a");
    Files.writeString(temp.resolve("b"), "b");
    FileName a = FileName.of("a");
    FileName b = FileName.of("b");
    refused(Errno.EEXIST, () -> directory.renameNew(a, directory, b));
    directory.exchange(a, directory, b);
    assertEquals("b", Files.readString(temp.resolve("a")));
    directory.rename(a, directory, b);
    assertEquals("b", Files.readString(temp.resolve("b")));
    directory.link(directory, b, a);
    assertEquals(2, directory.stat(a).links());
    assertTrue(directory.stat(a).isSameFile(directory.stat(b)));
    directory.sync();
    directory.syncFileSystem();
  }

  @Test
  void aFileWithoutANameGetsOneByItsDescriptor() {
    try (RegularFile file = directory.temporary(0640)) {
      file.write(new byte[] {1, 2, 3}, 0, 3);
      assertEquals(List.of(), directory.entries());
      directory.link(file.node(), FileName.of("named"));
    }
    assertEquals(3, directory.stat(FileName.of("named")).size());
  }

  @Test
  void filesAreReadWrittenCutPunchedAndCopied() {
    byte[] data = new byte[200_000];
    Arrays.fill(data, (byte) 7);
    try (RegularFile file = directory.create(FileName.of("f"), 0600);
        RegularFile copy = directory.create(FileName.of("g"), 0600)) {
      file.write(1 << 20, data, 0, data.length);
      file.truncate(4 << 20);
      assertEquals(1 << 20, file.nextData(0).orElseThrow());
      assertTrue(file.nextHole(1 << 20).orElseThrow() < 2 << 20);
      assertTrue(file.nextData(3 << 20).isEmpty());
      assertEquals(4 << 20, file.copyTo(copy, 0, 5 << 20));
      assertArrayEquals(file.readAll(4 << 20), copy.readAll(4 << 20));
      refused(Errno.EOVERFLOW, () -> file.readAll((4 << 20) - 1));
      file.punch(0, 2 << 20);
      assertTrue(file.nextData(0).isEmpty());
      file.allocate(0, 4096);
      file.syncData();
      file.sync();
      assertEquals(4 << 20, file.size());
    }
    assertThrows(SyscallException.class, () -> directory.create(FileName.of("f"), 0600));
  }

  @Test
  void aFifoIsNeverOpenedForReading() {
    directory.makeFifo(FileName.of("fifo"), 0600);
    refused(Errno.EINVAL, () -> directory.read(FileName.of("fifo")));
    refused(Errno.EINVAL, () -> directory.openOrCreate(FileName.of("fifo"), 0600));
  }

  @Test
  void oneLocksAtATime() {
    FileName name = FileName.of("lock");
    try (FileLock _ = FileLock.tryExclusive(directory, name).orElseThrow()) {
      assertTrue(FileLock.tryExclusive(directory, name).isEmpty());
    }
    FileLock.exclusive(directory, name).close();
  }

  @Test
  @DisplayName("R-DISK-10 a small file is replaced or appended to durably")
  void replacesDurably() throws IOException {
    FileName name = FileName.of("state.json");
    DurableFile.replace(directory, name, "one".getBytes(StandardCharsets.UTF_8));
    DurableFile.replace(directory, name, "two".getBytes(StandardCharsets.UTF_8));
    assertEquals("two", Files.readString(temp.resolve("state.json")));
    assertEquals(0600, directory.stat(name).mode());
    DurableFile.append(directory, name, " three".getBytes(StandardCharsets.UTF_8));
    assertEquals("two three", Files.readString(temp.resolve("state.json")));
    assertEquals(1, directory.entries().size());

    Files.writeString(temp.resolve(".unfinished-0123"), "half");
    assertEquals(1, DurableFile.sweep(directory));
    Files.createDirectory(temp.resolve("folder"));
    Files.writeString(temp.resolve("folder/x"), "x");
    assertThrows(
        SyscallException.class,
        () -> DurableFile.replace(directory, FileName.of("folder"), new byte[1]));
    assertEquals(2, directory.entries().size());
  }

  private static void refused(Errno errno, Runnable what) {
    assertEquals(errno, assertThrows(SyscallException.class, what::run).errno());
  }

  @Test
  void directoriesThatHaveNothingToDoWithOneAnotherAreSpread() {
    assumeTrue(
        StatFs.of(directory.fd()).magic() == StatFs.EXT4, "only ext4 has groups to spread over");
    assertTrue(InodeFlags.spread(directory));
    assertTrue(InodeFlags.spread(directory), "again");
    List<Long> inodes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      FileName name = FileName.of("d" + i);
      directory.makeDirectory(name, 0700);
      inodes.add(directory.stat(name).inode());
    }
    inodes.sort(null);
    assertTrue(inodes.getLast() - inodes.getFirst() > 1000, "one beside the other: " + inodes);
  }

  @Test
  void aFileSystemWithoutSuchFlagsIsLeftAsItIs() {
    try (Directory proc = Directory.open(Path.of("/proc/self"))) {
      assertFalse(InodeFlags.spread(proc));
    }
  }
}
