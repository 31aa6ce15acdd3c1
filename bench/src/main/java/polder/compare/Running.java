package polder.compare;

import java.net.InetSocketAddress;

/**
 * A place that was started, with a worker that listens.
 *
 * @param shell the worker
 * @param server where the worker's server is, once it was prepared
 * @param pid the first of its processes, as the host has them
 * @param stop ends all of it
 */
record Running(Shell shell, InetSocketAddress server, long pid, Runnable stop)
    implements AutoCloseable {
  @Override
  public void close() {
    stop.run();
  }
}
