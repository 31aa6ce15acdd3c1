package polder.linux;

/**
 * A test of one argument of a system call, as an unsigned number of 64 bits.
 *
 * <p>The kernel looks at 32 bits only where the argument is an {@code int}, and a program may put
 * anything above them. So a rule that <em>denies</em> must use {@link #low32}: with an exact test
 * the upper bits would be a way around it.
 *
 * @param index which argument, 0 to 5
 * @param test how they are compared
 * @param mask only these bits of the argument are looked at
 * @param value what they are compared with
 */
public record SeccompCondition(int index, Test test, long mask, long value) {
  /** How an argument is compared. */
  public enum Test {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL
  }

  public SeccompCondition {
    if (index < 0 || index > 5) {
      throw new IllegalArgumentException("seccomp argument %d: use 0 to 5".formatted(index));
    }
  }

  /** A test of all 64 bits. */
  public static SeccompCondition of(int index, Test test, long value) {
    return new SeccompCondition(index, test, -1, value);
  }

  /** That the bits in {@code mask} are those of {@code value}. */
  public static SeccompCondition masked(int index, long mask, long value) {
    return new SeccompCondition(index, Test.EQUAL, mask, value);
  }

  /** That the lower 32 bits are {@code value}, whatever is above them. */
  public static SeccompCondition low32(int index, int value) {
    return new SeccompCondition(index, Test.EQUAL, 0xffffffffL, Integer.toUnsignedLong(value));
  }

  /** Whether {@code argument} passes. */
  public boolean holds(long argument) {
    int order = Long.compareUnsigned(argument & mask, value);
    return switch (test) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
    };
  }
}
