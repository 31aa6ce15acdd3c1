package polder.cli.call;

import java.io.IOException;

/** One thing that can be typed after {@code polder}. */
public interface Command {
  /** How it is typed and what it means. */
  Usage usage();

  /**
   * Does it.
   *
   * @return the exit code: 0 done, 1 failed, or what a program in a zone ended with
   * @throws UsageException if the words do not fit together
   * @throws polder.model.PolderException if the host refuses or fails
   */
  int run(Caller caller, Arguments arguments) throws IOException;

  /**
   * The exit code where polder itself fails, usage included. Commands that end as another program
   * did have one that programs seldom use.
   */
  default int failureCode(boolean usage) {
    return usage ? Failure.USAGE : Failure.FAILED;
  }
}
