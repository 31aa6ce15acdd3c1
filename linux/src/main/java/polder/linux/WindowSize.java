package polder.linux;

/**
 * The size of a terminal's window, in characters: {@code struct winsize} (asm-generic/termios.h).
 *
 * @param rows 0 to 65535; 0 if nobody knows
 * @param columns 0 to 65535; 0 if nobody knows
 */
public record WindowSize(int rows, int columns) {
  static final int SIZE = 8; // sizeof (struct winsize)

  private static final int LARGEST = 0xffff;

  public WindowSize {
    if (rows < 0 || rows > LARGEST || columns < 0 || columns > LARGEST) {
      throw new IllegalArgumentException(
          "window of %d x %d: use 0 to 65535".formatted(rows, columns));
    }
  }
}
