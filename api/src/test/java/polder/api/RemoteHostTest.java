package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.api.client.RemoteHost;
import polder.api.fake.FakeHost;
import polder.api.server.ApiServer;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.GuestPart;
import polder.model.Host;
import polder.model.VmProperties;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

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

  @Test
  void machinesAreAskedOverTheSocket() {
    ZoneSpec vm =
        ZoneSpec.of(Brand.VM)
            .with(ZoneProperties.ALIAS, "guest")
            .with(VmProperties.KERNEL, "/boot/vmlinuz");
    host.zones().create(vm);
    ZoneRef guest = new ZoneRef("guest");
    assertKind(ErrorKind.WRONG_STATE, () -> host.guests().reset(guest));
    host.zones().start(guest);
    assertEquals(
        Set.of("status", "cpus"),
        host.guests().info(guest, Set.of(GuestPart.CPUS, GuestPart.STATUS)).keySet());
    assertEquals(
        Set.copyOf(GuestPart.words()), host.guests().info(guest, Set.of()).keySet(), "all parts");
    long before = host.events().newest();
    host.guests().reset(guest);
    host.guests().nmi(guest);
    assertEquals(before + 2, host.events().newest());
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    host.guests().screenshot(guest, png);
    assertEquals('P', png.toByteArray()[1]);
    host.zones().pause(guest);
    assertKind(ErrorKind.WRONG_STATE, () -> host.guests().info(guest, Set.of()));
    host.zones().delete(guest, true);
  }

  @Override
  protected void shut(Host opened) {
    opened.close();
    servers.forEach(ApiServer::close);
    behind.close();
  }
}
