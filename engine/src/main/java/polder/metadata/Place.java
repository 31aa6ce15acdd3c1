package polder.metadata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One zone as it is served: its door, its connections, and how much it may ask. */
final class Place {
  /** How many connections it may have; others wait in the kernel, which has room for as many. */
  static final int MOST = 4;

  private static final System.Logger LOG = System.getLogger("polder.metadata");
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  private final Loop loop;
  private final Metadata metadata;
  private final Allowance allowance = new Allowance(System.nanoTime());
  private final Set<Link> links = new LinkedHashSet<>();
  private @Nullable SelectionKey door;
  private boolean resting;
  private boolean ended;

  Place(Loop loop, Metadata metadata) {
    this.loop = loop;
    this.metadata = metadata;
  }

  Metadata metadata() {
    return metadata;
  }

  Allowance allowance() {
    return allowance;
  }

  void open(ServerSocketChannel channel) {
    try {
      if (ended || loop.isClosed()) {
        channel.close();
        return;
      }
      channel.configureBlocking(false);
      Runnable accept = () -> accept(channel);
      door = channel.register(loop.selector(), SelectionKey.OP_ACCEPT, accept);
    } catch (IOException e) {
      throw new UncheckedIOException("a zone cannot be served", e);
    }
  }

  private void accept(ServerSocketChannel channel) {
    Duration wait = allowance.take(Allowance.LINE, System.nanoTime());
    try {
      SocketChannel came = channel.accept();
      if (came != null) {
        add(came, false);
      }
    } catch (IOException e) { // there are no descriptors left
      LOG.log(System.Logger.Level.WARNING, "a zone cannot ask: " + e.getMessage());
      wait = BETWEEN_TRIES;
    }
    if (!wait.isZero()) {
      resting = true;
      loop.after(
          wait,
          () -> {
            resting = false;
            look();
          });
    }
    look();
  }

  void add(SocketChannel channel, boolean serial) {
    try {
      if (ended || loop.isClosed()) {
        channel.close();
        return;
      }
      channel.configureBlocking(false);
      links.add(new Link(loop, this, channel, serial));
    } catch (IOException e) {
      throw new UncheckedIOException("a zone cannot be served", e);
    }
  }

  void gone(Link link) {
    links.remove(link);
    look();
  }

  /** Whether it may connect now. */
  private void look() {
    if (door != null && door.isValid()) {
      door.interestOps(links.size() < MOST && !resting ? SelectionKey.OP_ACCEPT : 0);
    }
  }

  void end() {
    ended = true;
    if (door != null) {
      close(door);
    }
    List.copyOf(links).forEach(Link::end);
  }

  /** Closes what is registered with that key. */
  static void close(SelectionKey key) {
    key.cancel();
    try {
      key.channel().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // closing a socket does not fail
    }
  }
}
