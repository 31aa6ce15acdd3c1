package polder.brand;

import java.util.Optional;
import polder.linux.Fd;
import polder.linux.ProcessIdentity;
import polder.model.PolderException;

/**
 * A zone whose first process builds its root, and waits for go. Closed before that, or if we end,
 * it vanishes; after {@link #go} closing does nothing.
 */
public interface Ready extends AutoCloseable {
  /** The first process. */
  ProcessIdentity identity();

  /** Its network namespace, with the loopback alone; the caller's to close. */
  Fd network();

  /**
   * The master of the first process's terminal, if it has one. It belongs to this.
   *
   * @throws PolderException HOST with the step that failed; nothing is left then
   */
  Optional<Fd> terminal();

  /**
   * Executes the zone's program.
   *
   * @throws PolderException NOT_FOUND if there is no such program (exit code 127), DENIED if it
   *     cannot be executed (126), HOST with the step that failed otherwise; nothing is left then
   */
  Running go();

  @Override
  void close();
}
