package polder.cli.zone;

import polder.cli.call.Caller;
import polder.cli.call.Failure;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** The exit codes of what runs another program, as Docker's users and scripts know them. */
final class ProgramFailure {
  /** Polder failed, or was called wrongly. */
  static final int OURS = 125;

  /** The program is there and cannot be executed. */
  static final int NOT_EXECUTABLE = 126;

  /** The program is not there. */
  static final int NOT_FOUND = 127;

  private ProgramFailure() {}

  /** Tells why the program did not run, and answers the exit code. */
  static int of(Caller caller, PolderException failure, boolean ours) {
    Failure.tell(caller, failure);
    if (ours) {
      return OURS;
    }
    if (failure.kind() == ErrorKind.NOT_FOUND) {
      return NOT_FOUND;
    }
    return failure.kind() == ErrorKind.DENIED ? NOT_EXECUTABLE : OURS;
  }
}
