package polder.linux;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** The steps of a program about files, directories and descriptors. */
public final class FileSteps {
  public static final long O_RDONLY = OpenFlags.O_RDONLY;
  public static final long O_WRONLY = OpenFlags.O_WRONLY;
  public static final long O_RDWR = OpenFlags.O_RDWR;
  public static final long O_CREAT = OpenFlags.O_CREAT;
  public static final long O_NOCTTY = OpenFlags.O_NOCTTY;
  public static final long O_TRUNC = 01000; // asm-generic/fcntl.h
  public static final long O_DIRECTORY = OpenFlags.O_DIRECTORY;
  public static final long O_NOFOLLOW = OpenFlags.O_NOFOLLOW;
  public static final long O_PATH = OpenFlags.O_PATH;
  private static final long O_CLOEXEC = OpenFlags.O_CLOEXEC;
  private static final long S_IFCHR = 0020000; // linux/stat.h
  private static final long S_IFBLK = 0060000;
  public static final long RESOLVE_NO_MAGICLINKS = 0x02; // linux/openat2.h
  public static final long RESOLVE_NO_SYMLINKS = 0x04;
  public static final long RESOLVE_IN_ROOT = 0x10;
  private static final int CMSGHDR_SIZE = 16; // linux/socket.h
  private static final long W_OK = 2; // linux/unistd.h

  private final ProgramBuilder program;

  FileSteps(ProgramBuilder program) {
    this.program = program;
  }

  /** openat(2), with {@code O_CLOEXEC}; {@code mode} is for a file that it creates. */
  public Operand open(Operand directory, String path, long flags, int mode) {
    return program.act(
        "open " + path,
        Nr.OPENAT,
        directory,
        program.text(path),
        Operand.of(flags | O_CLOEXEC),
        Operand.of(mode));
  }

  /**
   * openat2(2), with {@code O_CLOEXEC}: {@code path} is followed as {@code resolve} allows, so that
   * links which somebody put there lead nowhere else.
   *
   * @param resolve {@code RESOLVE_…}
   */
  public Operand openIn(Operand directory, String path, long flags, long resolve) {
    return program.act(
        "open " + path,
        Nr.OPENAT2,
        directory,
        program.text(path),
        Operand.of(program.memory().add(new long[] {flags | O_CLOEXEC, 0, resolve})), // open_how
        Operand.of(24));
  }

  /** faccessat(2): fails with EROFS where {@code path} lies on a read-only file system. */
  public void checkWritable(Operand directory, String path) {
    program.act(
        "check that " + path + " can be written",
        Nr.FACCESSAT,
        directory,
        program.text(path),
        Operand.of(W_OK));
  }

  /** write(2), one call: for kernel files, which take a value whole or not at all. */
  public void writeTo(String name, Operand descriptor, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    program.act(
        "write " + name, Nr.WRITE, descriptor, program.bytes(bytes), Operand.of(bytes.length));
  }

  /** close(2). */
  public void close(Operand descriptor) {
    program.act("close a descriptor", Nr.CLOSE, descriptor);
  }

  /** close_range(2): closes {@code first} to {@code last}, both included. */
  public void closeRange(int first, int last) {
    program.act(
        "close descriptors " + first + " to " + last,
        Nr.CLOSE_RANGE,
        Operand.of(first),
        Operand.of(last),
        Operand.of(0));
  }

  /** dup2(2): {@code descriptor} gets a second number, which stays open when executing. */
  public void dup2(Operand descriptor, int number) {
    program.act("make descriptor " + number, Nr.DUP2, descriptor, Operand.of(number));
  }

  /** dup3(2) with {@code O_CLOEXEC}: {@code descriptor} gets a second number. */
  public void dup3(Operand descriptor, int number) {
    program.act(
        "make descriptor " + number,
        Nr.DUP3,
        descriptor,
        Operand.of(number),
        Operand.of(O_CLOEXEC));
  }

