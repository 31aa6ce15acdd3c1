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
import polder.model.ZoneState;
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

  private void put(LocalZone zone) {
    assertEquals(Optional.empty(), table.add(zone));
    zone.state(ZoneState.INSTALLED);
    table.settle(zone);
  }

  private ErrorKind kind(String ref) {
    return assertThrows(PolderException.class, () -> table.get(new ZoneRef(ref))).kind();
  }

  @Test
  void findsByAliasUuidAndUnambiguousBeginning() {
    LocalZone web = zone("aaaa1111-0000-4000-8000-000000000001", "web");
    LocalZone db = zone("aaaa2222-0000-4000-8000-000000000002", "db");
    put(web);
    put(db);
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
    put(zone("aaaa1111-0000-4000-8000-000000000001", "web"));
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
    put(web);
    ZoneSpec after = web.record().spec().with(ZoneProperties.ALIAS, "www");
    assertEquals(Optional.empty(), table.promise(web.uuid(), after));
    assertSame(web, table.get(new ZoneRef("web")), "until the new name is on the disk");
    assertEquals(ErrorKind.NOT_FOUND, kind("www"));
    web.record(web.record().with(after, Instant.now()));
    table.settle(web);
    assertSame(web, table.get(new ZoneRef("www")));
    assertEquals(ErrorKind.NOT_FOUND, kind("web"));
  }

  @Test
  void whoWantsANameThatMayYetComeToNothingIsToldForWhomToWait() {
    LocalZone made = zone("aaaa1111-0000-4000-8000-000000000001", "web");
    assertEquals(Optional.empty(), table.add(made));
    assertEquals(ErrorKind.NOT_FOUND, kind("web"));
    LocalZone second = zone("aaaa2222-0000-4000-8000-000000000002", "web");
    assertEquals(Optional.of(made), table.add(second));
    LocalZone third = zone("aaaa3333-0000-4000-8000-000000000003", "db");
    put(third);
    ZoneSpec renamed = third.record().spec().with(ZoneProperties.ALIAS, "web");
    assertEquals(Optional.of(made), table.promise(third.uuid(), renamed));
    table.remove(made); // it came to nothing
    assertEquals(Optional.empty(), table.promise(third.uuid(), renamed));
    assertEquals(Optional.of(third), table.add(second));
    table.withdraw(third.uuid());
    assertEquals(Optional.empty(), table.add(second));
    assertSame(third, table.get(new ZoneRef("db")));
  }
}
