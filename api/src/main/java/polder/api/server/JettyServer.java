package polder.api.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** Jetty, set up for one Unix socket. */
final class JettyServer {
  /** Enough for every stream and, beside them, for whoever only asks something. */
  private static final int MOST_THREADS = Streams.MOST + 200;

  private static final int LARGEST_HEAD = 64 << 10; // an image's configuration travels in the query

  private final Server server;
  private final UnixDomainServerConnector connector;

  private JettyServer(Server server, UnixDomainServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  static JettyServer start(
      Path socket, Consumer<Exchange> handler, Executor workers, Duration idle) {
    QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, 4, 2_000);
    threads.setMaxEvictCount(MOST_THREADS); // after a rush all of them go, not one each 2 s
    threads.setName("polder-api");
    threads.setDaemon(true);
    Server server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    http.setRequestHeaderSize(LARGEST_HEAD);
    UnixDomainServerConnector connector =
        new UnixDomainServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setUnixDomainPath(socket);
    connector.setIdleTimeout(idle.toMillis());
    connector.setAcceptQueueSize(1024);
    server.addConnector(connector);
    server.setHandler(new Door(handler, workers, idle));
    server.setErrorHandler(new JettyErrors());
    server.setStopTimeout(0);
    try {
      server.start();
    } catch (Exception e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot listen on '%s': %s".formatted(socket, e.getMessage()), e);
    }
    return new JettyServer(server, connector);
  }

  void stopAccepting() {
    connector.setAccepting(false);
  }

  void stop() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new PolderException(ErrorKind.HOST, "cannot stop the REST door: " + e.getMessage(), e);
    }
  }

  /** Jetty's one handler: each request on a thread of its own, to the end. */
  private static final class Door extends Handler.Abstract {
    private final Consumer<Exchange> handler;
    private final Executor workers;
    private final Duration idle;

    Door(Consumer<Exchange> handler, Executor workers, Duration idle) {
      this.idle = idle;
      this.handler = handler;
      this.workers = workers;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      JettyExchange exchange = new JettyExchange(request, response, callback, workers, idle);
      request.addIdleTimeoutListener(timeout -> exchange.idle()); // slow work is not a fault
      handler.accept(exchange);
      exchange.finish();
      return true;
    }
  }
}
