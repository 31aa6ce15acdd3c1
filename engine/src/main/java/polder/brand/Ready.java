package polder.brand;

import java.util.List;
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
   * Gives it the guest's ends of its network cards, in the order of its spec's nics: where a kernel
   * of its own has them, not the namespace. Before {@link #go}, once.
   *
   * @param cards stay the caller's; none for a zone whose cards are in its namespace
   */
  default void give(List<Fd> cards) {
    if (!cards.isEmpty()) {
      throw new IllegalStateException("the zone's cards are in its namespace");
    }
  }

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
