package polder.linux;

/**
 * One instruction of classic BPF: {@code struct sock_filter} (linux/filter.h).
 *
 * @param code what it does
 * @param jumpTrue how many instructions are skipped if the test holds, 0 to 255
 * @param jumpFalse how many are skipped if not, 0 to 255
 * @param k its operand
 */
record BpfInstruction(int code, int jumpTrue, int jumpFalse, int k) {
  static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  static final int LOAD_HALF = 0x28; // BPF_LD | BPF_H | BPF_ABS
  static final int LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS
  static final int LOAD_HEADER_LENGTH = 0xb1; // BPF_LDX | BPF_B | BPF_MSH: IPv4's, from its byte
  static final int LOAD_HALF_AFTER_HEADER = 0x48; // BPF_LD | BPF_H | BPF_IND
  static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
  static final int JUMP = 0x05; // BPF_JMP | BPF_JA
  static final int JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
  static final int JUMP_GREATER = 0x25; // BPF_JMP | BPF_JGT | BPF_K
  static final int JUMP_GREATER_OR_EQUAL = 0x35; // BPF_JMP | BPF_JGE | BPF_K
  static final int JUMP_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
  static final int RETURN = 0x06; // BPF_RET | BPF_K

  /** The furthest that a conditional jump reaches. */
  static final int MAX_SKIP = 255;

  BpfInstruction {
    if (jumpTrue < 0 || jumpTrue > MAX_SKIP || jumpFalse < 0 || jumpFalse > MAX_SKIP) {
      throw new IllegalArgumentException("BPF jumps reach 0 to 255 instructions");
    }
  }
}
