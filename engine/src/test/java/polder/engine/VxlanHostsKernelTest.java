package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Cidr;
import polder.model.Fault;
import polder.model.IpAddress;
import polder.model.Network;
import polder.model.NetworkDns;
import polder.model.NetworkRequest;
import polder.model.NetworkUpdate;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.StopOptions;
import polder.model.Subnet;
import polder.model.Vxlan;
import polder.model.ZoneProperties;

/** Zones of two engines on one network; between their network namespaces is a wire. */
@Tag("kernel")
@Timeout(300)
class VxlanHostsKernelTest {
  private static final String SERVER =
      """
      exec /usr/bin/python3 -c "
      import socket
      server = socket.create_server(('', 8000))
      while True:
          caller, address = server.accept()
          caller.sendall(('hello ' + address[0]).encode())
          caller.close()
      "
      """;

  @Test
  void zonesReachEachOtherAndGoOnThroughRestartsAndChanges() throws Exception {
    try (TestHost one = new TestHost();
        TestHost two = new TestHost()) {
      wire(one, two);
      Network made = one.host().networks().create(grid(1, 2, "10.4.0.10-10.4.0.19"));
      assertEquals(1450, made.mtu());
      two.host().networks().create(grid(2, 1, "10.4.0.20-10.4.0.29"));
      run(one, "web", SERVER);
      run(two, "client", "exec sleep 1000");
      TestHost.eventually("it answers", () -> call(two, "10.4.0.10").equals("hello 10.4.0.20"));

      one.reopen(); // as after the daemon's death
      two.reopen();
      assertEquals("hello 10.4.0.20", call(two, "10.4.0.10"));
      two.host().zones().reboot(TestHost.ref("client"), StopOptions.FORCED);
      assertEquals("hello 10.4.0.20", call(two, "10.4.0.10"));

      one.host().networks().update("grid", remotes("192.0.2.9"));
      assertEquals("no", call(two, "10.4.0.10"), "at once");
      one.host().networks().update("grid", remotes("192.0.2.2"));
      assertEquals("hello 10.4.0.20", call(two, "10.4.0.10"));

      one.clearZones();
      one.host().networks().delete("grid");
      assertFalse(in(one, "ip", "-o", "link").contains("vxlan"), "nothing is left of it");
      assertEquals("", in(one, "nft", "list", "tables").strip());
    }
  }

  @Test
  void whatCannotBeIsToldAllAtOnce() throws Exception {
    try (TestHost one = new TestHost();
        TestHost two = new TestHost()) {
      wire(one, two);
      PolderException own =
          assertThrows(
              PolderException.class,
              () -> one.host().networks().create(grid(3, 1, "10.4.0.10-10.4.0.19")));
      assertEquals(
          List.of("vxlan_local", "vxlan_remotes"),
          new ArrayList<>(new TreeSet<>(own.faults().stream().map(Fault::path).toList())));
      NetworkRequest large = grid(1, 2, "10.4.0.10-10.4.0.19");
      PolderException full =
          assertThrows(
              PolderException.class,
              () ->
                  one.host()
                      .networks()
                      .create(
                          new NetworkRequest(
                              large.name(),
                              large.kind(),
                              Optional.empty(),
                              large.subnets(),
                              Optional.of(1451),
                              large.dns(),
                              large.vxlan())));
      assertTrue(full.toString().contains("which leaves 1450"), full::toString);
      one.host().networks().create(large);
      NetworkRequest again =
          NetworkRequest.of("other", Network.Kind.ETHERSTUB).with(large.vxlan().orElseThrow());
      PolderException taken =
          assertThrows(PolderException.class, () -> one.host().networks().create(again));
      assertTrue(taken.toString().contains("42 at port 4789 is network 'grid'"), taken::toString);
      assertThrows(
          PolderException.class,
          () -> one.host().networks().update("grid", remotes("192.0.2.1")),
          "its own");
    }
  }

  private static NetworkRequest grid(int own, int other, String pool) {
    Subnet subnet =
        new Subnet(Cidr.of("10.4.0.0/24"), Optional.empty(), Optional.of(Subnet.Range.of(pool)));
    return NetworkRequest.of("grid", Network.Kind.ETHERSTUB)
        .with(subnet)
        .with(
            new Vxlan(
                42,
                List.of(IpAddress.of("192.0.2." + other)),
                Optional.of(IpAddress.of("192.0.2." + own)),
                Vxlan.PORT));
  }

  private static NetworkUpdate remotes(String address) {
    return new NetworkUpdate(
        Optional.empty(),
        Optional.empty(),
        NetworkDns.Change.NONE,
        Optional.of(List.of(IpAddress.of(address))));
  }

  private static void run(TestHost test, String alias, String script) {
    test.run(TestHost.spec(alias, script).with(ZoneProperties.NICS, List.of(Nic.on("grid"))));
  }

  /** What the server says to the client; "no" if it does not. */
  private static String call(TestHost test, String address) {
    String script =
        "import socket;print(socket.create_connection(('%s',8000),2).recv(99).decode(),end='')"
            .formatted(address);
    try {
      String said = test.exec("client", "/usr/bin/python3 -c \"%s\" 2>/dev/null".formatted(script));
      return said.endsWith("0") && said.startsWith("hello")
          ? said.substring(0, said.length() - 1)
          : "no";
    } catch (java.io.IOException e) {
      return "no";
    }
  }

  private static void wire(TestHost one, TestHost two) throws Exception {
    String other = two.network().getName(1).toString(); // /proc/PID/ns/net
    in(one, "ip", "link", "add", "wire0", "type", "veth", "peer", "name", "wire0", "netns", other);
    int last = 1;
    for (TestHost each : List.of(one, two)) {
      in(each, "ip", "addr", "add", "192.0.2." + last + "/24", "dev", "wire0");
      in(each, "ip", "link", "set", "wire0", "up");
      last++;
    }
  }

  private static String in(TestHost test, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + test.network()));
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
