package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.CommandResult;
import polder.tests.harness.TestHost;

/** Zones that were deleted by mistake, through the command line. */
@Tag("kernel")
class UndeleteTest {
  private static void refused(TestHost host, String part, String... words) {
    CommandResult result = host.polder(words);
    assertNotEquals(0, result.code(), String.join(" ", words));
    assertTrue(result.err().contains(part), result.err());
  }

  private static String in(TestHost host, String zone, String script) {
    return host.polder("exec", zone, "sh", "-c", script).ok().text();
  }

  @Test
  void aZoneThatWasDeletedByMistakeComesBack() {
    try (TestHost host = new TestHost()) {
      host.importBusybox();
      host.polder("run", "-d", "--name", "shop", "-v", "/orders", "busybox", "sleep", "1000").ok();
      in(host, "shop", "echo sold > /orders/one; echo page > /page");
      host.polder("snapshot", "create", "shop@monday").ok();
      String uuid = String.valueOf(host.json("get", "shop").get("uuid"));
      host.polder("delete", "--force", "--keep", "7d", "shop").ok();
      assertEquals("", host.polder("list", "-H", "-o", "alias").ok().text());
      refused(host, "there is no zone 'shop'", "start", "shop");
      Map<String, Object> kept = host.json("deleted", "get", "shop");
      assertEquals(uuid, kept.get("uuid"));
      assertNotEquals(0L, kept.get("used"), kept.toString());
      String line = host.polder("deleted", "list", "-p").ok().text();
      assertTrue(line.startsWith(uuid + ":shop:zones:"), line);

      // meanwhile there is another shop; the image and the volume cannot go
      host.polder("run", "-d", "--name", "shop", "busybox", "sleep", "1000").ok();
      refused(host, "busybox", "image", "delete", "busybox");
      host.killDaemon();
      assertEquals(uuid, host.polder("deleted", "list", "-q").ok().text());
      refused(host, "the alias 'shop' is that of zone", "undelete", "shop");
      assertEquals(uuid, host.polder("undelete", "shop", "--name", "old-shop").ok().text());
      assertEquals("", host.polder("deleted", "list", "-q").ok().text());
      assertEquals(
          "monday",
          host.polder("snapshot", "list", "-H", "-p", "old-shop").ok().text().split(":", -1)[1]);
      host.polder("start", "old-shop").ok();
      assertEquals("sold page", in(host, "old-shop", "echo $(cat /orders/one /page)"));

      // what is said when it is made holds when it is deleted, unless one says otherwise
      host.polder("update", "shop", "keep_on_delete=604800").ok();
      host.polder("delete", "--force", "shop").ok();
      refused(host, "no deleted zone 'none'", "undelete", "none");
      host.polder("deleted", "delete", "shop").ok();
      host.polder("update", "old-shop", "keep_on_delete=604800").ok();
      host.polder("delete", "--force", "--now", "old-shop").ok();
      assertEquals("", host.polder("deleted", "list", "-q").ok().text());
      refused(host, "give --keep or --now", "delete", "--now", "--keep", "1h", "x");
      String events = host.polder("events", "--since", "0", "-j").ok().out();
      assertTrue(events.contains("zone.undelete"), events);
      assertTrue(events.contains("\"reason\":\"asked\""), events);
      assertEquals(0, Json.asList(Json.read(host.polder("fsck", "-j").ok().out())).size());
      host.polder("image", "delete", "busybox").ok();
    }
  }
}
