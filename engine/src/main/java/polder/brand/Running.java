package polder.brand;

import java.util.Optional;
import polder.linux.Directory;
import polder.linux.Fd;
import polder.linux.Pidfd;
import polder.linux.ProcessIdentity;
import polder.linux.Signal;
import polder.model.ExecSpec;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneSpec;

/** A zone that runs. Closing it only lets go of it. */
public interface Running extends AutoCloseable {
  /** Its first process. */
  ProcessIdentity identity();

  /** Its first process: wait for its end, signal it, through this. */
  Pidfd pidfd();

  /**
   * Asks it to end, by {@code signal} or however its brand does that. It need not have heard of it
   * when this returns, and need not do it.
   */
  void askToEnd(Signal signal);

  /** The master of its first process's terminal, if it has one. It belongs to this. */
  Optional<Fd> terminal();

  /**
   * Starts one more process in it, confined as the first one is.
   *
   * @throws PolderException NOT_FOUND if there is no such program (exit code 127), DENIED if it
   *     cannot be executed (126), INVALID if the user is unknown, HOST otherwise
   */
  ZoneProcess exec(ExecSpec spec, ZoneSpec zone, ImageConfig config);

  /** The machine that it is; empty for what is none. */
  default Optional<Guest> guest() {
    return Optional.empty();
  }

  /** The root directory as the zone sees it, to be walked with {@code Walk.IN_ROOT} only. */
  Directory root();

  @Override
  void close();
}
