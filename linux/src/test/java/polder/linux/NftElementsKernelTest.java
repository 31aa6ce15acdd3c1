package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class NftElementsKernelTest {
  private static final String TABLE =
      """
      table bridge t {
        set macs { type ifname . ether_addr; }
        set nets { type ifname . ipv4_addr; flags interval; }
      }
      """;

  @Test
  void elementsAreThereAsNftPrintsThem() throws Exception {
    NamespaceThread.run(
        EnumSet.of(Namespace.NET),
        () -> {
          nft(TABLE, "-f", "-");
          Bytes port = NftElements.name("port0");
          NftElements.Element mac =
              new NftElements.Element(
                  "macs", port.plus(NftElements.field(new byte[] {2, 0, 0, 0, 0, 7})));
          NftElements.Element net =
              new NftElements.Element(
                  "nets",
                  port.plus(four("10.1.0.0")),
                  Optional.of(port.plus(four("10.1.255.255"))));
          try (Fd own = Namespace.NET.own();
              NftElements elements = NftElements.of(own, NftElements.BRIDGE, "t")) {
            elements.add(List.of(mac, net));
            elements.add(List.of(mac, net)); // again
            String listed = nft("", "list", "table", "bridge", "t");
            assertTrue(listed.contains("\"port0\" . 02:00:00:00:00:07"), listed);
            assertTrue(listed.contains("\"port0\" . 10.1.0.0/16"), listed);

            elements.remove(List.of(mac));
            elements.remove(List.of(mac, net)); // one of them is not there
            listed = nft("", "list", "table", "bridge", "t");
            assertFalse(listed.contains("port0"), listed);

            NftElements.Element stray = new NftElements.Element("none", port);
            SyscallException e =
                assertThrows(SyscallException.class, () -> elements.add(List.of(mac, stray)));
            assertEquals(Errno.ENOENT, e.errno());
            assertFalse(nft("", "list", "table", "bridge", "t").contains("port0"), "all or none");
            elements.remove(List.of(stray));
          }
        });
  }

  private static Bytes four(String address) {
    return NftElements.field(InetAddress.ofLiteral(address).getAddress());
  }

  /** Runs nft(8) in the namespace of this thread, as its child is. */
  private static String nft(String input, String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of("nft"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "nft ends");
    assertEquals(0, process.exitValue(), said);
    return said;
  }
}
