package polder.model;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * The streams of a process in a zone, while somebody holds them.
 *
 * <p>Read {@link #stdout} and {@link #stderr} at once, on two threads, or the process may block on
 * a full pipe. Closing the session lets go of the streams; a process that {@link Zones#exec}
 * started then gets SIGHUP, a zone's own process goes on.
 */
public interface Session extends AutoCloseable {
  /** Where its input is written; closing it is the end of its input. */
  OutputStream stdin();

  /** What it writes, until its end. */
  InputStream stdout();

  /** What it writes as errors, until its end; at its end from the beginning for a terminal. */
  InputStream stderr();

  /** Tells its terminal the window's size; does nothing without a terminal. */
  void resize(int rows, int columns);

  /** Sends it a signal, such as "TERM" or "15". */
  void signal(String signal);

  /** Waits for its end. For an attached zone: the end of the zone's main process. */
  ExitStatus await();

  @Override
  void close();
}
