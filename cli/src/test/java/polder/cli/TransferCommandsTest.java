package polder.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import polder.model.Brand;
import polder.model.Json;
import polder.model.SnapshotRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** Streams that break off, as somebody at a desk sees them. */
class TransferCommandsTest {
  private static Desk withZone() {
    Desk desk = new Desk();
    desk.host().zones().create(ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, "web"));
    desk.host().snapshots().create(SnapshotRequest.of(new ZoneRef("web"), "mon"));
    return desk;
  }

  private static String cut(String stream) {
    return stream.substring(0, stream.length() - 9);
  }

  private static Map<String, Object> kept(Desk desk) {
    String list = desk.polder("receive", "--list", "--json").ok().out();
    return Json.asObject(Json.asList(Json.read(list)).getFirst());
  }

  @Test
  void whatCameIsListedAndGoneOnWith() {
    try (Desk desk = withZone()) {
      String whole = desk.polder("send", "web@mon").ok().out();
      desk.typing(cut(whole));
      assertNotEquals(0, desk.polder("receive", "--as", "twin", "--resumable").code());
      String token = String.valueOf(kept(desk).get("token"));
      String list = desk.polder("receive", "--list").ok().out();
      assertTrue(list.startsWith("twin@mon: ") && list.contains(token), list);

      String rest = desk.polder("send", "--resume", token).ok().out();
      assertTrue(rest.length() < whole.length(), rest);
      try (Desk other = new Desk()) {
        assertNotEquals(0, other.typing(rest).polder("receive").code());
      }
      assertEquals(2, desk.polder("send", "--resume", token, "web").code());
      assertEquals(2, desk.polder("send").code());
      assertNotEquals(0, desk.polder("send", "--resume", token + "A").code());

      desk.typing(rest).polder("receive").ok();
      assertTrue(desk.polder("list").ok().out().contains("twin"));
      assertEquals("", desk.atTerminal().polder("receive", "--list").ok().out());
    }
  }

  @Test
  void whatCameIsGivenUp() {
    try (Desk desk = withZone()) {
      desk.typing(cut(desk.polder("send", "web@mon").ok().out()));
      assertNotEquals(0, desk.polder("receive", "--as", "twin", "--resumable").code());
      String id = String.valueOf(kept(desk).get("id"));
      assertEquals(2, desk.polder("receive", "--abort", "twin").code());
      desk.polder("receive", "--abort", id).ok();
      assertEquals("", desk.polder("receive", "--list").ok().out());
      assertNotEquals(0, desk.polder("receive", "--abort", id).code());
    }
  }
}
