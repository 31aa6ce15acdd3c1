package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.PoolRequest;
import polder.model.Snapshot;
import polder.model.SnapshotSchedule;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** What volumes mean, whoever keeps them. */
abstract class VolumeContract extends TransferContract {
  private static ZoneSpec attaching(String zone, String volume) {
    return spec(zone, "true")
        .with(
            ZoneProperties.FILESYSTEMS,
            List.of(new Filesystem(volume, "/mnt", "volume", List.of())));
  }

  private Zone create(ZoneSpec spec) {
    Zone zone = host.zones().create(spec);
    made.add(zone.uuid());
    return zone;
  }

  @Test
  void aVolumeIsMadeAttachedAndTakenAway() {
    Volume data = host.volumes().create(VolumeRequest.of("contract-data"));
    assertEquals("contract-data", data.name());
    assertEquals("zones", data.pool());
    assertEquals(0, data.quota());
    assertEquals(List.of(), data.zones());
    assertEquals(Optional.empty(), data.problem());
    assertEquals(data.uuid(), host.volumes().get(data.uuid().toString()).uuid());
    assertTrue(host.volumes().list().stream().map(Volume::name).toList().contains("contract-data"));
    assertEquals(1, host.pools().get("zones").volumes());
    assertEquals(0, host.pools().get("zones").zones());
    assertKind(ErrorKind.EXISTS, () -> host.volumes().create(VolumeRequest.of("contract-data")));

    create(attaching("a", "contract-data"));
    create(attaching("b", data.uuid().toString()));
    assertEquals(List.of("a", "b"), host.volumes().get("contract-data").zones());
    assertEquals(2, host.pools().get("zones").zones());
    PolderException refusal =
        assertThrows(PolderException.class, () -> host.volumes().delete("contract-data"));
    assertEquals(ErrorKind.WRONG_STATE, refusal.kind());
    assertTrue(String.valueOf(refusal.getMessage()).contains("'a', 'b'"), refusal.getMessage());
    host.zones().delete(ref("a"), false);
    host.zones().update(ref("b"), new Patch(Map.of("remove_filesystems", List.of("/mnt"))), false);
    assertEquals(List.of(), host.volumes().get("contract-data").zones());
    host.volumes().delete("contract-data");
    assertKind(ErrorKind.NOT_FOUND, () -> host.volumes().get("contract-data"));
  }

  @Test
  void aVolumeHasSnapshots() {
    host.volumes().create(VolumeRequest.of("contract-data"));
    Snapshot first = host.volumes().snapshot("contract-data", Optional.of("first"));
    assertEquals("first", first.name());
    Snapshot second = host.volumes().snapshot("contract-data", Optional.empty());
    assertEquals(
        List.of("first", second.name()),
        host.volumes().snapshots("contract-data").stream().map(Snapshot::name).toList());
    assertKind(
        ErrorKind.EXISTS, () -> host.volumes().snapshot("contract-data", Optional.of("first")));
    assertKind(
        ErrorKind.INVALID, () -> host.volumes().snapshot("contract-data", Optional.of("../x")));
    assertKind(ErrorKind.NOT_FOUND, () -> host.volumes().rollback("contract-data", "none"));
    assertEquals("contract-data", host.volumes().rollback("contract-data", "first").name());
    assertEquals(2, host.volumes().snapshots("contract-data").size(), "the newer one stays");
    host.volumes().deleteSnapshot("contract-data", "first");
    assertKind(ErrorKind.NOT_FOUND, () -> host.volumes().deleteSnapshot("contract-data", "first"));
    assertEquals(1, host.volumes().snapshots("contract-data").size());

    create(
        spec("a", "true")
            .with(
                ZoneProperties.FILESYSTEMS,
                List.of(new Filesystem("", "/mnt", "volume", List.of()))));
    String own =
        host.volumes().list().stream()
            .filter(volume -> volume.zone().isPresent())
            .findFirst()
            .orElseThrow()
            .name();
    assertKind(ErrorKind.WRONG_STATE, () -> host.volumes().snapshot(own, Optional.empty()));
    assertKind(ErrorKind.WRONG_STATE, () -> host.volumes().schedule(own, SnapshotSchedule.NONE));
    assertKind(
        ErrorKind.NOT_FOUND, () -> host.volumes().schedule("contract-none", SnapshotSchedule.NONE));
    assertKind(
        ErrorKind.NOT_FOUND, () -> host.volumes().snapshot("contract-none", Optional.empty()));
    assertKind(ErrorKind.NOT_FOUND, () -> host.volumes().snapshots("contract-none"));
  }

