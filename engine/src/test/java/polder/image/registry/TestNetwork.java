package polder.image.registry;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import polder.image.http.Nearness;
import polder.image.http.Network;
import polder.image.http.Pace;

/**
 * The loopback network as if it were the world: 127.0.0.1 and ::1 are this host, 127.0.1.x is a
 * private network, every other 127.x.y.z is outside. Names are given by the test; connections are
 * counted.
 */
final class TestNetwork implements Network {
  /** What waits a second for a server, and no longer. */
  static final Pace IMPATIENT = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(1));

  /** How long a server may take; a test of servers that stop says less. */
  Pace pace = new Pace(Duration.ofMinutes(1), Duration.ofMinutes(1));

  final Map<String, List<String>> names = new ConcurrentHashMap<>(); // an answer for each look-up
  final List<String> connected = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> lookedUp = new ConcurrentHashMap<>();

  @Override
  public List<InetAddress> lookUp(String host) throws IOException {
    List<String> answers = names.get(host);
    if (answers == null) {
      if (!Nearness.isLiteral(host)) {
        throw new UnknownHostException(host);
      }
      return List.of(InetAddress.ofLiteral(host.equals("localhost") ? "127.0.0.1" : host));
    }
    int which = lookedUp.merge(host, 1, Integer::sum) - 1;
    return List.of(InetAddress.ofLiteral(answers.get(Math.min(which, answers.size() - 1))));
  }

  @Override
  public Nearness nearness(InetAddress address) {
    String text = address.getHostAddress();
    Nearness real = Nearness.of(address);
    if (real != Nearness.HERE || address instanceof Inet6Address || text.equals("127.0.0.1")) {
      return real;
    }
    return text.startsWith("127.0.1.") ? Nearness.INSIDE : Nearness.OUTSIDE;
  }

  @Override
  public void connect(Socket socket, InetSocketAddress address, Duration limit) throws IOException {
    connected.add(address.getAddress().getHostAddress());
    if (!address.getAddress().isLoopbackAddress()) {
      throw new java.net.ConnectException("a test connects to nothing real");
    }
    socket.connect(address, Math.toIntExact(limit.toMillis()));
  }

  /** A door to registries behind this network. */
  Registries registries(String settings, Optional<Credential> who) {
    Settings known = Settings.of(polder.model.Json.object(settings), "registries.json");
    return new Registries(
        this,
        () -> known,
        registry -> who,
        pace,
        new Retry(3, Duration.ofMillis(5), Duration.ofMillis(20)));
  }
}
