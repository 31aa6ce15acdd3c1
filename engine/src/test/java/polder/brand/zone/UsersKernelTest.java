package polder.brand.zone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.brand.Running;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Who a user is that an image, a payload or somebody who enters names. */
@Tag("kernel")
class UsersKernelTest {
  private static final List<String> ROOT = List.of("0", "root", "0:0", "root:root", "0:root");
  private static final List<String> VALUES =
      List.of(
          "0",
          "root",
          "0:0",
          "root:root",
          "0:root",
          "1",
          "1:1",
          "65534",
          "65535",
          "65536",
          "2147483647",
          "2147483648",
          "4294967295",
          "4294967296",
          "18446744073709551616",
          "99999999999999999999",
          "-1",
          "+0",
          "0x0",
          "1e3",
          " 0",
          "0 ",
          "1\n",
          "0\n",
          "\t0",
          "000",
          "00",
          "nobody",
          "missing",
          "big",
          "hex",
          "lead",
          "0:",
          ":0",
          ":",
          "0:missing",
          "0:4294967296",
          "root:+0",
          "app:0",
          "٠");

  private static TestZones zones;
  private static Path layer;
  private static HostMarks before;

  @BeforeAll
  static void open() {
    before = HostMarks.now();
    zones = new TestZones();
    layer = BusyboxLayer.make(zones.folder.resolve("layer"));
  }

  @AfterAll
  static void leavesNothing() {
    zones.close();
    before.assertSame();
  }

  /** One way of naming a user. */
  private interface Way {
    String idOf(String user);
  }

  @Test
  @DisplayName("S-ID-01 no text becomes root that does not say so: 40 by image, payload and exec")
  void noTextBecomesRootThatDoesNotSaySo() {
    assertEquals(40, VALUES.stream().distinct().count());
    ZoneSpec whoAmI = TestZones.lxZone("id", "-u");
    List<String> wrong = new ArrayList<>();
    int cases = 0;
    try (TestZones.Zone running = zones.zone(TestZones.lxZone("sleep", "1000"), layer)) {
      Running started = running.start();
      Map<String, Way> ways =
          Map.of(
              "image", user -> run(whoAmI, image(user)),
              "payload", user -> run(whoAmI.with(ZoneProperties.USER, user), ImageConfig.NONE),
              "exec", user -> running.exec(started, exec(user)).out());
      for (Map.Entry<String, Way> way : ways.entrySet()) {
        for (String user : VALUES) {
          cases++;
          try {
            String id = way.getValue().idOf(user).strip();
            if (id.equals("0") != ROOT.contains(user)) {
              wrong.add("%s '%s': %s".formatted(way.getKey(), user, id));
            }
            if (user.matches("[0-9]+(:[0-9]+)?") && !id.equals(user.replaceFirst(":.*", ""))) {
              wrong.add("%s '%s' is not %s".formatted(way.getKey(), user, id));
            }
          } catch (PolderException e) {
            assertEquals(ErrorKind.INVALID, e.kind(), user + ": " + e.getMessage());
            assertFalse(ROOT.contains(user), e.getMessage());
          }
        }
      }
      running.stop(started);
    }
    assertEquals(List.of(), wrong);
    assertEquals(120, cases);
  }

  @Test
  @DisplayName("S-ID-02 groups are exact, and what a group is denied its members cannot read")
  void membersOfADeniedGroupAreDenied() throws Exception {
    Path files = Files.createDirectories(zones.folder.resolve("denied"));
    Path file = Files.writeString(files.resolve("file"), "said\n");
    Files.setAttribute(file, "unix:gid", 2000);
    Files.setAttribute(file, "unix:mode", 0604);
    ZoneSpec look = TestZones.lxZone("sh", "-c", "id -g; id -G; cat /file 2>/dev/null");
    assertEquals(
        "1000\n1000 2000\n", zones.run(look.with(ZoneProperties.USER, "app"), layer, files).out());
    assertEquals(
        "2000\n2000\n", zones.run(look.with(ZoneProperties.USER, "app:extra"), layer, files).out());
    assertEquals(
        "7\n7\nsaid\n", zones.run(look.with(ZoneProperties.USER, "7:7"), layer, files).out());
  }

  private static String run(ZoneSpec spec, ImageConfig image) {
    try (TestZones.Zone zone = zones.zone(spec, image, layer)) {
      return zone.run().out();
    }
  }

  private static ImageConfig image(String user) {
    return new ImageConfig(
        List.of(),
        List.of(),
        Map.of(),
        Optional.empty(),
        Optional.of(user),
        Optional.empty(),
        Map.of());
  }

  private static ExecSpec exec(String user) {
    return new ExecSpec(
        List.of("id", "-u"), Optional.of(user), Optional.empty(), Map.of(), false, false, 0, 0);
  }
}
