package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import polder.model.Cidr;
import polder.model.DeletedZone;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.SnapshotRequest;
import polder.model.Subnet;
import polder.model.VolumeRequest;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneState;

/** What it means that a deleted zone is kept, on every host; a part of {@link HostContract}. */
abstract class DeletedContract extends PoolContract {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Patch NOTHING = new Patch(Map.of());

  @Test
  void aZoneThatWasDeletedComesBackWithAllThatItHad() {
    Zone zone = create("a", "sleep", "1000");
    byte[] tar = TestTar.of("file", "content".getBytes(StandardCharsets.UTF_8));
    host.zones().copyIn(ref("a"), "/root", new ByteArrayInputStream(tar));
    host.snapshots().create(SnapshotRequest.of(ref("a"), "before"));
    host.zones().start(ref("a"));
    assertKind(ErrorKind.WRONG_STATE, () -> host.zones().delete(ref("a"), false, LONG));
    Instant before = Instant.now();
    host.zones().delete(ref("a"), true, LONG);

    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().get(ref("a")));
    assertKind(ErrorKind.NOT_FOUND, () -> host.zones().start(ZoneRef.of(zone.uuid())));
    assertEquals(List.of(), host.zones().list());
    assertEquals(0, count("zones"));
    DeletedZone kept = host.deleted().get(ref("a"));
    assertEquals(List.of(kept), host.deleted().list());
    assertEquals(zone.uuid(), kept.uuid());
    assertEquals("a", kept.name());
    assertFalse(kept.until().isBefore(before.plus(LONG)), kept.toString());
    assertEquals(LONG, Duration.between(kept.deleted(), kept.until()));

    Zone back = host.deleted().undelete(ZoneRef.of(zone.uuid()), NOTHING);
    assertEquals(ZoneState.INSTALLED, back.state());
    assertEquals(zone.spec().with(ZoneProperties.AUTOBOOT, false), back.spec());
    assertEquals("before", back.snapshots().getFirst().name());
    assertEquals(List.of(), host.deleted().list());
    assertKind(ErrorKind.NOT_FOUND, () -> host.deleted().undelete(ref("a"), NOTHING));
    host.zones().copyOut(ref("a"), "/root/file", new ByteArrayOutputStream());
    assertEquals(ZoneState.RUNNING, host.zones().start(ref("a")).state());
  }

  @Test
  void itsNameAndAddressAreFreeForOthers() {
    Subnet small =
        new Subnet(
            Cidr.of("10.216.0.0/29"), java.util.Optional.empty(), java.util.Optional.empty());
    host.networks().create(NetworkRequest.of("contractkept", Network.Kind.ETHERSTUB).with(small));
    List<Nic> nics = List.of(Nic.on("contractkept"));
    Zone first = host.zones().create(spec("a", "true").with(ZoneProperties.NICS, nics));
    made.add(first.uuid());
    host.zones().delete(ref("a"), false, LONG);
    Zone second = host.zones().create(spec("a", "true").with(ZoneProperties.NICS, nics));
    made.add(second.uuid());
    assertEquals(
        first.spec().get(ZoneProperties.NICS).getFirst().addresses(),
        second.spec().get(ZoneProperties.NICS).getFirst().addresses());
    assertKind(
        ErrorKind.EXISTS,
        () -> host.zones().create(spec("c").with(ZoneProperties.ZONE_UUID, first.uuid())));

    assertKind(ErrorKind.EXISTS, () -> host.deleted().undelete(ref("a"), NOTHING));
    Patch renamed = new Patch(Map.of("alias", "b"));
    assertKind(ErrorKind.INVALID, () -> host.deleted().undelete(ref("a"), renamed));
    assertEquals(1, host.deleted().list().size(), "what is refused changes nothing");
    Patch moved =
        new Patch(Map.of("alias", "b", "nics", List.of(Map.of("nic_tag", "contractkept"))));
    Zone back = host.deleted().undelete(ref("a"), moved);
    assertEquals("b", back.name());
    assertEquals(
        List.of(Cidr.of("10.216.0.2/29")),
        back.spec().get(ZoneProperties.NICS).getFirst().addresses());
    assertEquals(second.uuid(), host.zones().get(ref("a")).uuid());

    host.zones().delete(ref("a"), false, LONG);
    Zone third = create("a");
    host.zones().delete(ref("a"), false, LONG);
    assertKind(ErrorKind.INVALID, () -> host.deleted().get(ref("a")));
    assertEquals(third.uuid(), host.deleted().get(ZoneRef.of(third.uuid())).uuid());
    assertKind(
        ErrorKind.INVALID,
        () -> host.deleted().undelete(ZoneRef.of(third.uuid()), new Patch(Map.of("brand", "lx"))));
    host.zones().delete(ref("b"), false);
  }

  @Test
  void whatItNeedsIsHeldUntilItIsGoneForGood() {
    host.volumes().create(VolumeRequest.of("contractdata"));
    Zone zone =
        host.zones()
            .create(
                spec("a")
                    .with(ZoneProperties.KEEP_ON_DELETE, 3600L)
                    .with(
                        ZoneProperties.FILESYSTEMS,
                        List.of(new Filesystem("contractdata", "/srv", "volume", List.of()))));
    made.add(zone.uuid());
    host.zones().delete(ref("a"), false);
    assertEquals(zone.uuid(), host.deleted().get(ref("a")).uuid());
    assertKind(ErrorKind.WRONG_STATE, () -> host.volumes().delete("contractdata"));
    assertEquals(List.of(), host.volumes().get("contractdata").zones());
    host.deleted().delete(ref("a"));
    assertKind(ErrorKind.NOT_FOUND, () -> host.deleted().delete(ref("a")));
    host.volumes().delete("contractdata");

    Zone other = host.zones().create(spec("b").with(ZoneProperties.KEEP_ON_DELETE, 3600L));
    made.add(other.uuid());
    host.zones().delete(ref("b"), false, Duration.ZERO);
    assertEquals(List.of(), host.deleted().list());
    create("c");
    assertKind(
        ErrorKind.INVALID, () -> host.zones().delete(ref("c"), false, Duration.ofDays(10_000)));
    host.zones().delete(ref("c"), false, Duration.ofMillis(1));
    Instant deadline = Instant.now().plus(SOON);
    while (!host.deleted().list().isEmpty()) {
      assertTrue(Instant.now().isBefore(deadline), "its time is over and it is kept");
      Thread.onSpinWait();
    }
  }
}
