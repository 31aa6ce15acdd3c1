package polder.metadata;

import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Serves all zones of a host. */
public final class MetadataServer implements AutoCloseable {
  private final Loop loop = new Loop();

  /**
   * Serves the zone that connects at {@code door}.
   *
   * @param door bound; it is the service's from now on
   */
  public Service serve(ServerSocketChannel door, Metadata metadata) {
    Place place = new Place(loop, metadata);
    loop.hand(() -> place.open(door));
    return () -> loop.hand(place::end);
  }

  /**
   * Serves the guest at the other end of {@code line}, which is a serial port: it never ends, what
   * comes may be damaged, and one client follows another without a word.
   *
   * @param line connected; it is the service's from now on
   */
  public Service serve(SocketChannel line, Metadata metadata) {
    Place place = new Place(loop, metadata);
    loop.hand(() -> place.add(line, true));
    return () -> loop.hand(place::end);
  }

  /** Serves nobody any more: all sockets are closed when this returns. */
  @Override
  public void close() {
    loop.close();
  }
}
