package polder.linux;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One system call of a program.
 *
 * @param name what it does, for people: "mount proc on /proc"
 * @param number which call
 * @param arguments up to six
 * @param flags as at the head of {@code launcher-x86_64.s}, without the ones for loading
 * @param tolerated errnos 1 to 31 as bits; bit 0 for all
 */
record Step(String name, int number, List<Operand> arguments, int flags, int tolerated) {
  static final int ANNOUNCE = 0x40;
  static final int REPORT = 0x80;
  static final int ZERO_FAILS = 0x100;
  static final int PARENT_EXITS = 0x200;
  static final int PARENT_IS_INIT = 0x400;
  static final int SKIP_SHIFT = 11;
  static final int MOST_SKIPPED = 31;
  static final int ALL_ERRNOS = 1;

  Step {
    arguments = List.copyOf(arguments);
    if (arguments.size() > 6) {
      throw new IllegalArgumentException(name + ": a system call has six arguments at most");
    }
  }

  Step with(int moreFlags) {
    return new Step(name, number, arguments, flags | moreFlags, tolerated);
  }

  Step tolerating(int errnos, int skipped) {
    return new Step(name, number, arguments, flags | skipped << SKIP_SHIFT, tolerated | errnos);
  }

  boolean is(int flag) {
    return (flags & flag) != 0;
  }

  boolean isExec() {
    return number == Nr.EXECVE || number == Nr.EXECVEAT;
  }

  /** Appends it as the launcher reads it; {@code steps} is the address of the program's first. */
  void write(ByteBuffer out, long steps) {
    int load = 0;
    long[] values = new long[6];
    for (int i = 0; i < arguments.size(); i++) {
      switch (arguments.get(i)) {
        case Operand.Constant(long value) -> values[i] = value;
        case Operand.Result(int step) -> {
          load |= 1 << i;
          values[i] = steps + (long) step * JobMemory.STEP_SIZE + JobMemory.RESULT_OFFSET;
        }
      }
    }
    out.putShort((short) number).putShort((short) (flags | load)).putInt(tolerated);
    for (long value : values) {
      out.putLong(value);
    }
    out.putLong(0);
  }
}
