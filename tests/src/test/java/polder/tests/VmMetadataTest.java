package polder.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.Json;
import polder.tests.harness.Guest;
import polder.tests.harness.GuestShell;
import polder.tests.harness.TestHost;

/** A guest that asks for its metadata at its second serial port, as mdata-get does. */
@Tag("kernel")
class VmMetadataTest {
  private static final String VALUE = "from\ninside";

  /** Asks, and shows {@code lines} lines of the answer. */
  private static String ask(GuestShell shell, String request, int lines) {
    return shell
        .run(
            "echo '"
                + request
                + "' >&3; for i in $(seq "
                + lines
                + "); do read -r l <&3; echo $l; done")
        .replace("\r", "");
  }

  private static String frame(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    return "V2 %d %08x %s".formatted(body.length(), crc.getValue(), body);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aGuestIsToldAndChangesWhatIsItsOwnAlsoAfterTheDaemonsDeath() {
    Guest guest = Guest.linux();
    try (TestHost host = new TestHost()) {
      Map<String, Object> payload = new HashMap<>();
      payload.put("brand", "vm");
      payload.put("alias", "guest");
      payload.put("ram", 128);
      payload.put("accel", "tcg");
      payload.put("open_stdin", true);
      payload.put("kernel", guest.kernel().toString());
      payload.put("initrd", guest.initrd().toString());
      payload.put("cmdline", "console=ttyS0 quiet panic=-1 do=shell");
      payload.put("customer_metadata", Map.of("user-script", "#!/bin/sh"));
      host.create(payload);
      host.polder("start", "guest").ok();
      try (GuestShell shell = new GuestShell(host, "guest")) {
        shell.run("exec 3<>/dev/ttyS1; stty -F /dev/ttyS1 raw -echo");
        assertEquals("invalid command", ask(shell, "", 1));
        assertEquals("V2_OK", ask(shell, "NEGOTIATE V2", 1));
        assertEquals("SUCCESS\nguest\n.", ask(shell, "GET sdc:alias", 3));
        String put = base64(base64("state") + " " + base64(VALUE));
        assertEquals(frame("1f SUCCESS " + base64("OK")), ask(shell, frame("1f PUT " + put), 1));
      }
      assertEquals(VALUE, metadata(host).get("state"));

      host.killDaemon();
      assertEquals("running", host.json("get", "guest").get("zone_state"));
      try (GuestShell shell = new GuestShell(host, "guest")) {
        shell.run("exec 3<>/dev/ttyS1; stty -F /dev/ttyS1 raw -echo");
        assertEquals(
            frame("20 SUCCESS " + base64("#!/bin/sh")),
            ask(shell, frame("20 GET " + base64("user-script")), 1));
      }
      host.polder("delete", "--force", "guest").ok();
    }
  }

  private static Map<String, Object> metadata(TestHost host) {
    return Json.asObject(host.json("get", "guest").get("customer_metadata"));
  }
}
