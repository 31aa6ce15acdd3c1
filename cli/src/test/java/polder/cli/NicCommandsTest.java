package polder.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import polder.model.Json;

/** A zone is plugged into networks, and out of them, told to a host in memory. */
class NicCommandsTest {
  private final Desk desk = new Desk();

  @AfterEach
  void leave() {
    desk.close();
  }

  @Test
  void aCardIsAddedListedAndRemoved() {
    desk.polder("network", "create", "lab", "-k", "etherstub", "-s", "10.1.0.0/24").ok();
    desk.typing("{\"brand\": \"native\", \"alias\": \"web\"}").polder("create").ok();
    desk.polder("start", "web").ok();
    String mac = desk.polder("nic", "add", "web", "lab").ok().out().strip();
    assertEquals("eth0:%s:lab:yes:10.1.0.1/24:\n".formatted(mac.replace(":", "\\:")), list());
    Map<String, Object> nic =
        Json.asObject(
            Json.asList(
                    Json.read(
                        desk.polder(
                                "nic",
                                "add",
                                "web",
                                "lab",
                                "--ip",
                                "10.1.0.9/24",
                                "--mac",
                                "2:8:20:0:0:9",
                                "--interface",
                                "net9",
                                "--primary",
                                "-j")
                            .ok()
                            .out()))
                .getFirst());
    assertEquals("02:08:20:00:00:09", nic.get("mac"));
    assertEquals(List.of("10.1.0.9/24"), nic.get("ips"));
    assertTrue(list().contains("lab:no:10.1.0.1/24"), list());
    assertTrue(list().contains("lab:yes:10.1.0.9/24"), list());
    assertTrue(desk.polder("nic", "list", "web").ok().out().contains("INTERFACE"));
    assertEquals(2, desk.polder("nic", "ls", "-q", "web").ok().out().lines().count());

    Desk.Answer unknown = desk.polder("nic", "remove", "web", "eth7", "net9");
    assertEquals(1, unknown.code());
    assertTrue(unknown.err().contains("'eth7'") && unknown.err().contains("net9 ("), unknown.err());
    desk.polder("nic", "rm", "web", "net9").ok();
    Desk.Answer left = desk.polder("nic", "remove", "web", mac, "-j").ok();
    assertEquals(List.of(), Json.asList(Json.read(left.out())));
    assertEquals("", list());
    assertTrue(desk.polder("nic", "add", "web", "none").err().contains("no network 'none'"));
    assertEquals(2, desk.polder("nic", "add", "web").code());
    assertEquals(2, desk.polder("nic", "add", "web", "lab", "-p", "80:80:80:80").code());
  }

  @Test
  void aGuestsCardsArePluggedWhileItIsDown() {
    desk.polder("network", "create", "lab", "-k", "etherstub", "-s", "10.1.0.0/24").ok();
    desk.typing("{\"brand\": \"vm\", \"alias\": \"guest\", \"kernel\": \"/boot/k\"}")
        .polder("create")
        .ok();
    desk.polder("nic", "add", "guest", "lab").ok();
    desk.polder("start", "guest").ok();
    Desk.Answer refused = desk.polder("nic", "remove", "guest", "eth0");
    assertEquals(1, refused.code());
    assertTrue(refused.err().contains("stop it first"), refused.err());
  }

  private String list() {
    return desk.polder("nic", "list", "-p", "web").ok().out();
  }
}
