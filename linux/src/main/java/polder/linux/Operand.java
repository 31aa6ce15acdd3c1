package polder.linux;

/** An argument of a step: known now, or the result of an earlier step. */
public sealed interface Operand {
  /** {@code AT_FDCWD}: paths are relative to the working directory. */
  Operand AT_FDCWD = of(-100); // linux/fcntl.h

  /** A value that is known now. */
  static Operand of(long value) {
    return new Constant(value);
  }

  /**
   * A value that is known now.
   *
   * @param value the number; for a descriptor, its number in the child
   */
  record Constant(long value) implements Operand {}

  /**
   * What an earlier step will have answered.
   *
   * @param step its place among the program's steps, from 0
   */
  record Result(int step) implements Operand {}
}
