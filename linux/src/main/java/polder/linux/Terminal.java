package polder.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** A terminal that a descriptor is open on: ioctl_tty(2), termios(3). */
public final class Terminal {
  /** sizeof (struct termios) as the kernel has it; the C library's is longer. */
  static final int TERMIOS_SIZE = 36;

  static final int INPUT_FLAGS = 0; // offsets in struct termios, asm-generic/termbits.h
  static final int OUTPUT_FLAGS = 4;
  static final int CONTROL_FLAGS = 8;
  static final int LOCAL_FLAGS = 12;
  static final int CHARACTERS = 17;

  private static final long TCGETS = 0x5401; // asm-generic/ioctls.h
  private static final long TCSETSW = 0x5403;
  private static final long TIOCGWINSZ = 0x5413;
  private static final long TIOCSWINSZ = 0x5414;

  /** IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON, asm-generic/termbits.h. */
  private static final int COOKED_INPUT = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;

  private static final int OPOST = 0x1;
  private static final int CSIZE_PARENB = 0x30 | 0x100;
  private static final int CS8 = 0x30;

  /** ISIG ICANON ECHO ECHONL IEXTEN. */
  private static final int COOKED_LOCAL = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000;

  private static final int VTIME = 5;
  private static final int VMIN = 6;

  private final int descriptor;

  private Terminal(int descriptor) {
    this.descriptor = descriptor;
  }

  /** The terminal of standard input (0), output (1) or error (2); empty if that is none. */
  public static Optional<Terminal> standard(int descriptor) {
    Terminal terminal = new Terminal(descriptor);
    return terminal.isTerminal() ? Optional.of(terminal) : Optional.empty();
  }

  /** The terminal that {@code fd} is open on; empty if it is none. {@code fd} must stay open. */
  public static Optional<Terminal> of(Fd fd) {
    return standard(fd.number());
  }

  private boolean isTerminal() {
    try (Arena arena = Arena.ofConfined()) {
      return ioctl(TCGETS, arena.allocate(TERMIOS_SIZE, Integer.BYTES)) == 0;
    }
  }

  /** Its window. */
  public WindowSize size() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(WindowSize.SIZE, Short.BYTES);
      Kernel.check(ioctl(TIOCGWINSZ, size), () -> "ask for the size of terminal " + descriptor);
      return new WindowSize(
          Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, 0)),
          Short.toUnsignedInt(size.get(ValueLayout.JAVA_SHORT, 2)));
    }
  }

  /** Says how large its window is; its foreground processes get SIGWINCH if that is new. */
  public void resize(WindowSize size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(WindowSize.SIZE, Short.BYTES);
      memory.set(ValueLayout.JAVA_SHORT, 0, (short) size.rows());
      memory.set(ValueLayout.JAVA_SHORT, 2, (short) size.columns());
      Kernel.check(ioctl(TIOCSWINSZ, memory), () -> "resize terminal " + descriptor);
    }
  }

  /**
   * Makes it raw, as cfmakeraw(3) does: each key as it is typed, nothing echoed, no signals, all
   * eight bits untouched.
   *
   * @return what puts it back as it was when closed
   */
  public Mode makeRaw() {
    byte[] before = mode();
    byte[] raw = before.clone();
    MemorySegment flags = MemorySegment.ofArray(raw);
    change(flags, INPUT_FLAGS, COOKED_INPUT, 0);
    change(flags, OUTPUT_FLAGS, OPOST, 0);
    change(flags, CONTROL_FLAGS, CSIZE_PARENB, CS8);
    change(flags, LOCAL_FLAGS, COOKED_LOCAL, 0);
    raw[CHARACTERS + VMIN] = 1;
    raw[CHARACTERS + VTIME] = 0;
    setMode(raw);
    return new Mode(before);
  }

  private static void change(MemorySegment flags, int offset, int clear, int set) {
    int before = flags.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    flags.set(ValueLayout.JAVA_INT_UNALIGNED, offset, (before & ~clear) | set);
  }

  /** The bytes of its struct termios. */
  byte[] mode() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mode = arena.allocate(TERMIOS_SIZE, Integer.BYTES);
      Kernel.check(ioctl(TCGETS, mode), () -> "ask for the mode of terminal " + descriptor);
      return mode.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private void setMode(byte[] mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, mode);
      Kernel.check(ioctl(TCSETSW, memory), () -> "set the mode of terminal " + descriptor);
    }
  }

  private long ioctl(long request, MemorySegment argument) {
    return Kernel.restart(Nr.IOCTL, descriptor, request, argument.address());
  }

  /** How a terminal was. */
  public final class Mode implements AutoCloseable {
    private final byte[] before;

    private Mode(byte[] before) {
      this.before = before;
    }

    /** Makes the terminal so again. */
    @Override
    public void close() {
      setMode(before);
    }
  }
}
