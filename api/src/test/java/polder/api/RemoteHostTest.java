package polder.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import polder.api.client.RemoteHost;
import polder.api.fake.FakeHost;
import polder.api.server.ApiServer;
import polder.model.Host;

/** The client and the server together mean what the host behind them means. */
class RemoteHostTest extends HostContract {
  @TempDir Path directory;
  private final FakeHost behind = new FakeHost();
  private final List<ApiServer> servers = new ArrayList<>();

  @Override
  protected Host open() {
    Path socket = directory.resolve("run/api.sock");
    servers.add(ApiServer.open(behind, socket));
    return RemoteHost.of("unix://" + socket);
  }

  @Override
  protected void shut(Host opened) {
    opened.close();
    servers.forEach(ApiServer::close);
    behind.close();
  }
}
