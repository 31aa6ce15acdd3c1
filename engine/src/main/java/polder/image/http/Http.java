package polder.image.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks servers, and keeps connections for the next question. Any thread may use it. */
public final class Http implements AutoCloseable {
  private static final long KEPT = TimeUnit.SECONDS.toNanos(15);
  private static final int KEPT_AT_MOST = 16;

  private final Network network;
  private final Function<Origin, Tls> trust;
  private final Pace pace;
  private final ReentrantLock connectionsLock = new ReentrantLock();
  private final Deque<HttpConnection> idle = new ArrayDeque<>(); // under the lock, latest first
  private final Set<HttpConnection> busy = new HashSet<>(); // under the lock
  private volatile boolean closed; // written under the lock

  /** With what names mean, whom to trust for which server, and how long a server may take. */
  public Http(Network network, Function<Origin, Tls> trust, Pace pace) {
    this.network = network;
    this.trust = trust;
    this.pace = pace;
  }

  /**
   * Asks a server that is not nearer than {@code nearest}.
   *
   * @throws ForbiddenAddressException if it is; nothing was connected to
   * @throws GivenUpException if this was closed
   * @throws IOException if it cannot be reached, is too slow or does not speak HTTP
   */
  public HttpAnswer ask(HttpRequest request, Nearness nearest) throws IOException {
    try {
      return over(request, nearest);
    } catch (IOException e) {
      throw closed ? new GivenUpException(e) : e;
    }
  }

  /** Over a connection that is there, or a new one. */
  private HttpAnswer over(HttpRequest request, Nearness nearest) throws IOException {
    while (true) {
      HttpConnection kept = take(request.url().origin(), nearest);
      if (kept == null) {
        return ask(connect(request.url().origin(), nearest), request);
      }
      try {
        return ask(kept, request);
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        if (kept.heard() || !request.isSafe()) {
          throw e;
        }
        // the server had closed it: the next one, or a new one in the end
      }
    }
  }

  private HttpAnswer ask(HttpConnection connection, HttpRequest request) throws IOException {
    try {
      return connection.ask(request);
    } catch (IOException | RuntimeException e) {
      drop(connection);
      throw e;
    }
  }

  private @Nullable HttpConnection take(Origin origin, Nearness nearest) {
    connectionsLock.lock();
    try {
      long now = System.nanoTime();
      for (HttpConnection connection : List.copyOf(idle)) {
        if (now - connection.idleSince() > KEPT) {
          idle.remove(connection);
          connection.close();
        } else if (connection.origin().equals(origin)
            && network.nearness(connection.address()).compareTo(nearest) >= 0) {
          idle.remove(connection);
          busy.add(connection);
          return connection;
        }
      }
      return null;
    } finally {
      connectionsLock.unlock();
    }
  }

  private HttpConnection connect(Origin origin, Nearness nearest) throws IOException {
    IOException why = null;
    for (InetAddress address : allowed(origin, nearest)) {
      try {
        return connect(origin, address);
      } catch (ConnectException | SocketTimeoutException e) {
        if (why != null) {
          e.addSuppressed(why);
        }
        why = e;
      }
    }
    throw why == null ? new UnknownHostException("it has no address") : why;
  }

  private List<InetAddress> allowed(Origin origin, Nearness nearest) throws IOException {
    List<InetAddress> found;
    try {
      found = network.lookUp(origin.host());
    } catch (UnknownHostException e) {
      UnknownHostException clearer =
          new UnknownHostException("there is no host '" + origin.host() + "'");
      clearer.initCause(e);
      throw clearer;
    }
    List<InetAddress> allowed =
        found.stream()
            .filter(address -> network.nearness(address) != Nearness.NEVER)
            .filter(address -> network.nearness(address).compareTo(nearest) >= 0)
            .toList();
    if (allowed.isEmpty() && !found.isEmpty()) {
      throw new ForbiddenAddressException(origin.host(), found.get(0), nearest);
    }
    return allowed;
  }

  private HttpConnection connect(Origin origin, InetAddress address) throws IOException {
    PacedSocket plain = new PacedSocket(pace);
    try {
      plain.setTcpNoDelay(true);
      network.connect(plain, new InetSocketAddress(address, origin.port()), pace.connect());
      Socket socket = origin.secure() ? trust.apply(origin).over(plain, origin.host()) : plain;
      HttpConnection connection = new HttpConnection(origin, plain, socket, this::release);
      begin(connection);
      return connection;
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  private void begin(HttpConnection connection) throws IOException {
    connectionsLock.lock();
    try {
      if (closed) {
        throw new IOException("closed"); // told as given up
      }
      busy.add(connection);
    } finally {
      connectionsLock.unlock();
    }
  }

  private void release(HttpConnection connection, boolean reusable) {
    connectionsLock.lock();
    try {
      busy.remove(connection);
      if (reusable && !closed && idle.size() < KEPT_AT_MOST) {
        idle.addFirst(connection);
        return;
      }
    } finally {
      connectionsLock.unlock();
    }
    connection.close();
  }

  private void drop(HttpConnection connection) {
    release(connection, false);
  }

  /** Ends every connection, those in use too: who reads from one gets an exception. */
  @Override
  public void close() {
    connectionsLock.lock();
    try {
      closed = true;
      idle.forEach(HttpConnection::close);
      idle.clear();
      busy.forEach(HttpConnection::close);
    } finally {
      connectionsLock.unlock();
    }
  }
}
