package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.Adoption;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.Progress;
import polder.model.Zone;
import polder.model.ZoneProperties;

/** What pools are, whichever host is asked. */
abstract class PoolContract extends VolumeContract {
  @Test
  void aHostHasOnePoolAndIsAskedForMore() {
    Pool standard = host.pools().get("zones");
    assertEquals("overlay", standard.driver());
    assertTrue(standard.size() >= standard.free() && standard.free() > 0);
    assertTrue(host.pools().list().stream().map(Pool::name).toList().contains("zones"));
    assertKind(ErrorKind.WRONG_STATE, () -> host.pools().delete("zones"));
    assertKind(ErrorKind.UNSUPPORTED, () -> host.pools().scrub("zones"));
    assertKind(ErrorKind.UNSUPPORTED, () -> host.pools().trim("zones"));
    assertKind(ErrorKind.UNSUPPORTED, () -> host.pools().grow("zones", 1L << 40));
    assertKind(
        ErrorKind.UNSUPPORTED, () -> host.pools().adopt("zones", AdoptRequest.ALL, Progress.NONE));
    assertKind(ErrorKind.EXISTS, () -> host.pools().create(pool("zones", 256)));
    for (String name : List.of("contract", "none")) {
      assertKind(ErrorKind.NOT_FOUND, () -> host.pools().get(name));
      assertKind(ErrorKind.NOT_FOUND, () -> host.pools().delete(name));
      assertKind(ErrorKind.NOT_FOUND, () -> host.pools().scrub(name));
      assertKind(ErrorKind.NOT_FOUND, () -> host.pools().trim(name));
      assertKind(ErrorKind.NOT_FOUND, () -> host.pools().grow(name, 1L << 30));
      assertKind(
          ErrorKind.NOT_FOUND, () -> host.pools().adopt(name, AdoptRequest.ALL, Progress.NONE));
    }
    for (String name : List.of("", "..", "../x", "A", "1", "a".repeat(33))) {
      assertKind(ErrorKind.INVALID, () -> host.pools().get(name));
      assertKind(ErrorKind.INVALID, () -> host.pools().delete(name));
    }
    assertKind(ErrorKind.NOT_FOUND, () -> host.pools().importFrom("/nowhere/at/all"));
    assertKind(ErrorKind.INVALID, () -> host.pools().importFrom("nowhere"));
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () -> host.zones().create(spec("a", "true").with(ZoneProperties.ZPOOL, "contract")));
    assertEquals("zpool", refusal.faults().getFirst().path());
  }

  private static PoolRequest pool(String name, long mebibytes) {
    return new PoolRequest(name, Optional.of(mebibytes << 20), Optional.empty(), Optional.empty());
  }

  @Test
  void aPoolIsMadeGrownReadAndTakenAway() {
    Pool fast = host.pools().create(pool("contract", 256));
    assertEquals("btrfs", fast.driver());
    assertEquals(Pool.Kind.FILE, fast.kind());
    assertEquals(256L << 20, fast.size());
    assertEquals(Optional.empty(), fast.problem());
    assertTrue(fast.quotas());
    assertKind(ErrorKind.EXISTS, () -> host.pools().create(pool("contract", 256)));
    assertEquals(0, host.pools().scrub("contract").errors());
    assertTrue(host.pools().trim("contract") > 0);
    assertKind(ErrorKind.INVALID, () -> host.pools().grow("contract", 256L << 19));
    assertEquals(512L << 20, host.pools().grow("contract", 512L << 20).size());

    Zone zone = host.zones().create(spec("a", "true").with(ZoneProperties.ZPOOL, "contract"));
    made.add(zone.uuid());
    assertEquals(1, host.pools().get("contract").zones());
    assertKind(ErrorKind.WRONG_STATE, () -> host.pools().delete("contract"));
    AdoptRequest named = new AdoptRequest(List.of("a", zone.uuid().toString()), false, true);
    for (AdoptRequest request : List.of(AdoptRequest.ALL, named)) {
      Adoption adoption = host.pools().adopt("contract", request, Progress.NONE);
      assertEquals("contract", adoption.pool());
      assertEquals(1, adoption.objects().size());
      Adoptee here = adoption.objects().getFirst();
      assertEquals(Adoptee.Kind.ZONE, here.kind());
      assertEquals(zone.uuid(), here.uuid());
      assertEquals("a", here.name());
      assertEquals(Adoptee.Fate.HERE, here.fate());
      assertEquals(
          zone.spec().find(ZoneProperties.IMAGE_UUID), here.image().map(Adoptee.Origin::uuid));
    }
    AdoptRequest absent = new AdoptRequest(List.of("b"), false, false);
    assertKind(ErrorKind.NOT_FOUND, () -> host.pools().adopt("contract", absent, Progress.NONE));
    AdoptRequest called = new AdoptRequest(List.of(), Map.of("b", "c"), false, true);
    PolderException refused =
        assertThrows(
            PolderException.class, () -> host.pools().adopt("contract", called, Progress.NONE));
    assertEquals(ErrorKind.INVALID, refused.kind());
    assertEquals("names.b", refused.faults().getFirst().path());
    host.zones().delete(ref("a"), false);
    host.pools().delete("contract");
    assertKind(ErrorKind.NOT_FOUND, () -> host.pools().get("contract"));
  }
}
