package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Json;
import polder.tests.harness.Guest;
import polder.tests.harness.GuestShell;
import polder.tests.harness.Space;
import polder.tests.harness.TestHost;

/** Virtual machines on the networks of zones. */
@Tag("kernel")
@Timeout(600)
class VmNetworkTest {
  private static final String SERVE =
      "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 8000 -h /www";
  private static final String ASK =
      "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 %s 8000 | tail -n 1";

  @Test
  @DisplayName(
      "S-VM-02 a guest is on a switch as a zone is: rules, counters, addresses and restarts hold")
  void aGuestIsOnASwitchAsAZoneIs() throws Exception {
    Guest guest = Guest.linux();
    try (Space inside = new Space();
        TestHost host = new TestHost(inside.file())) {
      inside.run("ip", "link", "set", "lo", "up");
      host.importBusybox();
      host.polder(
              "network",
              "create",
              "backend",
              "-k",
              "etherstub",
              "-s",
              "10.1.0.0/24",
              "--dns-address",
              "10.1.0.53")
          .ok();
      zone(host);
      machine(host, guest);
      host.polder("start", "guest").ok();
      try (GuestShell shell = new GuestShell(host, "guest")) {
        Map<String, Object> nic = nic(host);
        assertEquals(nic.get("mac"), shell.run("cat /sys/class/net/eth0/address"));
        assertEquals("1400", shell.run("cat /sys/class/net/eth0/mtu"));
        assertTrue(shell.run("cat /sys/bus/pci/devices/*/device").contains("0x100e"), "an e1000");
        isToldItsNameAndAddresses(shell, String.valueOf(nic.get("mac")));
        asksForItsAddress(shell);
        shell.run("mkdir /www; echo of the guest > /www/index.html; httpd -p 8000 -h /www");

        assertEquals("hello", shell.run(ASK.formatted("10.1.0.1")));
        assertEquals("of the guest", asked(host));
        assertTrue(shell.run("ping -c 1 -s 1300 10.1.0.1").contains(" 0% "));

        saysOnlyWhatItsCardMay(inside, shell);
        rulesHoldForIt(host, shell);
      }
      host.killDaemon();
      assertEquals("of the guest", asked(host));
      assertTrue(counted(host) > 1000, "what it sent is counted as a zone's");
      try (GuestShell shell = new GuestShell(host, "guest")) {
        assertEquals("hello", shell.run(ASK.formatted("10.1.0.1")));
      }
      host.polder("stop", "--force", "guest").ok();
      TestHost.eventually(
          "its port is gone",
          () -> inside.run("sh", "-c", "ip -o link | grep -c ' pv' || true").strip().equals("1"));
      host.polder("delete", "guest").ok();
      host.polder("delete", "--force", "server").ok();
      host.polder("network", "delete", "backend").ok();
      assertEquals("lo", inside.run("sh", "-c", "ip -o link | cut -d: -f2 | xargs").strip());
    }
  }

  /** By DHCP, as a client of somebody else's does. */
  private static void asksForItsAddress(GuestShell shell) {
    shell.run("echo '#!/bin/sh' > /lease.sh; chmod +x /lease.sh");
    shell.run(
        "echo '[ $1 = bound ] || exit 0; ifconfig $interface $ip netmask $subnet mtu $mtu;"
            + " echo $ip $subnet $mtu $hostname $dns > /lease' >> /lease.sh");
    shell.run("ifconfig eth0 up; udhcpc -i eth0 -n -q -O mtu -s /lease.sh > /dev/null 2>&1");
    String[] lease = shell.run("cat /lease").split(" ");
    assertEquals(
        "10.1.0.9 255.255.255.0 1400 guest", String.join(" ", List.of(lease).subList(0, 4)));
    assertTrue(
        shell.run("nslookup server " + lease[4]).contains("10.1.0.1"), "it knows who is who");
  }

