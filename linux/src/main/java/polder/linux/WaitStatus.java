package polder.linux;

/** How a process ended. wait(2) */
public sealed interface WaitStatus {
  /**
   * It ended by itself.
   *
   * @param code 0 to 255
   */
  record Exited(int code) implements WaitStatus {}

  /**
   * A signal ended it.
   *
   * @param signal which
   * @param core whether it left a core dump
   */
  record Killed(Signal signal, boolean core) implements WaitStatus {}

  /** It has ended, but nobody who knows how can be asked: not our child, and an old kernel. */
  record Unknown() implements WaitStatus {}

  /**
   * One number for it, as shells have it: the exit code, 128 and the signal's number, or 255 if
   * unknown.
   */
  default int shellCode() {
    return switch (this) {
      case Exited(int code) -> code;
      case Killed(Signal signal, boolean _) -> 128 + signal.number();
      case Unknown() -> 255;
    };
  }

  /** From the status word of wait4(2). */
  static WaitStatus ofWord(int word) {
    int signal = word & 0x7f;
    return signal == 0
        ? new Exited(word >> 8 & 0xff)
        : new Killed(new Signal(signal), (word & 0x80) != 0);
  }
}
