package polder.linux;

import java.util.List;

/** The steps of a program that mount. One method for each system call, named as the kernel does. */
public final class MountSteps {
  public static final long MS_RDONLY = 1; // linux/mount.h
  public static final long MS_NOSUID = 2;
  public static final long MS_NODEV = 4;
  public static final long MS_NOEXEC = 8;
  public static final long MS_REMOUNT = 32;
  public static final long MS_BIND = 4096;
  public static final long MS_MOVE = 8192;
  public static final long MS_REC = 16384;
  public static final long MS_PRIVATE = 1 << 18;
  public static final long MS_SLAVE = 1 << 19;
  public static final long MS_SHARED = 1 << 20;
  public static final long MS_RELATIME = 1 << 21;
  public static final long MS_STRICTATIME = 1 << 24;
  public static final long MNT_DETACH = Mounts.MNT_DETACH;
  public static final long OPEN_TREE_CLONE = Mounts.OPEN_TREE_CLONE;
  public static final long AT_RECURSIVE = Mounts.AT_RECURSIVE;
  public static final long AT_EMPTY_PATH = Mounts.AT_EMPTY_PATH;
  public static final long MOVE_MOUNT_F_EMPTY_PATH = Mounts.MOVE_MOUNT_F_EMPTY_PATH;
  public static final long MOVE_MOUNT_T_EMPTY_PATH = Mounts.MOVE_MOUNT_T_EMPTY_PATH;
  public static final long MOVE_MOUNT_BENEATH = Mounts.MOVE_MOUNT_BENEATH;
  public static final long MOUNT_ATTR_RDONLY = 1;
  public static final long MOUNT_ATTR_NOSUID = 2;
  public static final long MOUNT_ATTR_NODEV = 4;
  public static final long MOUNT_ATTR_NOEXEC = 8;
  public static final long MOUNT_ATTR_IDMAP = Mounts.MOUNT_ATTR_IDMAP;
  private static final long CLOEXEC = 0x80000; // O_CLOEXEC and OPEN_TREE_CLOEXEC
  private static final long FSCONFIG_SET_FLAG = 0;
  private static final long FSCONFIG_SET_STRING = 1;
  private static final long FSCONFIG_SET_FD = 5;
  private static final long FSCONFIG_CMD_CREATE = 6;
  private static final long MOUNT_ATTR_SIZE = Mounts.MOUNT_ATTR_SIZE;

  private final ProgramBuilder program;

  MountSteps(ProgramBuilder program) {
    this.program = program;
  }

  /** mount(2); {@code data} is the file system's own, such as "mode=0755,size=64k". */
  public void mount(String source, String target, String type, long flags, String data) {
    String what =
        (flags & MS_BIND) != 0 || type.isEmpty() ? source.isEmpty() ? "again" : source : type;
    program.act(
        "mount " + what + " on " + target,
        Nr.MOUNT,
        program.text(source),
        program.text(target),
        program.text(type),
        Operand.of(flags),
        program.text(data));
  }

  /** umount2(2), with 0 or {@link #MNT_DETACH}. */
  public void umount(String target, long flags) {
    program.act("unmount " + target, Nr.UMOUNT2, program.text(target), Operand.of(flags));
  }

  /** pivot_root(2); with "." and "." the old root lies above the new one, for unmounting. */
  public void pivotRoot(String newRoot, String putOld) {
    program.act(
        "pivot_root to " + newRoot, Nr.PIVOT_ROOT, program.text(newRoot), program.text(putOld));
  }

  /** open_tree(2): a mount as a descriptor; a copy of it with {@link #OPEN_TREE_CLONE}. */
  public Operand openTree(Operand directory, String path, long flags) {
    return program.act(
        "open_tree " + path,
        Nr.OPEN_TREE,
        directory,
        program.text(path),
        Operand.of(flags | CLOEXEC));
  }

  /** move_mount(2). With {@link #MOVE_MOUNT_F_EMPTY_PATH}, {@code from} is the mount itself. */
  public void moveMount(Operand from, String fromPath, Operand to, String toPath, long flags) {
    program.act(
        "move_mount to " + toPath,
        Nr.MOVE_MOUNT,
        from,
        program.text(fromPath),
        to,
        program.text(toPath),
        Operand.of(flags));
  }

  /**
   * mount_setattr(2): {@code MOUNT_ATTR_…} to set and to clear, {@code MS_PRIVATE} and the like or
   * 0.
   */
  public void mountSetattr(
      Operand directory, String path, long flags, long set, long clear, long propagation) {
    program.act(
        "mount_setattr " + path,
        Nr.MOUNT_SETATTR,
        directory,
        program.text(path),
        Operand.of(flags),
        Operand.of(program.memory().add(new long[] {set, clear, propagation, 0})),
        Operand.of(MOUNT_ATTR_SIZE));
  }

