package polder.api.server;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import polder.model.Host;

/**
 * The REST door: serves a host on a Unix socket.
 *
 * <pre>{@code
 * try (ApiServer door = ApiServer.open(host, Path.of("/run/polder/api.sock"))) {
 *   …
 * }
 * }</pre>
 *
 * <p>Who may open the socket may do everything: its permissions are the authorization.
 */
public final class ApiServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.api");
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final long PATIENCE = 2_500; // of the 5 s that the daemon's end may take

  private final Streams streams = new Streams();
  private final Workers workers = new Workers();
  private final SocketFile socket;
  private final JettyServer jetty;

  private ApiServer(Host host, Path path, Duration idle) {
    Routes routes = routes(host, streams, workers);
    socket = SocketFile.reserve(path);
    jetty = JettyServer.start(socket.hidden(), routes::serve, workers, idle);
    try {
      socket.show();
    } catch (RuntimeException e) {
      jetty.stop();
      socket.remove();
      throw e;
    }
    LOG.log(Level.INFO, "listening on {0}", path);
  }

  /**
   * Serves {@code host} on the socket at {@code path}; the host stays the caller's to close.
   *
   * @throws polder.model.PolderException EXISTS if somebody answers there already; DENIED or HOST
   *     if the socket cannot be made
   */
  public static ApiServer open(Host host, Path path) {
    return open(host, path, IDLE);
  }

  /** Waits {@code idle} for a client that has begun to ask and says no more. */
  static ApiServer open(Host host, Path path, Duration idle) {
    return new ApiServer(host, path, idle);
  }

  /**
   * Closes a directory that is Polder's own, such as {@code /run/polder}, to everybody but root and
   * the group {@code polder}: 0750, or 0700 where the host has no such group.
   */
  public static void own(Path directory) {
    SocketFile.own(directory);
  }

  /** The description of all that can be asked (OpenAPI 3.1), as JSON. */
  public static Map<String, Object> description() {
    try (Workers workers = new Workers()) {
      return OpenApi.describe(
          routes(new polder.api.fake.FakeHost(), new Streams(), workers).list());
    }
  }

  /** How many streams are open: logs, events, consoles. */
  public int streams() {
    return streams.size();
  }

  private static Routes routes(Host host, Streams streams, Workers workers) {
    Failures failures = new Failures();
    Operations operations = new Operations(workers, failures);
    List<Route> routes = new ArrayList<>();
    routes.addAll(new HostRoutes(host, operations, streams, () -> OpenApi.describe(routes)).list());
    routes.addAll(new ZoneRoutes(host.zones(), operations, streams, workers).list());
    routes.addAll(new DeletedRoutes(host.deleted(), operations).list());
    routes.addAll(new GuestRoutes(host.guests()).list());
    routes.addAll(new ImageRoutes(host.images(), operations).list());
    routes.addAll(new SnapshotRoutes(host.snapshots(), operations).list());
    routes.addAll(new PoolRoutes(host.pools(), operations).list());
    routes.addAll(new TransferRoutes(host.transfers(), operations).list());
    routes.addAll(new VolumeRoutes(host.volumes(), operations).list());
    routes.addAll(new NetworkRoutes(host.networks(), operations).list());
    routes.addAll(new BalanceRoutes(host.balances(), operations).list());
    routes.addAll(new FirewallRoutes(host.firewall(), operations).list());
    return new Routes(routes, failures);
  }

  /** Takes no more requests, ends all streams orderly, and takes the socket away. */
  @Override
  public void close() {
    socket.remove();
    jetty.stopAccepting();
    streams.shutdown(PATIENCE);
    jetty.stop();
    workers.close();
  }
}