  /** By a disk that its own kernel reads, with the names of Unix and with those of Windows. */
  private static void isToldItsNameAndAddresses(GuestShell shell, String mac) {
    shell.run("mkdir /seed");
    String label =
        "dd if=/dev/vda bs=1 skip=%d count=6 2> /dev/null; echo".formatted(16 * 2048 + 40);
    assertEquals("cidata", shell.run(label), "as it is looked for");
    for (String option : List.of("ro", "ro,norock")) {
      shell.run("mount -t iso9660 -o %s /dev/vda /seed".formatted(option));
      assertEquals("meta-data network-config user-data", shell.run("ls /seed | xargs"));
      assertEquals("#cloud-config", shell.run("cat /seed/user-data"));
      assertTrue(shell.run("cat /seed/meta-data").contains("\"local-hostname\":\"guest\""));
      Map<String, Object> told = Json.object(shell.run("cat /seed/network-config"));
      Map<String, Object> card =
          Json.asObject(Json.asObject(told.get("ethernets")).getOrDefault("eth0", ""));
      assertEquals(List.of("10.1.0.9/24"), card.get("addresses"));
      assertEquals(Map.of("macaddress", mac), card.get("match"));
      shell.run("umount /seed");
    }
    assertFalse(shell.can("dd if=/dev/zero of=/dev/vda count=1 conv=fsync"), "it is read only");
  }

  /** Of another hardware or IP address nothing leaves, and that is counted. */
  private static void saysOnlyWhatItsCardMay(Space inside, GuestShell shell) {
    long before = spoofed(inside);
    shell.run("ifconfig eth0:1 10.1.0.77 netmask 255.255.255.0 up");
    assertFalse(shell.can("ping -c 1 -W 2 -I 10.1.0.77 10.1.0.1"), "an address of its own making");
    assertTrue(spoofed(inside) > before, "it is counted");
    shell.run("ifconfig eth0:1 down");
    before = spoofed(inside);
    String own = shell.run("cat /sys/class/net/eth0/address");
    shell.run("ifconfig eth0 hw ether 02:00:00:00:0b:ad");
    assertFalse(shell.can("ping -c 1 -W 2 10.1.0.1"), "a card of its own making");
    assertTrue(spoofed(inside) > before, "it is counted");
    shell.run("ifconfig eth0 hw ether " + own);
    shell.run("ping -c 1 -W 5 10.1.0.1");
  }

  private static void rulesHoldForIt(TestHost host, GuestShell shell) {
    host.polder("update", "guest", "firewall_enabled=true").ok();
    assertEquals("", asked(host), "nothing gets in that no rule allows");
    assertEquals("hello", shell.run(ASK.formatted("10.1.0.1")), "it may call others");
    String rule =
        "FROM vm %s TO vm %s ALLOW tcp PORT 8000"
            .formatted(
                host.json("get", "server").get("uuid"), host.json("get", "guest").get("uuid"));
    host.polder("firewall", "add", "--enable", rule).ok();
    TestHost.eventually("it is let in", () -> asked(host).equals("of the guest"));
  }

  private static long spoofed(Space inside) {
    Matcher packets =
        Pattern.compile("counter spoofed \\{\\s*packets ([0-9]+)")
            .matcher(inside.run("nft", "list", "counters"));
    assertTrue(packets.find());
    return Long.parseLong(packets.group(1));
  }

  private static long counted(TestHost host) {
    for (Object each : Json.asList(Json.read(host.polder("network", "top", "-j").ok().out()))) {
      Map<String, Object> counters = Json.asObject(each);
      if ("guest".equals(counters.get("alias"))) {
        return Long.parseLong(String.valueOf(Json.asObject(counters.get("out")).get("bytes")));
      }
    }
    return 0;
  }

  private static String asked(TestHost host) {
    return host.polder("exec", "server", "sh", "-c", ASK.formatted("10.1.0.9")).out().strip();
  }

  private static Map<String, Object> nic(TestHost host) {
    return Json.asObject(Json.asList(host.json("get", "guest").get("nics")).getFirst());
  }

  private static void zone(TestHost host) {
    host.create(
        Map.of(
            "brand",
            "lx",
            "image",
            "busybox",
            "alias",
            "server",
            "nics",
            List.of(Map.of("nic_tag", "backend")),
            "cmd",
            List.of("sh", "-c", SERVE)));
    host.polder("start", "server").ok();
  }

  private static void machine(TestHost host, Guest guest) {
    Map<String, Object> payload = new HashMap<>();
    payload.put("brand", "vm");
    payload.put("alias", "guest");
    payload.put("ram", 160);
    payload.put("accel", "tcg");
    payload.put("kernel", guest.kernel().toString());
    payload.put("initrd", guest.initrd().toString());
    payload.put("cmdline", "console=ttyS0 quiet panic=-1 do=shell");
    payload.put("open_stdin", true);
    payload.put("cloud_init", Map.of("user_data", "#cloud-config\n"));
    payload.put(
        "nics",
        List.of(
            Map.of("nic_tag", "backend", "ips", List.of("10.1.0.9/24"), "mtu", 1400),
            Map.of("nic_tag", "backend", "model", "e1000")));
    host.create(payload);
  }
}
