package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An overlay of idmapped layers, in both ways that {@link FilesystemContext} tells of. */
@Tag("kernel")
class OverlayKernelTest {
  private static final int BASE = 1_000_000;
  private static final IdMap IDS = IdMap.of(BASE, 65536);
  private static final long NO_SETUID_FIXUP = 4; // SECBIT_NO_SETUID_FIXUP, linux/securebits.h

  /** What a zone's root does in it: read, change, remove, make, and look whose it is. */
  private static final String WORK =
      "cd \"$0\" && test $(stat -c %u:%g lower) = 0:0 && echo more >> lower && rm gone"
          + " && mkdir d && echo new > d/new && chown 33:33 d/new && stat -c %u d/new";

  @TempDir private Path folder;

  @BeforeEach
  void layers() throws IOException {
    for (Path each : List.of(lower(), upper(), stage(), upper("data"), upper("work"))) {
      Files.createDirectory(each);
    }
    Files.writeString(lower().resolve("lower"), "text\n");
    Files.writeString(lower().resolve("gone"), "");
    // a zone's root must get through to where the overlay is, as to a zone's root directory
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
  }

  @AfterEach
  void theLowerLayerIsAsBefore() throws IOException {
    assertEquals("text\n", Files.readString(lower().resolve("lower")));
    assertTrue(Files.exists(lower().resolve("gone")));
  }

  @Test
  void insideTheUserNamespaceOfMountsThatWereMovedThere() throws IOException {
    try (Launcher launcher = Launcher.start();
        Fd userns = UserNamespace.create(launcher, IDS, IDS);
        Fd low = Mounts.idmapped(lower(), userns, Set.of());
        Fd up = Mounts.idmapped(upper(), userns, Set.of())) {
      ProgramBuilder p = inside(userns);
      Operand lowNumber = p.pass(low);
      Operand upNumber = p.pass(up);
      stage(p);
      move(p, lowNumber, stage().resolve("lower"));
      move(p, upNumber, stage().resolve("upper"));
      overlay(p, lowNumber, upNumber, true);

      run(launcher, p);
    }
    assertZonesFilesAreRootsOnDisk();
  }

  @Test
  void insideTheUserNamespaceDetachedLayersAreRefused() {
    try (Launcher launcher = Launcher.start();
        Fd userns = UserNamespace.create(launcher, IDS, IDS);
        Fd low = Mounts.idmapped(lower(), userns, Set.of());
        Fd up = Mounts.idmapped(upper(), userns, Set.of())) {
      ProgramBuilder p = inside(userns);
      Operand lowNumber = p.pass(low);
      Operand upNumber = p.pass(up);
      stage(p);
      overlay(p, lowNumber, upNumber, true);

      LaunchException e = assertThrows(LaunchException.class, () -> run(launcher, p));
      assertTrue(e.toString().contains("EPERM"), e.getMessage());
    }
  }

  @Test
  void asHostRootWithTheZonesIdsForFiles() throws IOException {
    try (Launcher launcher = Launcher.start();
        Fd userns = UserNamespace.create(launcher, IDS, IDS);
        Fd low = Mounts.idmapped(lower(), userns, Set.of());
        Fd up = Mounts.idmapped(upper(), userns, Set.of())) {
      ProgramBuilder p = Program.builder(EnumSet.of(Namespace.MOUNT));
      Operand lowNumber = p.pass(low);
      Operand upNumber = p.pass(up);
      Operand users = p.pass(userns);
      p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
      stage(p);
      p.process().secureBits(NO_SETUID_FIXUP);
      p.process().setFsIds(BASE, BASE);
      overlay(p, lowNumber, upNumber, false);
      p.process().joinNamespaces(users, EnumSet.of(Namespace.USER));
      becomeRoot(p);

      run(launcher, p);
    }
    assertZonesFilesAreRootsOnDisk();
  }

