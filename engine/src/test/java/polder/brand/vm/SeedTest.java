package polder.brand.vm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.brand.Lan;
import polder.model.Brand;
import polder.model.Cidr;
import polder.model.CloudInit;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.MacAddress;
import polder.model.Nic;
import polder.model.NicRules;
import polder.model.PolderException;
import polder.model.VmProperties;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

class SeedTest {
  private static final String USER = "#cloud-config\nhostname: \u00e9\n";
  private static final Lan LAN =
      new Lan(
          List.of(1500, 1400),
          List.of(
              new NicRules.Way(Cidr.of("10.8.0.0/16"), Optional.empty(), 1),
              new NicRules.Way(Cidr.of("0.0.0.0/0"), Optional.of(IpAddress.of("10.1.0.254")), 0)),
          new Lan.Names(List.of(IpAddress.of("10.1.0.1")), List.of("internal"), false));

  private static ZoneSpec vm(String user) {
    Nic first =
        Nic.on("lab").settled("eth0", MacAddress.local(1), "lab", List.of(Cidr.of("10.1.0.9/24")));
    Nic second =
        Nic.on("lan").settled("net1", MacAddress.local(2), "lan", List.of(Cidr.of("fd00::9/64")));
    return ZoneSpec.of(Brand.VM)
        .with(ZoneProperties.ZONE_UUID, UUID.fromString("00000000-0000-4000-8000-000000000001"))
        .with(ZoneProperties.ALIAS, "guest")
        .with(VmProperties.KERNEL, "/k")
        .with(ZoneProperties.RESOLVERS, List.of("10.1.0.53"))
        .with(ZoneProperties.NICS, List.of(first, second))
        .with(
            VmProperties.CLOUD_INIT,
            new CloudInit(user, Map.of("public-keys", "ssh-ed25519 AAAA", "a", "b")));
  }

  @Test
  void theSameVmIsToldTheSameByteByByte() {
    assertArrayEquals(Seed.of(vm(USER), LAN), Seed.of(vm(USER), LAN));
    assertEquals(0, Seed.of(vm(USER), LAN).length % IsoImage.SECTOR);
  }

  @Test
  void aGuestIsToldItsNameItsCardsAndWhatTheUserSays() {
    for (boolean joliet : List.of(false, true)) {
      Map<String, byte[]> files = files(Seed.of(vm(USER), LAN), joliet);
      assertEquals(Set.of("meta-data", "network-config", "user-data"), files.keySet());
      assertEquals(USER, text(files, "user-data"));
      assertEquals(
          "{\"instance-id\":\"00000000-0000-4000-8000-000000000001\",\"local-hostname\":\"guest\","
              + "\"a\":\"b\",\"public-keys\":\"ssh-ed25519 AAAA\"}\n",
          text(files, "meta-data"));
      assertEquals(
          Json.read(
              """
              {"version": 2, "ethernets": {
                "eth0": {"match": {"macaddress": "02:00:00:00:00:01"}, "set-name": "eth0",
                  "dhcp4": false, "dhcp6": false, "accept-ra": false, "mtu": 1500,
                  "addresses": ["10.1.0.9/24"],
                  "routes": [{"to": "0.0.0.0/0", "via": "10.1.0.254"}],
                  "nameservers": {"addresses": ["10.1.0.53"]}},
                "net1": {"match": {"macaddress": "02:00:00:00:00:02"}, "set-name": "net1",
                  "dhcp4": false, "dhcp6": false, "accept-ra": false, "mtu": 1400,
                  "addresses": ["fd00::9/64"],
                  "routes": [{"to": "10.8.0.0/16", "scope": "link"}]}}}
              """),
          Json.read(text(files, "network-config")));
    }
  }

  @Test
  void filesOfAnySizeAreWhole() {
    for (int size : List.of(0, 1, 2047, 2048, 2049, 65_536)) {
      String user = "x".repeat(size);
      assertEquals(user, text(files(Seed.of(vm(user), LAN), true), "user-data"));
      assertEquals(user, text(files(Seed.of(vm(user), LAN), false), "user-data"));
    }
  }

  @Test
  void whatNoSeedCanSayIsRefusedByName() {
    String head = "{\"brand\": \"vm\", \"kernel\": \"/k\", ";
    assertEquals(
        Set.of("cloud_init.user_data"),
        faults(head + "\"cloud_init\": {\"user_data\": \"%s\"}}".formatted("x".repeat(65_537))));
    assertEquals(
        Set.of("cloud_init.user_data", "cloud_init.vendor"),
        faults(head + "\"cloud_init\": {\"user_data\": \"\\u0000\", \"vendor\": \"\"}}"));
    assertEquals(
        Set.of("cloud_init"),
        faults(head + "\"cloud_init\": {\"meta_data\": {\"instance-id\": \"other\"}}}"));
    assertEquals(
        Set.of("routes", "resolvers", "dns_domain"),
        faults(head + "\"routes\": {}, \"resolvers\": [], \"dns_domain\": \"example.org\"}"));
    assertEquals(Set.of("cloud_init"), faults("{\"brand\": \"native\", \"cloud_init\": {}}"));
  }

  private static Set<String> faults(String payload) {
    PolderException e =
        assertThrows(PolderException.class, () -> ZoneSpec.read(Json.object(payload)));
    return Set.copyOf(e.faults().stream().map(each -> each.path()).toList());
  }

  private static String text(Map<String, byte[]> files, String name) {
    return new String(files.getOrDefault(name, new byte[0]), StandardCharsets.UTF_8);
  }

  /** What is in the image's root, by a reader that shares no line with the writer. */
  private static Map<String, byte[]> files(byte[] image, boolean joliet) {
    ByteBuffer in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int descriptor = (joliet ? 17 : 16) * 2048;
    Charset names = joliet ? StandardCharsets.UTF_16BE : StandardCharsets.US_ASCII;
    assertEquals("CD001", string(image, descriptor + 1, 5, StandardCharsets.US_ASCII));
    assertEquals("cidata", string(image, descriptor + 40, 32, names).strip());
    assertEquals(image.length / 2048, in.getInt(descriptor + 80));
    assertEquals(in.getInt(descriptor + 80), Integer.reverseBytes(in.getInt(descriptor + 84)));
    int at = in.getInt(descriptor + 156 + 2) * 2048;
    List<Integer> path = new ArrayList<>();
    path.add(in.getInt(in.getInt(descriptor + 140) * 2048 + 2));
    assertEquals(List.of(at / 2048), path, "the path table leads to the root, too");
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int length = image[at] & 0xff; length != 0; length = image[at] & 0xff) {
      int nameLength = image[at + 32] & 0xff;
      if ((image[at + 25] & 2) == 0) {
        String name = string(image, at + 33, nameLength, names);
        int system = at + 33 + nameLength + (nameLength + 1) % 2;
        while (!joliet && system + 4 <= at + length) {
          int entry = image[system + 2] & 0xff;
          if (image[system] == 'N' && image[system + 1] == 'M') {
            assertTrue(name.matches("[A-Z]{1,8}\\.;1"), name);
            name = string(image, system + 5, entry - 5, StandardCharsets.US_ASCII);
          }
          system += entry;
        }
        byte[] content = new byte[in.getInt(at + 10)];
        in.get(in.getInt(at + 2) * 2048, content);
        files.put(name, content);
      }
      at += length;
    }
    return files;
  }

  private static String string(byte[] image, int at, int length, Charset charset) {
    return new String(image, at, length, charset);
  }
}
