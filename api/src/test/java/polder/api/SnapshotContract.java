package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import polder.model.CloneRequest;
import polder.model.ErrorKind;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneState;

/** What snapshots mean on every host; a part of {@link HostContract}. */
abstract class SnapshotContract extends ProcessContract {
  private SnapshotRef at(String zone, String name) {
    return new SnapshotRef(ref(zone), name);
  }

  private void put(String zone, String file) {
    byte[] tar = TestTar.of(file, "content".getBytes(StandardCharsets.UTF_8));
    host.zones().copyIn(ref(zone), "/root", new ByteArrayInputStream(tar));
  }

  private boolean has(String zone, String file) {
    try {
      host.zones().copyOut(ref(zone), "/root/" + file, new ByteArrayOutputStream());
      return true;
    } catch (PolderException e) {
      assertEquals(ErrorKind.NOT_FOUND, e.kind(), e.getMessage());
      return false;
    }
  }

  @Test
  void aZoneIsRolledBackAndForwardAgain() {
    create("a", "sleep", "1000");
    put("a", "one");
    Instant before = Instant.now().minusSeconds(5);
    Snapshot first = host.snapshots().create(SnapshotRequest.of(ref("a"), "first")).getFirst();
    assertEquals("first", first.name());
    assertTrue(first.created().isAfter(before), first.toString());
    put("a", "two");
    host.snapshots().create(SnapshotRequest.of(ref("a"), "second"));

    Zone back = host.snapshots().rollback(at("a", "first"), false);
    assertEquals(ZoneState.INSTALLED, back.state());
    assertTrue(has("a", "one"));
    assertFalse(has("a", "two"));
    List<Snapshot> both = host.snapshots().list(ref("a"));
    assertEquals(List.of("first", "second"), both.stream().map(Snapshot::name).toList());
    assertEquals(both, host.zones().get(ref("a")).snapshots());
    host.snapshots().rollback(at("a", "second"), false);
    assertTrue(has("a", "two"));

    assertEquals(first, host.snapshots().get(at("a", "first")));
    host.snapshots().delete(at("a", "first"));
    assertKind(ErrorKind.NOT_FOUND, () -> host.snapshots().get(at("a", "first")));
    assertEquals(1, host.zones().get(ref("a")).snapshots().size());
  }

  @Test
  void aRunningZoneIsRolledBackOnlyByForceAndRunsAgain() {
    create("a", "sleep", "1000");
    host.zones().start(ref("a"));
    host.snapshots().create(SnapshotRequest.of(ref("a"), "up"));
    assertEquals(ZoneState.RUNNING, host.zones().get(ref("a")).state());
    put("a", "late");
    assertKind(ErrorKind.WRONG_STATE, () -> host.snapshots().rollback(at("a", "up"), false));
    assertTrue(has("a", "late"));
    Optional<Integer> pid = host.zones().get(ref("a")).status().pid();
    Zone back = host.snapshots().rollback(at("a", "up"), true);
    assertEquals(ZoneState.RUNNING, back.state());
    assertFalse(pid.equals(back.status().pid()));
    assertFalse(has("a", "late"));
    host.zones().pause(ref("a"));
    host.snapshots().create(SnapshotRequest.of(ref("a"), "paused"));
    assertTrue(host.zones().get(ref("a")).status().paused());
  }

  @Test
  void aGroupHasAllItsSnapshotsOrNone() {
    create("a");
    create("b");
    host.snapshots().create(SnapshotRequest.of(ref("b"), "there"));
    SnapshotRequest taken = new SnapshotRequest(List.of(ref("a"), ref("b")), Optional.of("there"));
    assertKind(ErrorKind.EXISTS, () -> host.snapshots().create(taken));
    assertEquals(List.of(), host.snapshots().list(ref("a")));
    List<Snapshot> both =
        host.snapshots().create(new SnapshotRequest(taken.zones(), Optional.empty()));
    assertEquals(2, both.size());
    assertEquals(both.get(0), host.snapshots().get(at("a", both.get(0).name())));
    assertEquals(both.get(1), host.snapshots().get(at("b", both.get(0).name())));
    ZoneRef sameAsA = ZoneRef.of(host.zones().get(ref("a")).uuid());
    assertKind(
        ErrorKind.INVALID,
        () ->
            host.snapshots()
                .create(new SnapshotRequest(List.of(ref("a"), sameAsA), Optional.empty())));
    assertKind(ErrorKind.INVALID, () -> new SnapshotRequest(List.of(), Optional.empty()));
  }

