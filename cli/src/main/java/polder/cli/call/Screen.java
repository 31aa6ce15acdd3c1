package polder.cli.call;

/** The caller's terminal while its keys go elsewhere: raw(3) mode until closed. */
public interface Screen extends AutoCloseable {
  /** Takes hold of a terminal. */
  @FunctionalInterface
  interface Opener {
    /** Takes hold of the caller's terminal and puts it into raw mode. */
    Screen open();
  }

  /**
   * Height and width in characters.
   *
   * @param rows 0 if unknown
   * @param columns 0 if unknown
   */
  record Size(int rows, int columns) {}

  /** The window's size now. */
  Size size();

  /** Calls {@code listener} after each change of the window's size, until closed. */
  void onResize(Runnable listener);

  /** Gives the terminal back as it was. */
  @Override
  void close();
}
