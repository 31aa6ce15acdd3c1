package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Set;
import org.junit.jupiter.api.Test;
import polder.model.ErrorKind;
import polder.model.GuestPart;

/** Whose machine can be asked, on every host; a part of {@link HostContract}. */
abstract class GuestContract extends DeletedContract {
  @Test
  void onlyVmsHaveAMachine() {
    create("a", "sleep", "1000");
    host.zones().start(ref("a"));
    long before = host.events().newest();
    assertKind(ErrorKind.UNSUPPORTED, () -> host.guests().info(ref("a"), Set.of()));
    assertKind(ErrorKind.UNSUPPORTED, () -> host.guests().reset(ref("a")));
    assertKind(ErrorKind.UNSUPPORTED, () -> host.guests().nmi(ref("a")));
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    assertKind(ErrorKind.UNSUPPORTED, () -> host.guests().screenshot(ref("a"), png));
    assertEquals(0, png.size());
    assertEquals(before, host.events().newest(), "nothing happened");
    assertTrue(host.zones().get(ref("a")).status().pid().isPresent());

    assertKind(
        ErrorKind.NOT_FOUND, () -> host.guests().info(ref("nobody"), Set.of(GuestPart.STATUS)));
    assertKind(ErrorKind.NOT_FOUND, () -> host.guests().reset(ref("nobody")));
    assertKind(ErrorKind.NOT_FOUND, () -> host.guests().nmi(ref("nobody")));
    assertKind(
        ErrorKind.NOT_FOUND,
        () -> host.guests().screenshot(ref("nobody"), OutputStream.nullOutputStream()));
  }
}
