package polder.image;

/** What an entry of an archive makes. */
public enum TarType {
  FILE('0'),
  HARD_LINK('1'),
  SYMLINK('2'),
  CHARACTER_DEVICE('3'),
  BLOCK_DEVICE('4'),
  DIRECTORY('5'),
  FIFO('6');

  private final char flag;

  TarType(char flag) {
    this.flag = flag;
  }

  /** The {@code typeflag} of POSIX. */
  char flag() {
    return flag;
  }
}
