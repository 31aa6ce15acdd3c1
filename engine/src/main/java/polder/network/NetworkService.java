package polder.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import polder.linux.SyscallException;
import polder.model.IpAddress;
import polder.model.PolderException;

/**
 * Where something is served on networks, by one thread that there is from the first of them on. For
 * many threads at once.
 *
 * @param <W> what the thread works with
 */
public final class NetworkService<W extends NetworkService.Worker> implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.network");

  private final ReentrantLock serving = new ReentrantLock();
  private final String lacking;
  private final Supplier<W> workers;
  private final Map<String, Served> served = new HashMap<>();
  private final Map<String, String> problems = new TreeMap<>();
  private @Nullable W worker;
  private boolean closed;

  /** What a service's thread works with. */
  public interface Worker {
    /** The thread. */
    Loop loop();

    /** Called on the thread when it is to end, and no network is served any more. */
    default void ending() {}
  }

  /** How sockets are opened on a network. */
  public interface Opening<W> {
    /**
     * Opens them.
     *
     * @return what hears them, made on the thread
     * @throws PolderException if it cannot be done; then nothing is open
     */
    List<Loop.Handler> open(W worker);
  }

  private record Served(List<IpAddress> addresses, long identity, List<Loop.Handler> sockets) {}

  /**
   * One that serves nothing yet.
   *
   * @param lacking what is so where it cannot be served, such as "nobody answers for names"
   * @param workers makes the one that works
   */
  public NetworkService(String lacking, Supplier<W> workers) {
    this.lacking = lacking;
    this.workers = workers;
  }

  /** Serves on a network from now on, at {@code addresses}; not if there are none. */
  public void serve(
      String network, List<IpAddress> addresses, NetworkWatch.Place place, Opening<W> opening) {
    serving.lock();
    try {
      Served there = served.get(network);
      if (closed
          || (there != null
              && there.addresses().equals(addresses)
              && there.identity() == place.identity())) {
        return;
      }
      leaveServed(network);
      if (!addresses.isEmpty()) {
        List<Loop.Handler> sockets = opening.open(worker());
        served.put(network, new Served(addresses, place.identity(), sockets));
      }
      problems.remove(network);
    } catch (SyscallException | PolderException e) {
      fail(network, String.valueOf(e.getMessage()));
    } finally {
      serving.unlock();
    }
  }

  private W worker() {
    W there = worker;
    if (there == null) {
      there = workers.get();
      worker = there;
    }
    return there;
  }

  /** It cannot be served on a network. Its zones are not kept from anything else. */
  public void fail(String network, String why) {
    serving.lock();
    try {
      if (!why.equals(problems.put(network, why))) {
        LOG.log(
            System.Logger.Level.WARNING, "%s on network %s: %s".formatted(lacking, network, why));
      }
    } finally {
      serving.unlock();
    }
  }

  /** Serves on a network no more. */
  public void leave(String network) {
    serving.lock();
    try {
      problems.remove(network);
      leaveServed(network);
    } finally {
      serving.unlock();
    }
  }

  private void leaveServed(String network) {
    Served there = served.remove(network);
    W all = worker;
    if (there != null && all != null) {
      all.loop().hand(() -> there.sockets().forEach(Loop.Handler::end));
    }
  }

  /** Why a network that is there is not served on, by its name. */
  public Map<String, String> problems() {
    serving.lock();
    try {
      return Map.copyOf(problems);
    } finally {
      serving.unlock();
    }
  }

  @Override
  public void close() {
    serving.lock();
    try {
      List.copyOf(served.keySet()).forEach(this::leaveServed);
      closed = true;
      W all = worker;
      if (all != null) {
        all.loop().hand(all::ending);
        all.loop().close();
        worker = null;
      }
    } finally {
      serving.unlock();
    }
  }
}