  /**
   * mount_setattr(2) with {@code MOUNT_ATTR_IDMAP}: ids on {@code mount} are mapped as in a user
   * namespace.
   *
   * @param userns descriptor of the user namespace, one that was passed
   */
  public void idmap(Operand mount, Operand.Constant userns, boolean recursive) {
    program.act(
        "map the ids of a mount",
        Nr.MOUNT_SETATTR,
        mount,
        program.text(""),
        Operand.of(AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0)),
        Operand.of(program.memory().add(new long[] {MOUNT_ATTR_IDMAP, 0, 0, userns.value()})),
        Operand.of(MOUNT_ATTR_SIZE));
  }

  /** fsopen(2): begins to make a file system of {@code type}. */
  public Operand fsopen(String type) {
    return program.act("fsopen " + type, Nr.FSOPEN, program.text(type), Operand.of(1)); // CLOEXEC
  }

  /** fsconfig(2): an option with a value. */
  public void fsconfigString(Operand context, String key, String value) {
    fsconfig(context, FSCONFIG_SET_STRING, key, program.text(value), Operand.of(0));
  }

  /** fsconfig(2): an option without a value, such as "ro". */
  public void fsconfigFlag(Operand context, String key) {
    fsconfig(context, FSCONFIG_SET_FLAG, key, Operand.of(0), Operand.of(0));
  }

  /** fsconfig(2): an option whose value is a descriptor, such as overlay's "lowerdir+". */
  public void fsconfigFd(Operand context, String key, Operand descriptor) {
    fsconfig(context, FSCONFIG_SET_FD, key, Operand.of(0), descriptor);
  }

  /** fsconfig(2): makes the file system of the options given. */
  public void fsconfigCreate(Operand context) {
    program.act(
        "create the file system",
        Nr.FSCONFIG,
        context,
        Operand.of(FSCONFIG_CMD_CREATE),
        Operand.of(0),
        Operand.of(0),
        Operand.of(0));
  }

  /** fsmount(2): the file system that was created, as a mount that is nowhere yet. */
  public Operand fsmount(Operand context, long attributes) {
    return program.act(
        "fsmount", Nr.FSMOUNT, context, Operand.of(1), Operand.of(attributes)); // FSMOUNT_CLOEXEC
  }

  /**
   * Makes a new file system as a mount that is nowhere yet: fsopen(2), fsconfig(2), fsmount(2).
   *
   * @param attributes {@code MOUNT_ATTR_…}
   * @param options of the file system, such as "mode=0755" or "newinstance"
   */
  public Operand newMount(String type, long attributes, List<String> options) {
    program.begin();
    String name = "make a " + type + " mount";
    Operand context = program.add(name, Nr.FSOPEN, program.text(type), Operand.of(1));
    for (String option : options) {
      int equals = option.indexOf('=');
      boolean flag = equals < 0;
      program.add(
          name + ": " + option,
          Nr.FSCONFIG,
          context,
          Operand.of(flag ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING),
          program.text(flag ? option : option.substring(0, equals)),
          flag ? Operand.of(0) : program.text(option.substring(equals + 1)),
          Operand.of(0));
    }
    program.add(
        name,
        Nr.FSCONFIG,
        context,
        Operand.of(FSCONFIG_CMD_CREATE),
        Operand.of(0),
        Operand.of(0),
        Operand.of(0));
    Operand mount = program.add(name, Nr.FSMOUNT, context, Operand.of(1), Operand.of(attributes));
    program.add(name, Nr.CLOSE, context);
    return mount;
  }

  /**
   * move_mount(2): puts {@code mount} on {@code path} below {@code directory}, or on {@code
   * directory} itself if the path is empty.
   *
   * @param place what people call it
   */
  public void put(Operand mount, Operand directory, String path, String place) {
    long flags = MOVE_MOUNT_F_EMPTY_PATH | (path.isEmpty() ? MOVE_MOUNT_T_EMPTY_PATH : 0);
    program.act(
        "mount on " + place,
        Nr.MOVE_MOUNT,
        mount,
        program.text(""),
        directory,
        program.text(path),
        Operand.of(flags));
  }

  private void fsconfig(Operand context, long command, String key, Operand value, Operand aux) {
    program.act(
        "fsconfig " + key,
        Nr.FSCONFIG,
        context,
        Operand.of(command),
        program.text(key),
        value,
        aux);
  }
}