  private Zone cloneOf(String zone, Optional<String> snapshot, Map<String, Object> changes) {
    Zone made = host.zones().clone(ref(zone), new CloneRequest(snapshot, new Patch(changes)));
    this.made.add(made.uuid());
    return made;
  }

  @Test
  void aZoneIsClonedAsItIsAndAsItWas() {
    Zone original = create("a", "sleep", "1000");
    put("a", "one");
    host.snapshots().create(SnapshotRequest.of(ref("a"), "then"));
    put("a", "two");
    host.zones().start(ref("a"));

    Zone now = cloneOf("a", Optional.empty(), Map.of("alias", "b", "max_lwps", 77L));
    assertEquals(ZoneState.INSTALLED, now.state());
    assertFalse(original.uuid().equals(now.uuid()));
    assertEquals("b", now.spec().hostname());
    assertEquals(77L, now.spec().get(ZoneProperties.MAX_LWPS));
    assertEquals(original.spec().command(), now.spec().command());
    assertEquals(List.of(), now.snapshots());
    assertTrue(has("b", "one") && has("b", "two"));
    assertEquals(ZoneState.RUNNING, host.zones().get(ref("a")).state());
    assertFalse(host.zones().get(ref("a")).status().paused());

    cloneOf("a", Optional.of("then"), Map.of("alias", "c"));
    assertTrue(has("c", "one"));
    assertFalse(has("c", "two"));
    put("c", "three");
    assertFalse(has("a", "three"));
    host.snapshots().delete(at("a", "then"));
    host.zones().delete(ref("a"), true);
    assertTrue(has("c", "one"));
    assertEquals(ZoneState.RUNNING, host.zones().start(ref("c")).state());
  }

  @Test
  void whatCannotBeClonedLeavesNoZone() {
    create("a");
    Map<String, Object> named = Map.of("alias", "b");
    assertKind(ErrorKind.NOT_FOUND, () -> cloneOf("none", Optional.empty(), named));
    assertKind(ErrorKind.NOT_FOUND, () -> cloneOf("a", Optional.of("none"), named));
    assertKind(ErrorKind.INVALID, () -> cloneOf("a", Optional.of("../x"), named));
    assertKind(ErrorKind.EXISTS, () -> cloneOf("a", Optional.empty(), Map.of("alias", "a")));
    assertKind(
        ErrorKind.INVALID,
        () -> cloneOf("a", Optional.empty(), Map.of("alias", "b", "zpool", "contract")));
    assertKind(
        ErrorKind.INVALID,
        () -> cloneOf("a", Optional.empty(), Map.of("alias", "b", "nonsense", 1L)));
    assertEquals(1, host.zones().list().size());
  }

  @Test
  void whatSnapshotIsNotThereIsNotFound() {
    create("a");
    assertEquals(List.of(), host.snapshots().list(ref("a")));
    assertKind(ErrorKind.NOT_FOUND, () -> host.snapshots().list(ref("none")));
    assertKind(
        ErrorKind.NOT_FOUND, () -> host.snapshots().create(SnapshotRequest.of(ref("none"), "x")));
    for (String zone : List.of("a", "none")) {
      assertKind(ErrorKind.NOT_FOUND, () -> host.snapshots().get(at(zone, "x")));
      assertKind(ErrorKind.NOT_FOUND, () -> host.snapshots().delete(at(zone, "x")));
      assertKind(ErrorKind.NOT_FOUND, () -> host.snapshots().rollback(at(zone, "x"), true));
    }
    for (String name : List.of("", ".", "..", "../x", "-a", "a/b", "a b", "a@b", "é", "%2e")) {
      assertKind(ErrorKind.INVALID, () -> SnapshotRequest.of(ref("a"), name));
      assertKind(ErrorKind.INVALID, () -> at("a", name));
    }
  }
}
