package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CloneRequestTest {
  private static final ZoneSpec ORIGINAL =
      ZoneSpec.of(Brand.NATIVE)
          .with(ZoneProperties.ZONE_UUID, UUID.randomUUID())
          .with(ZoneProperties.ALIAS, "web")
          .with(ZoneProperties.ZONE_HOSTNAME, "www.example.org")
          .with(ZoneProperties.AUTOBOOT, false)
          .with(ZoneProperties.INDESTRUCTIBLE_ZONEROOT, true)
          .with(ZoneProperties.MAX_LWPS, 500L);

  private static ZoneSpec clone(Map<String, Object> changes) {
    return new CloneRequest(Optional.empty(), new Patch(changes)).applyTo(ORIGINAL);
  }

  @Test
  void aCloneIsSomebodyElseAndOtherwiseTheSame() {
    ZoneSpec made = clone(Map.of("alias", "copy"));
    assertNotEquals(ORIGINAL.uuid(), made.uuid());
    assertEquals("copy", made.name());
    assertEquals("copy", made.hostname());
    assertFalse(made.has(ZoneProperties.AUTOBOOT));
    assertFalse(made.get(ZoneProperties.INDESTRUCTIBLE_ZONEROOT));
    assertEquals(500L, made.get(ZoneProperties.MAX_LWPS));
  }

  @Test
  void whatIsGivenIsTaken() {
    UUID uuid = UUID.randomUUID();
    ZoneSpec made = clone(Map.of("uuid", uuid.toString(), "hostname", "two", "max_lwps", 7L));
    assertEquals(uuid, made.uuid());
    assertEquals("two", made.hostname());
    assertEquals(7L, made.get(ZoneProperties.MAX_LWPS));
  }

  @Test
  void whatIsDecidedAtCreationIsTheOriginals() {
    PolderException refusal =
        assertThrows(PolderException.class, () -> clone(Map.of("zpool", "other")));
    assertEquals(ErrorKind.INVALID, refusal.kind());
    assertEquals(List.of("zpool"), refusal.faults().stream().map(Fault::path).toList());
  }
}
