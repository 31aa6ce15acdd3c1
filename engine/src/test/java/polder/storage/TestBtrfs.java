package polder.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilesystemContext;
import polder.linux.LoopDevice;
import polder.linux.Mounts;
import polder.linux.Quota;

/** A small btrfs in a file, mounted for one test. */
final class TestBtrfs implements AutoCloseable {
  private final Path mount;

  private TestBtrfs(Path mount) {
    this.mount = mount;
  }

  static TestBtrfs make(Path folder, long size) throws IOException, InterruptedException {
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
    Path image = folder.resolve("disk");
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(size);
    }
    Process format = new ProcessBuilder("mkfs.btrfs", "-q", image.toString()).inheritIO().start();
    assertEquals(0, format.waitFor());
    Path place = Files.createDirectories(folder.resolve("mount"));
    try (Directory parent = Directory.open(folder);
        var file = parent.openOrCreate(FileName.of("disk"), 0600);
        LoopDevice device = LoopDevice.of(file);
        FilesystemContext btrfs = FilesystemContext.open("btrfs")) {
      try (var detached = btrfs.set("source", device.path()).mount(Set.of())) {
        Mounts.move(detached, place);
      }
    }
    return new TestBtrfs(place);
  }

  TestBtrfs withQuotas() {
    try (Directory top = Directory.open(mount)) {
      assumeTrue(Quota.enable(top.fd()), "the kernel has no simple quotas");
    }
    return this;
  }

  Path mount() {
    return mount;
  }

  @Override
  public void close() {
    Mounts.detach(mount);
  }
}
