package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each in a mount namespace that is thrown away. */
@Tag("kernel")
class MountsKernelTest {
  private static final Set<Namespace> OWN_MOUNTS = EnumSet.of(Namespace.MOUNT);

  @TempDir private Path folder;
  private List<MountEntry> before = List.of();

  @BeforeEach
  void look() {
    before = MountTable.own().entries();
  }

  @AfterEach
  void theHostSawNothing() {
    assertEquals(before, MountTable.own().entries());
  }

  @Test
  void aNewFileSystemIsNowhereUntilItIsMoved() throws Exception {
    NamespaceThread.run(
        OWN_MOUNTS,
        () -> {
          Path place = Files.createDirectory(folder.resolve("a place"));
          try (FilesystemContext tmpfs = FilesystemContext.open("tmpfs");
              Fd mount =
                  tmpfs
                      .set("size", "1m")
                      .set("mode", "0700")
                      .mount(Set.of(MountAttribute.NO_SETUID, MountAttribute.NO_DEVICES))) {
            assertTrue(MountTable.ofThread().at(place).isEmpty());
            StatFs.of(mount).require(StatFs.TMPFS, "the mount");
            assertEquals(1 << 20, StatFs.of(mount).bytes());

            Mounts.move(mount, place);

            MountEntry entry = MountTable.ofThread().at(place).orElseThrow();
            assertEquals("tmpfs", entry.type());
            assertTrue(entry.options().containsAll(Set.of("nosuid", "nodev", "rw")));
            assertEquals(
                Errno.EBUSY,
                assertThrows(SyscallException.class, () -> Mounts.unmount(place)).errno(),
                "our descriptor is a use of it");
          }
          Mounts.unmount(place);
          assertTrue(MountTable.ofThread().at(place).isEmpty());
        });
  }

  @Test
  void theKernelsOwnWordsAreInTheException() throws Exception {
    NamespaceThread.run(
        OWN_MOUNTS,
        () -> {
          try (FilesystemContext tmpfs = FilesystemContext.open("tmpfs")) {
            SyscallException e =
                assertThrows(SyscallException.class, () -> tmpfs.set("no-such-option", "1"));
            assertTrue(e.toString().contains("Unknown parameter 'no-such-option'"), e.getMessage());
            assertEquals(Errno.EINVAL, e.errno());
          }
        });
    assertEquals(
        Errno.ENODEV,
        assertThrows(SyscallException.class, () -> FilesystemContext.open("nosuchfs")).errno());
  }

  @Test
  @DisplayName("S-PROC-07 a recursive read-only bind shuts every submount and keeps its flags")
  void bindsATreeReadOnly() throws Exception {
    NamespaceThread.run(
        OWN_MOUNTS,
        () -> {
          Path source = Files.createDirectory(folder.resolve("source"));
          Path target = Files.createDirectory(folder.resolve("target"));
          tmpfs(source, Set.of());
          for (int i = 0; i < 5; i++) {
            tmpfs(
                Files.createDirectory(source.resolve("sub" + i)),
                Set.of(MountAttribute.NO_EXECUTE));
          }

          Mounts.bind(source, target, Set.of(MountAttribute.READ_ONLY, MountAttribute.NO_SETUID));

          List<MountEntry> mounts = MountTable.ofThread().below(target);
          assertEquals(6, mounts.size());
          for (MountEntry each : mounts) {
            assertTrue(each.readOnly() && each.options().contains("nosuid"), each::toString);
            assertEquals(
                !each.place().equals(target.toString()), each.options().contains("noexec"));
          }
          assertTrue(StatFs.of(target.resolve("sub3")).readOnly());
          assertFalse(StatFs.of(source.resolve("sub3")).readOnly());
          Mounts.detach(target);
          assertTrue(MountTable.ofThread().below(target).isEmpty());
        });
  }

  @Test
  void attributesCanBeTakenBack() throws Exception {
    NamespaceThread.run(
        OWN_MOUNTS,
        () -> {
          try (Fd mount = detachedTmpfs(Set.of(MountAttribute.NO_EXECUTE))) {
            Mounts.set(mount, Set.of(MountAttribute.READ_ONLY), false);
            assertTrue(StatFs.of(mount).readOnly());
            Mounts.clear(mount, Set.of(MountAttribute.READ_ONLY), false);
            assertFalse(StatFs.of(mount).readOnly());
          }
        });
  }

