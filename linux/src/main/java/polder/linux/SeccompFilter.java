package polder.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A compiled seccomp profile: a program of classic BPF over {@code struct seccomp_data}
 * (linux/seccomp.h), ready for seccomp(2) with SECCOMP_SET_MODE_FILTER.
 *
 * <p>Loading it is a step of a process that is about to run the confined program, never of the JVM.
 */
public final class SeccompFilter {
  /** AUDIT_ARCH_X86_64, linux/audit.h. */
  public static final int X86_64 = 0xc000003e;

  /** AUDIT_ARCH_I386. */
  public static final int I386 = 0x40000003;

  /** BPF_MAXINSNS, linux/bpf_common.h. */
  static final int MAX_LENGTH = 4096;

  private static final int INSTRUCTION_BYTES = 8; // sizeof (struct sock_filter)

  private final List<BpfInstruction> program;

  SeccompFilter(List<BpfInstruction> program) {
    if (program.size() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the seccomp profile needs %d instructions, the kernel takes %d"
              .formatted(program.size(), MAX_LENGTH));
    }
    this.program = List.copyOf(program);
  }

  /**
   * Compiles a profile.
   *
   * @throws IllegalArgumentException if it is too long for the kernel
   */
  public static SeccompFilter of(SeccompProfile profile) {
    return new SeccompFilter(SeccompCompiler.compile(profile));
  }

  /** How many instructions it has: the {@code len} of {@code struct sock_fprog}. */
  public int length() {
    return program.size();
  }

  /** The array of {@code struct sock_filter} in this machine's byte order, 8 bytes each. */
  public byte[] bytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(program.size() * INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
    for (BpfInstruction each : program) {
      bytes
          .putShort((short) each.code())
          .put((byte) each.jumpTrue())
          .put((byte) each.jumpFalse())
          .putInt(each.k());
    }
    return bytes.array();
  }

  /**
   * What the kernel would do with a call, found by running the program as the kernel does.
   *
   * @param number the call's number
   * @param architecture {@link #X86_64} or another AUDIT_ARCH
   * @param arguments up to six
   */
  public SeccompAction decide(int number, int architecture, long... arguments) {
    int accumulator = 0;
    int at = 0;
    while (true) {
      BpfInstruction now = program.get(at);
      at++;
      switch (now.code()) {
        case BpfInstruction.LOAD -> accumulator = word(now.k(), number, architecture, arguments);
        case BpfInstruction.AND -> accumulator &= now.k();
        case BpfInstruction.JUMP -> at += now.k();
        case BpfInstruction.JUMP_EQUAL -> at += skip(now, accumulator == now.k());
        case BpfInstruction.JUMP_GREATER ->
            at += skip(now, Integer.compareUnsigned(accumulator, now.k()) > 0);
        case BpfInstruction.JUMP_GREATER_OR_EQUAL ->
            at += skip(now, Integer.compareUnsigned(accumulator, now.k()) >= 0);
        case BpfInstruction.RETURN -> {
          return new SeccompAction(now.k());
        }
        default -> throw new IllegalStateException("no such instruction: " + now);
      }
    }
  }

  private static int skip(BpfInstruction jump, boolean holds) {
    return holds ? jump.jumpTrue() : jump.jumpFalse();
  }

  /** A word of struct seccomp_data: nr, arch, instruction_pointer, args[6]. */
  private static int word(int offset, int number, int architecture, long[] arguments) {
    if (offset == SeccompCompiler.NUMBER) {
      return number;
    }
    if (offset == SeccompCompiler.ARCHITECTURE) {
      return architecture;
    }
    int index = (offset - SeccompCompiler.ARGUMENTS) / Long.BYTES;
    long argument = index < arguments.length ? arguments[index] : 0;
    boolean upper = offset % Long.BYTES != 0;
    return (int) (upper ? argument >>> Integer.SIZE : argument);
  }
}
