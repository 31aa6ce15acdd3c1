package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.Fd;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.IdMap;
import polder.linux.Launcher;
import polder.linux.Mounts;
import polder.linux.Node;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.UserNamespace;
import polder.linux.Walk;
import polder.model.Progress;

/** As the engine sees a running zone's root: through a mount that shifts ids. */
@Tag("kernel")
class IdmappedCopyKernelTest {
  private static final Ids IDS = new Ids(1_000_000, 65_536);
  private static final Bytes CAPABILITY = Bytes.of("security.capability");
  @TempDir Path temp;

  @Test
  void filesKeepTheZonesIdsOnDiskAndCapabilitiesWork() {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may make idmapped mounts");
    byte[] value = new byte[20];
    value[0] = 1; // effective
    value[3] = 2; // VFS_CAP_REVISION_2
    value[4] = (byte) 0x80; // CAP_SETUID
    TarEntry program =
        TarEntry.file(Bytes.of("new/program"), 06755, 3, Archive.TIME)
            .owned(33, 44)
            .with(Map.of(CAPABILITY, Bytes.of(value), Bytes.of("user.note"), Bytes.of("x")));
    Archive archive =
        new Archive().entry(program, new byte[3]).symlink("link", "/new").file("link/f", "f");

    try (Directory disk = Directory.open(temp);
        Directory zone = idmapped(temp)) {
      CopyIn.unpack(archive.stream(), zone, FilePath.of("/"), IDS, Limits.DEFAULT, Progress.NONE);

      try (Directory folder = disk.enter(FileName.of("new"))) {
        Stat stat = folder.stat(FileName.of("program"));
        assertEquals(List.of(33L, 44L), List.of(stat.uid(), stat.gid()));
        assertEquals(06755, stat.mode());
        assertEquals(0, folder.node().stat().uid());
        assertEquals(0, folder.stat(FileName.of("f")).uid());
      }
      try (Node node = zone.node(FilePath.of("new/program"), Walk.IN_ROOT)) {
        assertEquals(IDS.base() + 33, node.stat().uid());
        assertTrue(node.xattrs().get(CAPABILITY).isPresent());
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      CopyOut.pack(zone, FilePath.of("/link/program"), out, IDS, Progress.NONE);
      TarEntry back =
          new TarReader(new ByteArrayInputStream(out.toByteArray()), Limits.DEFAULT)
              .next()
              .orElseThrow();
      assertEquals(program.named(Bytes.of("program")), back);
    }
  }

  private static Directory idmapped(Path path) {
    IdMap map = new IdMap(List.of(new IdMap.Extent(0, IDS.base(), IDS.count())));
    try (Launcher launcher = Launcher.start();
        Fd namespace = UserNamespace.create(launcher, map, map)) {
      return Directory.of(Mounts.idmapped(path, namespace, Set.of()));
    } catch (SyscallException e) {
      boolean cannot = e.errno().equals(Errno.EINVAL) || e.errno().equals(Errno.EPERM);
      Assumptions.assumeFalse(cannot, "this file system has no idmapped mounts: " + e.getMessage());
      throw e;
    }
  }
}