  @Test
  void aVolumeHasAScheduleOfSnapshots() {
    SnapshotSchedule monthly = new SnapshotSchedule(Map.of(SnapshotSchedule.Period.MONTHLY, 3));
    SnapshotSchedule daily = new SnapshotSchedule(Map.of(SnapshotSchedule.Period.DAILY, 7));
    VolumeRequest request = new VolumeRequest("contract-s", "zones", 0, "off", monthly);
    assertEquals(monthly, host.volumes().create(request).schedule());
    assertEquals(monthly, host.volumes().get("contract-s").schedule());
    assertEquals(daily, host.volumes().schedule("contract-s", daily).schedule());
    assertEquals(daily, host.volumes().get("contract-s").schedule());
    SnapshotSchedule none = SnapshotSchedule.NONE;
    assertEquals(none, host.volumes().schedule("contract-s", none).schedule());
    assertEquals(none, host.volumes().get("contract-s").schedule());
    host.volumes().delete("contract-s");
  }

  @Test
  void whatIsNoVolumeIsRefused() {
    for (String name : List.of("contract-none", "00000000-0000-0000-0000-000000000000")) {
      assertKind(ErrorKind.NOT_FOUND, () -> host.volumes().get(name));
      assertKind(ErrorKind.NOT_FOUND, () -> host.volumes().delete(name));
      assertKind(ErrorKind.NOT_FOUND, () -> host.volumes().resize(name, 0));
    }
    for (String name : List.of("", "..", "../x", "-a", "a/b", "a".repeat(64))) {
      assertKind(ErrorKind.INVALID, () -> host.volumes().get(name));
      assertKind(ErrorKind.INVALID, () -> host.volumes().delete(name));
    }
    PolderException refusal =
        assertThrows(
            PolderException.class, () -> host.zones().create(attaching("a", "contract-none")));
    assertEquals("filesystems[0].source", refusal.faults().getFirst().path());
    assertTrue(refusal.faults().getFirst().toString().contains("contract-none"));
    assertTrue(host.zones().list().isEmpty());
    assertKind(
        ErrorKind.NOT_FOUND,
        () -> host.volumes().create(new VolumeRequest("contract-x", "contract-none", 0, "off")));
    assertKind(
        ErrorKind.UNSUPPORTED,
        () -> host.volumes().create(new VolumeRequest("contract-x", "zones", 1L << 30, "off")));
    assertKind(
        ErrorKind.UNSUPPORTED,
        () -> host.volumes().create(new VolumeRequest("contract-x", "zones", 0, "zstd")));
    assertKind(
        ErrorKind.INVALID,
        () -> host.volumes().create(new VolumeRequest("contract-x", "zones", 0, "best")));
    assertKind(ErrorKind.NOT_FOUND, () -> host.volumes().get("contract-x"));
  }

  @Test
  void aZonesOwnVolumeGoesWithIt() {
    create(attaching("a", ""));
    Volume own = host.volumes().list().getFirst();
    assertEquals(own.uuid().toString(), own.name());
    assertEquals(Optional.of(host.zones().get(ref("a")).uuid()), own.zone());
    assertEquals(List.of("a"), own.zones());
    assertKind(ErrorKind.WRONG_STATE, () -> host.volumes().delete(own.name()));
    Filesystem more = new Filesystem("", "/more", "volume", List.of());
    Map<String, Object> patch =
        Map.of("add_filesystems", List.of(Map.of("target", more.target(), "type", more.type())));
    assertKind(ErrorKind.UNSUPPORTED, () -> host.zones().update(ref("a"), new Patch(patch), false));
    host.zones().delete(ref("a"), false);
    assertEquals(List.of(), host.volumes().list());
  }

  @Test
  void aDelegatedDatasetGoesWithItsZone() {
    create(
        spec("a", "true")
            .with(ZoneProperties.DELEGATE_DATASET, true)
            .with(ZoneProperties.INDESTRUCTIBLE_DELEGATED, true));
    assertEquals(List.of("a"), host.volumes().list().getFirst().zones());
    assertKind(ErrorKind.WRONG_STATE, () -> host.zones().delete(ref("a"), false));
    Map<String, Object> free = Map.of("indestructible_delegated", false);
    host.zones().update(ref("a"), new Patch(free), false);
    host.zones().delete(ref("a"), false);
    assertEquals(List.of(), host.volumes().list());
  }

  @Test
  void aVolumeInAPoolHasAQuota() {
    host.pools()
        .create(
            new PoolRequest(
                "contract", Optional.of(256L << 20), Optional.empty(), Optional.empty()));
    Volume data =
        host.volumes().create(new VolumeRequest("contract-q", "contract", 64L << 20, "zstd"));
    assertEquals(64L << 20, data.quota());
    assertEquals("zstd", data.compression());
    assertEquals(1, host.pools().get("contract").volumes());
    assertEquals(0, host.pools().get("contract").zones());
    assertEquals(32L << 20, host.volumes().resize("contract-q", 32L << 20).quota());
    assertEquals(0, host.volumes().resize("contract-q", 0).quota());
    assertKind(ErrorKind.INVALID, () -> host.volumes().resize("contract-q", 1));
    assertKind(ErrorKind.WRONG_STATE, () -> host.pools().delete("contract"));
    host.volumes().delete("contract-q");
    host.pools().delete("contract");
  }
}