  /**
   * recvmsg(2): takes descriptors that somebody hands over, and waits for them. They get the lowest
   * numbers that are free, and stay open when executing.
   *
   * @param socket the process's end of a {@link Handover}
   * @param count how many
   */
  public void receive(Operand socket, int count) {
    JobMemory memory = program.memory();
    long body = memory.add(new byte[8]);
    long vector = memory.add(new long[] {body, 1}); // struct iovec
    int length = CMSGHDR_SIZE + Integer.BYTES * count;
    long control = memory.add(new byte[(length + 7) & ~7]);
    long header = // struct msghdr: no address, one piece, room for the descriptors
        memory.add(new long[] {0, 0, vector, 1, control, length, 0});
    program.begin();
    program.add(
        new Step(
            "receive descriptors",
            Nr.RECVMSG,
            List.of(socket, Operand.of(header), Operand.of(0)),
            Step.ZERO_FAILS,
            0));
  }

  /** chdir(2). */
  public void chdir(String path) {
    program.act("change directory to " + path, Nr.CHDIR, program.text(path));
  }

  /** fchdir(2). */
  public void fchdir(Operand directory) {
    program.act("change directory", Nr.FCHDIR, directory);
  }

  /** chroot(2). */
  public void chroot(String path) {
    program.act("change root to " + path, Nr.CHROOT, program.text(path));
  }

  /** mkdirat(2). The mode is masked by the umask. */
  public void mkdir(Operand directory, String path, int mode) {
    program.act(
        "make directory " + path, Nr.MKDIRAT, directory, program.text(path), Operand.of(mode));
  }

  /** symlinkat(2): {@code path} says {@code target}. */
  public void symlink(String target, Operand directory, String path) {
    program.act(
        "make symbolic link " + path,
        Nr.SYMLINKAT,
        program.text(target),
        directory,
        program.text(path));
  }

  /** mknodat(2): a character device. */
  public void makeCharacterDevice(Operand directory, String path, int mode, int major, int minor) {
    mknod(directory, path, S_IFCHR | mode, device(major, minor));
  }

  /** mknodat(2): a block device. */
  public void makeBlockDevice(Operand directory, String path, int mode, int major, int minor) {
    mknod(directory, path, S_IFBLK | mode, device(major, minor));
  }

  /**
   * mknodat(2): anything else.
   *
   * @param mode permissions and kind, {@code S_IF…}
   */
  public void mknod(Operand directory, String path, long mode, long device) {
    program.act(
        "make node " + path,
        Nr.MKNODAT,
        directory,
        program.text(path),
        Operand.of(mode),
        Operand.of(device));
  }

  /** fchmodat(2). The umask does not matter. */
  public void chmod(Operand directory, String path, int mode) {
    program.act(
        "change the mode of " + path, Nr.FCHMODAT, directory, program.text(path), Operand.of(mode));
  }

  /** fchownat(2); does not follow a symbolic link. */
  public void chown(Operand directory, String path, int uid, int gid) {
    program.act(
        "change the owner of " + path,
        Nr.FCHOWNAT,
        directory,
        program.text(path),
        Operand.of(uid),
        Operand.of(gid),
        Operand.of(0x100)); // AT_SYMLINK_NOFOLLOW
  }

  /** fchown(2) of what is open. */
  public void own(Operand descriptor, int uid, int gid) {
    program.act(
        "change the owner of a descriptor",
        Nr.FCHOWNAT,
        descriptor,
        program.text(""),
        Operand.of(uid),
        Operand.of(gid),
        Operand.of(0x1000)); // AT_EMPTY_PATH
  }

  /** Opens {@code path}, writes {@code content} with one write(2), closes: for kernel files. */
  public void write(String path, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    program.begin();
    String name = "write " + path;
    Operand file =
        program.add(
            name,
            Nr.OPENAT,
            Operand.AT_FDCWD,
            program.text(path),
            Operand.of(O_WRONLY | O_CLOEXEC),
            Operand.of(0));
    program.add(name, Nr.WRITE, file, program.bytes(bytes), Operand.of(bytes.length));
    program.add(name, Nr.CLOSE, file);
  }

  /** As mknod(2) encodes it: 12 bits of major, 20 bits of minor. */
  private static long device(int major, int minor) {
    return (minor & 0xffL) | (major & 0xfffL) << 8 | (minor & ~0xffL) << 12;
  }
}
