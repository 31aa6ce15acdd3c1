package polder.brand.zone;

import static polder.linux.MountSteps.MOUNT_ATTR_NODEV;
import static polder.linux.MountSteps.MOUNT_ATTR_RDONLY;

import java.util.ArrayList;
import java.util.List;
import polder.linux.FileSteps;
import polder.linux.MountSteps;
import polder.linux.Operand;
import polder.linux.ProgramBuilder;

/** The steps that make a zone's root its root, and put into it what the payload asks for. */
final class RootSteps {
  private static final String MERGED = "root";
  private static final String DATASET = "dataset";
  private static final long S_IFREG = 0100000; // linux/stat.h

  private final ProgramBuilder program;
  private final MountSteps mounts;
  private final FileSteps files;

  RootSteps(ProgramBuilder program) {
    this.program = program;
    this.mounts = program.mounts();
    this.files = program.files();
  }

  /** Leaves the host's mounts behind: the root that is given becomes the only one. */
  void enter(RootMount root) {
    switch (root) {
      case RootMount.Tree(var mount) -> {
        Operand tree = program.pass(mount);
        mounts.put(tree, Operand.AT_FDCWD, "/", "/");
        files.fchdir(tree);
      }
      case RootMount.Overlay overlay -> enterOverlay(overlay);
    }
    mounts.mountSetattr(Operand.AT_FDCWD, ".", 0, MOUNT_ATTR_NODEV, 0, MountSteps.MS_PRIVATE);
    mounts.pivotRoot(".", ".");
    mounts.umount(".", MountSteps.MNT_DETACH);
    files.chdir("/");
  }

  /**
   * Inside the zone's user namespace, whose ids the layers' mounts are mapped to. The kernel takes
   * only layers that have a place in the mount namespace; they get it in a file system in memory
   * that the old root takes along when it goes. It is on a directory that every host has, and not
   * on the old root itself: unmounting "." would then unmount the stage, and leave the host's root.
   *
   * <p>If the kernel cannot use the work directory it mounts read-only without an error.
   */
  private void enterOverlay(RootMount.Overlay overlay) {
    Operand stage = mounts.newMount("tmpfs", 0, List.of("mode=0700", "size=1m"));
    mounts.put(stage, Operand.AT_FDCWD, "/usr", "a stage for the root");
    files.fchdir(stage);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < overlay.layers().size(); i++) {
      String name = Integer.toString(i, Character.MAX_RADIX);
      files.mkdir(Operand.AT_FDCWD, name, 0700);
      mounts.put(program.pass(overlay.layers().get(i)), Operand.AT_FDCWD, name, "layer " + i);
      names.addFirst(name); // the kernel wants the highest first
    }
    files.mkdir(Operand.AT_FDCWD, DATASET, 0700);
    mounts.put(program.pass(overlay.dataset()), Operand.AT_FDCWD, DATASET, "the dataset");
    files.mkdir(Operand.AT_FDCWD, MERGED, 0700);
    String options =
        "userxattr,lowerdir=%s,upperdir=%s/%s,workdir=%s/%s"
            .formatted(String.join(":", names), DATASET, overlay.upper(), DATASET, overlay.work());
    mounts.mount("overlay", MERGED, "overlay", 0, options);
    files.chdir(MERGED);
    files.checkWritable(Operand.AT_FDCWD, ".");
    // overlayfs writes where a directory comes from when it is looked up first: now, since later
    // the disk may be full, and the lookup would fail
    files.checkWritable(Operand.AT_FDCWD, "etc");
    program.tolerateAll();
  }

  /**
   * Mounts into the root; what a path leads to is found with the root as root. Images have links to
   * /run, but not always what they lead to.
   */
  void attach(List<Attachment> attachments) {
    makeDirectory("/run");
    for (Attachment attachment : attachments) {
      switch (attachment) {
        case Attachment.Bind bind -> {
          makeTarget(bind.target(), bind.directory());
          put(program.pass(bind.mount()), bind.target(), bind.links());
        }
        case Attachment.Extra(var mount, var target) -> {
          makeTarget(target, true);
          Operand place = open(target, FileSteps.RESOLVE_NO_MAGICLINKS);
          program.tolerateAll();
          mounts.put(program.pass(mount), place, "", target);
          program.tolerateAll();
        }
        case Attachment.Memory(var target, var options, long attributes) -> {
          makeTarget(target, true);
          put(mounts.newMount("tmpfs", attributes, options), target, true);
        }
      }
    }
  }

  private void put(Operand mount, String target, boolean links) {
    Operand place =
        open(target, links ? FileSteps.RESOLVE_NO_MAGICLINKS : FileSteps.RESOLVE_NO_SYMLINKS);
    mounts.put(mount, place, "", target);
  }

  private Operand open(String target, long links) {
    return files.openIn(
        Operand.AT_FDCWD, target, FileSteps.O_PATH, FileSteps.RESOLVE_IN_ROOT | links);
  }

  /** Makes what is missing of a path. If that cannot be, the step that needs it will say so. */
  private void makeTarget(String target, boolean directory) {
    for (int slash = target.indexOf('/', 1); slash > 0; slash = target.indexOf('/', slash + 1)) {
      makeDirectory(target.substring(0, slash));
    }
    if (directory) {
      makeDirectory(target);
    } else {
      files.mknod(Operand.AT_FDCWD, target, S_IFREG | 0644, 0); // opens nothing
      program.tolerateAll();
    }
  }

  /** Makes the directory and those above it, as the zone's root, where they are missing. */
  void makeDirectories(String path) {
    makeTarget(path, true);
  }

  private void makeDirectory(String path) {
    files.mkdir(Operand.AT_FDCWD, path, 0755);
    program.tolerateAll();
  }

  /** Nothing can be written to the root any more; what is mounted in it stays as it is. */
  void makeReadOnly() {
    mounts.mountSetattr(Operand.AT_FDCWD, "/", 0, MOUNT_ATTR_RDONLY, 0, 0);
  }

  /** Goes to a directory of the zone's as the process's own user, and by no magic link. */
  void work(String path) {
    Operand directory =
        files.openIn(
            Operand.AT_FDCWD,
            path,
            FileSteps.O_PATH | FileSteps.O_DIRECTORY,
            FileSteps.RESOLVE_IN_ROOT | FileSteps.RESOLVE_NO_MAGICLINKS);
    files.fchdir(directory);
    files.close(directory);
  }
}
