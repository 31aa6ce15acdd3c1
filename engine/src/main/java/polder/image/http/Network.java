package polder.image.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** Names and connections; the seam behind which tests put a network of their own. */
public interface Network {
  /** The real one. */
  Network HOST =
      new Network() {
        @Override
        public List<InetAddress> lookUp(String host) throws IOException {
          return List.of(InetAddress.getAllByName(host));
        }

        @Override
        public Nearness nearness(InetAddress address) {
          return Nearness.of(address);
        }

        @Override
        public void connect(Socket socket, InetSocketAddress address, Duration limit)
            throws IOException {
          socket.connect(address, Math.toIntExact(limit.toMillis()));
        }
      };

  /** The addresses of {@code host}, which may be one itself. */
  List<InetAddress> lookUp(String host) throws IOException;

  /** How near an address is. */
  Nearness nearness(InetAddress address);

  /** Connects to an address, within a time. */
  void connect(Socket socket, InetSocketAddress address, Duration limit) throws IOException;
}