  @Test
  void plainHostRootGetsAnErrorInsteadOfASilentReadOnlyOverlay() throws Exception {
    try (Launcher launcher = Launcher.start();
        Fd userns = UserNamespace.create(launcher, IDS, IDS)) {
      NamespaceThread.run(
          EnumSet.of(Namespace.MOUNT),
          () -> {
            try (Fd low = Mounts.idmapped(lower(), userns, Set.of());
                Fd up = Mounts.idmapped(upper(), userns, Set.of());
                FilesystemContext overlay = FilesystemContext.open("overlay")) {
              String upperPath = "/proc/thread-self/fd/" + up.number();
              overlay
                  .set("lowerdir+", Path.of("/proc/thread-self/fd/" + low.number()))
                  .set("upperdir", Path.of(upperPath, "data"))
                  .set("workdir", Path.of(upperPath, "work"));
              SyscallException e =
                  assertThrows(SyscallException.class, () -> overlay.mount(Set.of()));
              assertEquals(Errno.EROFS, e.errno());
            }
          });
    }
  }

  /** A process in the user namespace, with a mount namespace of that. */
  private static ProgramBuilder inside(Fd userns) {
    ProgramBuilder p = Program.builder(Set.of());
    Operand users = p.pass(userns);
    p.process().joinNamespaces(users, EnumSet.of(Namespace.USER));
    p.process().unshare(EnumSet.of(Namespace.MOUNT));
    becomeRoot(p);
    p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
    return p;
  }

  private static void becomeRoot(ProgramBuilder p) {
    p.process().setGroups(List.of());
    p.process().setGid(0);
    p.process().setUid(0);
  }

  private void stage(ProgramBuilder p) {
    p.mounts().mount("tmpfs", stage().toString(), "tmpfs", 0, "mode=0755");
    for (String name : List.of("lower", "upper", "merged")) {
      p.files().mkdir(Operand.AT_FDCWD, stage().resolve(name).toString(), 0755);
    }
  }

  private static void move(ProgramBuilder p, Operand mount, Path place) {
    p.mounts()
        .moveMount(
            mount, "", Operand.AT_FDCWD, place.toString(), MountSteps.MOVE_MOUNT_F_EMPTY_PATH);
  }

  private void overlay(ProgramBuilder p, Operand low, Operand up, boolean userxattr) {
    Operand data = p.files().open(up, "data", FileSteps.O_PATH | FileSteps.O_DIRECTORY, 0);
    Operand work = p.files().open(up, "work", FileSteps.O_PATH | FileSteps.O_DIRECTORY, 0);
    Operand context = p.mounts().fsopen("overlay");
    if (userxattr) {
      p.mounts().fsconfigFlag(context, "userxattr");
    }
    p.mounts().fsconfigFd(context, "lowerdir+", low);
    p.mounts().fsconfigFd(context, "upperdir", data);
    p.mounts().fsconfigFd(context, "workdir", work);
    p.mounts().fsconfigCreate(context);
    move(p, p.mounts().fsmount(context, 0), stage().resolve("merged"));
  }

  private void run(Launcher launcher, ProgramBuilder p) {
    p.exec(
        "/bin/sh",
        List.of("sh", "-ec", WORK, stage().resolve("merged").toString()),
        List.of("PATH=/usr/bin:/bin"));
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      assertEquals(new WaitStatus.Exited(0), child.pidfd().await());
    }
  }

  private void assertZonesFilesAreRootsOnDisk() throws IOException {
    Path data = upper("data");
    assertEquals("text\nmore\n", Files.readString(data.resolve("lower")));
    assertEquals(0, Files.getAttribute(data.resolve("lower"), "unix:uid"));
    assertEquals(0, Files.getAttribute(data.resolve("d"), "unix:uid"));
    assertEquals(33, Files.getAttribute(data.resolve("d/new"), "unix:uid"));
    assertTrue(Files.exists(data.resolve("gone"))); // the whiteout
    assertFalse(Files.isRegularFile(data.resolve("gone")));
    assertTrue(MountTable.own().below(stage()).isEmpty());
  }

  private Path lower() {
    return folder.resolve("lower");
  }

  private Path upper() {
    return folder.resolve("upper");
  }

  private Path upper(String name) {
    return upper().resolve(name);
  }

  private Path stage() {
    return folder.resolve("stage");
  }
}
