package polder.tests;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import polder.api.HostContract;
import polder.api.client.RemoteHost;
import polder.daemon.Daemon;
import polder.engine.Polder;
import polder.model.Host;
import polder.tests.harness.HostNetwork;

/** The engine's host, asked over its socket, means what every host means. */
@Tag("kernel")
class RemoteLocalHostKernelTest extends HostContract {
  @TempDir Path directory;
  private final HostNetwork network = HostNetwork.now();
  private final Deque<Daemon> daemons = new ArrayDeque<>();

  @Override
  protected Host open() {
    Path home = directory.resolve("home");
    Path socket = home.resolve("run/api.sock");
    daemons.add(Daemon.open(() -> Polder.open(home), socket));
    return RemoteHost.open(socket);
  }

  @Override
  protected void shut(Host opened) {
    opened.close();
    daemons.remove().close();
    network.restore();
  }
}
