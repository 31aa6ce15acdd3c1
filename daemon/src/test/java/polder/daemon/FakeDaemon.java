package polder.daemon;

import java.nio.file.Path;
import polder.api.fake.FakeHost;
import polder.model.Brand;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** polderd over a host in memory, as a process of its own. */
final class FakeDaemon {
  private FakeDaemon() {}

  /** With the socket's path and how many zones there are. */
  public static void main(String[] args) {
    DaemonLog.install(System.getenv());
    FakeHost host = new FakeHost();
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      host.zones().create(ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, "z" + i));
    }
    System.exit(Daemon.run(() -> host, Path.of(args[0])));
  }
}
