package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.Brand;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneStatus;

class ZoneTableTest {
  private final ZoneTable table = new ZoneTable();

  private static LocalZone zone(String uuid, String alias) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.NATIVE)
            .with(ZoneProperties.ZONE_UUID, UUID.fromString(uuid))
            .with(ZoneProperties.ALIAS, alias);
    Instant now = Instant.now();
    return new LocalZone(
        new ZoneRecord(1, spec, Optional.empty(), now, now), ZoneStatus.configured(now), "/x");
  }

  private ErrorKind kind(String ref) {
    return assertThrows(PolderException.class, () -> table.get(new ZoneRef(ref))).kind();
  }

  @Test
  void findsByAliasUuidAndUnambiguousBeginning() {
    LocalZone web = zone("aaaa1111-0000-4000-8000-000000000001", "web");
    LocalZone db = zone("aaaa2222-0000-4000-8000-000000000002", "db");
    table.add(web);
    table.add(db);
    assertSame(web, table.get(new ZoneRef("web")));
    assertSame(db, table.get(new ZoneRef("aaaa2222-0000-4000-8000-000000000002")));
    assertSame(db, table.get(new ZoneRef("aaaa2")));
    assertEquals(ErrorKind.INVALID, kind("aaaa"));
    assertEquals(ErrorKind.NOT_FOUND, kind("aaa"));
    assertEquals(ErrorKind.NOT_FOUND, kind("mail"));
    table.remove(web);
    assertEquals(ErrorKind.NOT_FOUND, kind("web"));
    assertSame(db, table.get(new ZoneRef("aaaa")));
  }

  @Test
  void noTwoZonesHaveOneUuidOrAlias() {
    table.add(zone("aaaa1111-0000-4000-8000-000000000001", "web"));
    LocalZone sameAlias = zone("aaaa2222-0000-4000-8000-000000000002", "web");
    assertEquals(
        ErrorKind.EXISTS, assertThrows(PolderException.class, () -> table.add(sameAlias)).kind());
    LocalZone sameUuid = zone("aaaa1111-0000-4000-8000-000000000001", "other");
    assertEquals(
        ErrorKind.EXISTS, assertThrows(PolderException.class, () -> table.add(sameUuid)).kind());
    LocalZone impostor =
        zone("aaaa3333-0000-4000-8000-000000000003", "aaaa1111-0000-4000-8000-000000000001");
    assertEquals(
        ErrorKind.INVALID, assertThrows(PolderException.class, () -> table.add(impostor)).kind());
    assertEquals(1, table.list().size());
  }

  @Test
  void aRenamedZoneLeavesItsOldNameFree() {
    LocalZone web = zone("aaaa1111-0000-4000-8000-000000000001", "web");
    table.add(web);
    ZoneSpec before = web.record().spec();
    table.rename(web.uuid(), before, before.with(ZoneProperties.ALIAS, "www"));
    assertSame(web, table.get(new ZoneRef("www")));
    assertEquals(ErrorKind.NOT_FOUND, kind("web"));
  }
}
