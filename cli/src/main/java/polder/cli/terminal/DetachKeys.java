package polder.cli.terminal;

/**
 * Watches keys on their way to a zone for those that mean us: Ctrl-] (SmartOS, telnet) or Ctrl-P
 * Ctrl-Q (Docker). They are not passed on; a Ctrl-P that nothing follows is, with the next key.
 */
public final class DetachKeys {
  private static final byte CTRL_P = 0x10;
  private static final byte CTRL_Q = 0x11;
  private static final byte CTRL_BRACKET = 0x1d;

  private boolean held;
  private boolean detached;

  /**
   * Looks at the keys that were just typed.
   *
   * @param keys what was typed
   * @param length how many of them
   * @param out gets what is to be passed on; one longer than {@code keys} at least
   * @return how many of {@code out} count
   */
  public int filter(byte[] keys, int length, byte[] out) {
    int count = 0;
    for (int i = 0; i < length && !detached; i++) {
      byte key = keys[i];
      if (key == CTRL_BRACKET || (held && key == CTRL_Q)) {
        detached = true;
        held = false;
      } else {
        if (held) {
          out[count++] = CTRL_P;
        }
        held = key == CTRL_P;
        if (!held) {
          out[count++] = key;
        }
      }
    }
    return count;
  }

  /** Whether the caller wants to go; nothing is passed on any more. */
  public boolean detached() {
    return detached;
  }
}