  @Test
  @DisplayName("S-PROC-06 a shared mount passes on what is mounted in it, a private one does not")
  void propagates() throws Exception {
    NamespaceThread.run(
        OWN_MOUNTS,
        () -> {
          Path one = Files.createDirectory(folder.resolve("one"));
          Path two = Files.createDirectory(folder.resolve("two"));
          tmpfs(one, Set.of());
          Files.createDirectory(one.resolve("in"));
          Mounts.propagation(one, Propagation.SHARED, false);
          Mounts.bind(one, two, Set.of());
          tmpfs(one.resolve("in"), Set.of());
          assertTrue(MountTable.ofThread().at(two.resolve("in")).isPresent());

          Mounts.unmount(one.resolve("in"));
          Mounts.propagation(two, Propagation.PRIVATE, true);
          tmpfs(one.resolve("in"), Set.of());
          assertTrue(MountTable.ofThread().at(two.resolve("in")).isEmpty());
        });
  }

  @Test
  void aMountBeneathIsSeenWhenTheUpperOneGoes() throws Exception {
    NamespaceThread.run(
        OWN_MOUNTS,
        () -> {
          Path place = Files.createDirectory(folder.resolve("place"));
          tmpfs(place, Set.of());
          Files.writeString(place.resolve("old"), "");
          try (Fd next = detachedTmpfs(Set.of())) {
            Mounts.moveBeneath(next, place);
            assertTrue(Files.exists(place.resolve("old")));
            Mounts.detach(place);
            assertFalse(Files.exists(place.resolve("old")));
            assertEquals("tmpfs", MountTable.ofThread().at(place).orElseThrow().type());
          }
        });
  }

  @Test
  void filesKeepTheirIdsOnDiskAndHaveTheZonesInTheMount() throws Exception {
    IdMap ids = IdMap.of(1_000_000, 65536);
    Path inside = Files.createDirectory(folder.resolve("layer"));
    Files.writeString(inside.resolve("root"), "");
    try (Launcher launcher = Launcher.start();
        Fd userns = UserNamespace.create(launcher, ids, ids)) {
      StatFs.of(userns).require(StatFs.NSFS, "the user namespace");
      NamespaceThread.run(
          OWN_MOUNTS,
          () -> {
            try (Fd mount = Mounts.idmapped(inside, userns, Set.of(MountAttribute.NO_DEVICES))) {
              Path place = Files.createDirectory(folder.resolve("place"));
              Mounts.move(mount, place);
              assertEquals(1_000_000, Files.getAttribute(place.resolve("root"), "unix:uid"));
              assertEquals(0, Files.getAttribute(inside.resolve("root"), "unix:uid"));
              MountEntry entry = MountTable.ofThread().at(place).orElseThrow();
              assertTrue(entry.options().containsAll(Set.of("idmapped", "nodev")), entry::toString);
              // root of the host is nobody there: its files would have no owner on disk
              assertThrows(IOException.class, () -> Files.writeString(place.resolve("new"), ""));
              assertEquals(
                  Errno.EINVAL,
                  assertThrows(
                          SyscallException.class,
                          () -> Mounts.idmapped(Path.of("/proc"), userns, Set.of()))
                      .errno());
            }
          });
    }
  }

  @Test
  void whatIsNotAMountIsNotUnmounted() {
    assertEquals(
        Errno.EINVAL, assertThrows(SyscallException.class, () -> Mounts.unmount(folder)).errno());
  }

  private static void tmpfs(Path place, Set<MountAttribute> attributes) {
    try (Fd mount = detachedTmpfs(attributes)) {
      Mounts.move(mount, place);
    }
  }

  private static Fd detachedTmpfs(Set<MountAttribute> attributes) {
    try (FilesystemContext tmpfs = FilesystemContext.open("tmpfs")) {
      return tmpfs.set("size", "1m").mount(attributes);
    }
  }
}
