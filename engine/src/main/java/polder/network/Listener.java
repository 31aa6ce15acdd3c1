package polder.network;

import polder.linux.Epoll;
import polder.linux.Fd;

/** A socket that a loop hears of, until it is ended; on the loop's thread. */
public abstract class Listener implements Loop.Handler {
  /** The loop. */
  protected final Loop loop;

  private final Fd fd;
  private final Runnable closing;
  private final long token;
  private boolean ended;

  /**
   * Begins.
   *
   * @param fd the socket's
   * @param closing how it is closed
   */
  protected Listener(Loop loop, Fd fd, Runnable closing) {
    this.loop = loop;
    this.fd = fd;
    this.closing = closing;
    this.token = loop.watch(fd, Epoll.READABLE, this);
  }

  /** Whether it was ended. */
  protected final boolean ended() {
    return ended;
  }

  /** Hears nothing, or hears again. */
  protected final void listen(boolean listens) {
    if (!ended) {
      loop.change(fd, listens ? Epoll.READABLE : 0, token);
    }
  }

  @Override
  public void end() {
    if (!ended) {
      ended = true;
      loop.forget(fd, token);
      closing.run();
    }
  }
}
