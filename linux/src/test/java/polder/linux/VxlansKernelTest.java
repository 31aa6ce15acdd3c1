package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything here is done in network namespaces of the test's own. */
@Tag("kernel")
class VxlansKernelTest {
  private static final String MAC = "02:00:00:00:00:07";

  @TempDir private Path folder;

  @Test
  void aLinkHasThePeersThatItWasGivenLast() throws Exception {
    for (String any : new String[] {"0.0.0.0", "::"}) {
      Vxlans.Carrier carrier = new Vxlans.Carrier(42, 4789, InetAddress.ofLiteral(any), 10);
      boolean six = any.equals("::");
      InetAddress one = InetAddress.ofLiteral(six ? "fd00::1" : "192.0.2.1");
      InetAddress two = InetAddress.ofLiteral(six ? "fd00::2" : "192.0.2.2");
      NamespaceThread.run(
          EnumSet.of(Namespace.NET),
          () -> {
            try (NetworkStack here = NetworkStack.own()) {
              here.links().addBridge("br0", "02:00:00:00:00:01", 1400);
              int bridge = here.links().find("br0").orElseThrow().index();
              here.links().learnAtMost(bridge, 10);
              here.vxlans().add("up0", MAC, 1400, bridge, carrier);
              Link made = here.links().find("up0").orElseThrow();
              assertEquals(Optional.of("vxlan"), made.kind());
              assertEquals(Optional.of(MAC), made.address());
              assertEquals(OptionalInt.of(bridge), made.master());
              assertEquals(1400, made.mtu());
              assertTrue(made.up());
              assertEquals(Set.of(), here.vxlans().peers(made.index()));
              here.vxlans().peers(made.index(), Set.of(one, two));
              assertEquals(Set.of(one, two), here.vxlans().peers(made.index()));
              here.vxlans().peers(made.index(), Set.of(one, two));
              assertEquals(Set.of(one, two), here.vxlans().peers(made.index()), "not twice");
              here.vxlans().peers(made.index(), Set.of(two));
              assertEquals(Set.of(two), here.vxlans().peers(made.index()));
              SyscallException twice =
                  assertThrows(
                      SyscallException.class,
                      () -> here.vxlans().tryOut("up1", MAC, 1400, carrier));
              assertEquals(Errno.EEXIST, twice.errno());
              assertEquals(OptionalInt.empty(), here.routes().linkTo(two));
            }
          });
    }
  }

  @Test
  void theWayToAnAddressIsKnown() throws Exception {
    NamespaceThread.run(
        EnumSet.of(Namespace.NET),
        () -> {
          try (NetworkStack here = NetworkStack.own()) {
            here.links().addBridge("br0", "02:00:00:00:00:01", 1400);
            int bridge = here.links().find("br0").orElseThrow().index();
            here.links().raise(bridge);
            here.addresses().add(bridge, InetAddress.ofLiteral("192.0.2.1"), 24);
            assertEquals(
                OptionalInt.of(bridge), here.routes().linkTo(InetAddress.ofLiteral("192.0.2.9")));
            assertEquals(
                OptionalInt.empty(), here.routes().linkTo(InetAddress.ofLiteral("198.51.100.9")));
          }
        });
  }

  @Test
  @DisplayName("J-11 numbers are those of the C headers")
  void numbers() throws Exception {
    Map<String, Integer> ours = new LinkedHashMap<>();
    ours.put("IFLA_VXLAN_ID", Vxlans.IFLA_VXLAN_ID);
    ours.put("IFLA_VXLAN_LOCAL", Vxlans.IFLA_VXLAN_LOCAL);
    ours.put("IFLA_VXLAN_LEARNING", Vxlans.IFLA_VXLAN_LEARNING);
    ours.put("IFLA_VXLAN_LIMIT", Vxlans.IFLA_VXLAN_LIMIT);
    ours.put("IFLA_VXLAN_PORT", Vxlans.IFLA_VXLAN_PORT);
    ours.put("IFLA_VXLAN_LOCAL6", Vxlans.IFLA_VXLAN_LOCAL6);
    ours.put("RTM_DELNEIGH", Vxlans.RTM_DELNEIGH);
    ours.put("RTM_GETNEIGH", Vxlans.RTM_GETNEIGH);
    ours.put("NDA_DST", Vxlans.NDA_DST);
    ours.put("NUD_PERMANENT", Vxlans.NUD_PERMANENT);
    ours.put("NTF_SELF", Vxlans.NTF_SELF);
    ours.put("NLM_F_APPEND", NetlinkMessage.APPEND);
    StringBuilder source =
        new StringBuilder(
            """
            #include <stdio.h>
            #include <linux/if_link.h>
            #include <linux/rtnetlink.h>
            int main(void) {
            """);
    StringBuilder expected = new StringBuilder();
    ours.forEach(
        (name, number) -> {
          source.append("printf(\"%s %%d\\n\", %s);\n".formatted(name, name));
          expected.append(name).append(' ').append(number).append('\n');
        });
    source.append("return 0; }\n");
    assertEquals(expected.toString(), Gcc.run(Gcc.compile(folder, source.toString())));
  }
}
