package polder.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Tries an overlay of idmapped layers inside a user namespace, as {@link FilesystemContext} tells,
 * and writes to it.
 */
final class OverlayTrial {
  private static final String STAGE = "stage";

  private OverlayTrial() {}

  /**
   * Tries it in {@code directory}, which must be empty.
   *
   * @throws LaunchException with the step that failed
   */
  static void run(Launcher launcher, Fd userns, Path directory) throws IOException {
    for (String name : List.of("lower", "upper", "upper/data", "upper/work", STAGE)) {
      Files.createDirectory(directory.resolve(name));
    }
    Path stage = directory.resolve(STAGE);
    Files.setPosixFilePermissions(stage, PosixFilePermissions.fromString("rwx--x--x"));
    for (String name : List.of("lower", "upper", "merged")) {
      Files.createDirectory(stage.resolve(name));
    }
    try (Fd lower = Mounts.idmapped(directory.resolve("lower"), userns, Set.of());
        Fd upper = Mounts.idmapped(directory.resolve("upper"), userns, Set.of());
        Fd held = Procfs.open(stage.toString(), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
      ProgramBuilder p = Program.builder(Set.of());
      Operand users = p.pass(userns);
      Operand low = p.pass(lower);
      Operand up = p.pass(upper);
      // by descriptor and relative paths: who is root there may not pass the host's directories
      p.files().fchdir(p.pass(held));
      p.process().joinNamespaces(users, EnumSet.of(Namespace.USER));
      p.process().unshare(EnumSet.of(Namespace.MOUNT));
      p.process().setGroups(List.of());
      p.process().setGid(0);
      p.process().setUid(0);
      p.mounts().mount("none", "/", "", MountSteps.MS_REC | MountSteps.MS_PRIVATE, "");
      move(p, low, "lower");
      move(p, up, "upper");
      p.mounts()
          .mount(
              "overlay",
              "merged",
              "overlay",
              0,
              "userxattr,lowerdir=lower,upperdir=upper/data,workdir=upper/work");
      p.files().mkdir(Operand.AT_FDCWD, "merged/made", 0755); // EROFS if it is read-only
      try (Child child = launcher.launch(p.build())) {
        child.awaitStarted();
        var _ = child.pidfd().await();
      }
    }
  }

  private static void move(ProgramBuilder p, Operand mount, String place) {
    p.mounts().moveMount(mount, "", Operand.AT_FDCWD, place, MountSteps.MOVE_MOUNT_F_EMPTY_PATH);
  }
}
