package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class LinksKernelTest {
  @Test
  void listsTheHostsInterfaces() throws Exception {
    List<Link> links = own();

    Link loopback = links.getFirst();
    assertEquals("lo", loopback.name());
    assertEquals(1, loopback.index());
    assertEquals(65536, loopback.mtu());
    assertEquals(Optional.of("00:00:00:00:00:00"), loopback.address());
    try (var names = Files.list(Path.of("/sys/class/net"))) {
      assertEquals(names.count(), links.size());
    }
  }

  @Test
  void aProcessRaisesItsOwnLoopback() {
    try (Launcher launcher = Launcher.start()) {
      ProgramBuilder p = Program.builder(EnumSet.of(Namespace.NET));
      Links.raiseLoopback(p);
      p.exec(
          "/bin/sh",
          // ::1 is there as soon as it is up
          List.of(
              "sh", "-c", "grep -q '00000000000000000000000000000001.* lo$' /proc/net/if_inet6"),
          List.of("PATH=/usr/bin:/bin"));
      try (Child child = launcher.launch(p.build())) {
        child.awaitStarted();
        assertEquals(new WaitStatus.Exited(0), child.pidfd().await());
      }
    }
  }

  @Test
  void aNewNamespaceHasALoopbackThatIsDown() throws Exception {
    Set<Namespace> network = EnumSet.of(Namespace.NET);
    NamespaceThread.run(
        network,
        () -> {
          Link loopback = own().getFirst();
          assertEquals("lo", loopback.name());
          assertFalse(loopback.up());
        });
  }

  @Test
  void aRefusalHasTheKernelsWords() {
    try (NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.ROUTE)) {
      NetlinkRequest request =
          new NetlinkRequest(16, NetlinkMessage.ACK)
              .fixed(ByteBuffer.allocate(Links.IFINFOMSG))
              .attribute(4, new byte[1]); // an MTU of one byte
      SyscallException e =
          assertThrows(SyscallException.class, () -> socket.change(request, "set nonsense"));
      assertTrue(e.toString().contains("set nonsense ("), e::toString);
    }
  }

  private static List<Link> own() {
    try (NetworkStack network = NetworkStack.own()) {
      return network.links().list();
    }
  }
}
