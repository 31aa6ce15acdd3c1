package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.model.ErrorKind;
import polder.model.PartialReceive;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.ResumeToken;
import polder.model.SendRequest;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneState;

/** What sending and receiving mean on every host; a part of {@link HostContract}. */
abstract class TransferContract extends SnapshotContract {
  private byte[] send(SendRequest request) {
    var stream = new ByteArrayOutputStream();
    host.transfers().send(request, stream, Progress.NONE);
    return stream.toByteArray();
  }

  private Zone receive(byte[] stream, ReceiveRequest request) {
    Zone zone = host.transfers().receive(new ByteArrayInputStream(stream), request, Progress.NONE);
    made.add(zone.uuid());
    return zone;
  }

  private void write(String zone, String file, String text) {
    byte[] tar = TestTar.of(file, text.getBytes(StandardCharsets.UTF_8));
    host.zones().copyIn(ref(zone), "/root", new ByteArrayInputStream(tar));
  }

  private boolean holds(String zone, String file, String text) {
    var tar = new ByteArrayOutputStream();
    host.zones().copyOut(ref(zone), "/root/" + file, tar);
    return tar.toString(StandardCharsets.UTF_8).contains(text);
  }

  private List<String> snapshots(String zone) {
    return host.snapshots().list(ref(zone)).stream().map(Snapshot::name).toList();
  }

  @Test
  void aZoneComesAsItWasSent() {
    Zone sent = create("a", "sleep", "1000");
    write("a", "f", "first");
    host.snapshots().create(SnapshotRequest.of(ref("a"), "one"));
    byte[] stream = send(SendRequest.of(ref("a"), "one"));
    assertKind(ErrorKind.EXISTS, () -> receive(stream, ReceiveRequest.AS_SENT));
    host.zones().delete(ref("a"), true);

    Zone came = receive(stream, ReceiveRequest.AS_SENT);
    assertEquals(sent.uuid(), came.uuid());
    assertEquals(sent.spec().with(ZoneProperties.AUTOBOOT, false), came.spec());
    assertEquals(ZoneState.INSTALLED, came.state());
    assertTrue(holds("a", "f", "first"));
    assertEquals(List.of("one"), snapshots("a"));
    host.zones().start(ref("a"));
  }

  @Test
  void whatHasChangedGoesToTheZoneThatHasTheBeginning() {
    create("a", "sleep", "1000");
    write("a", "f", "first");
    host.snapshots().create(SnapshotRequest.of(ref("a"), "one"));
    Zone other = receive(send(SendRequest.of(ref("a"), "one")), ReceiveRequest.as("b"));
    assertEquals("b", other.name());
    assertNotEquals(host.zones().get(ref("a")).uuid(), other.uuid());

    write("a", "f", "second");
    host.snapshots().create(SnapshotRequest.of(ref("a"), "two"));
    byte[] change = send(SendRequest.of(ref("a"), "two", "one"));
    assertKind(ErrorKind.INVALID, () -> send(SendRequest.of(ref("a"), "one", "two")));
    write("b", "own", "change");
    assertKind(ErrorKind.WRONG_STATE, () -> receive(change, ReceiveRequest.as("b")));
    assertTrue(holds("b", "f", "first"));

    receive(change, new ReceiveRequest(Optional.of("b"), Optional.empty(), true));
    assertTrue(holds("b", "f", "second"));
    assertKind(ErrorKind.NOT_FOUND, () -> holds("b", "own", "change"));
    assertEquals(List.of("one", "two"), snapshots("b"));
    assertKind(ErrorKind.EXISTS, () -> receive(change, forced("b")));
  }

  private static ReceiveRequest forced(String alias) {
    return new ReceiveRequest(Optional.of(alias), Optional.empty(), true);
  }

  @Test
  void aStreamMayHaveAllSnapshots() {
    create("a", "sleep", "1000");
    for (String name : List.of("one", "two", "three")) {
      write("a", "f", name);
      host.snapshots().create(SnapshotRequest.of(ref("a"), name));
    }
    SendRequest request =
        new SendRequest(ref("a"), Optional.of("two"), Optional.empty(), true, false, false);
    receive(send(request), ReceiveRequest.as("b"));
    assertEquals(List.of("one", "two"), snapshots("b"));
    assertTrue(holds("b", "f", "two"));
  }

  @Test
  void aZoneThatRunsIsSentWithASnapshotThatStays() {
    create("a", "sleep", "1000");
    host.zones().start(ref("a"));
    receive(send(SendRequest.of(ref("a"))), ReceiveRequest.as("b"));
    assertEquals(1, snapshots("a").size());
    assertEquals(snapshots("a"), snapshots("b"));
    assertEquals(ZoneState.RUNNING, host.zones().get(ref("a")).state());
  }

  @Test
  @DisplayName("S-API-10 a stream that is cut off or damaged leaves no zone")
  void aDamagedStreamLeavesNothing() {
    create("a", "sleep", "1000");
    host.snapshots().create(SnapshotRequest.of(ref("a"), "one"));
    byte[] whole = send(SendRequest.of(ref("a"), "one"));
    for (int length : new int[] {0, 3, 30, whole.length / 2, whole.length - 1}) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertKind(ErrorKind.INVALID, () -> receive(cut, ReceiveRequest.as("b")));
    }
    byte[] damaged = whole.clone();
    damaged[whole.length / 2] ^= 1;
    assertKind(ErrorKind.INVALID, () -> receive(damaged, ReceiveRequest.as("b")));
    assertEquals(1, host.zones().list().size());
    assertEquals(List.of(), host.transfers().partials());
  }

  private byte[] resume(ResumeToken token) {
    var stream = new ByteArrayOutputStream();
    host.transfers().resume(token, false, stream, Progress.NONE);
    return stream.toByteArray();
  }

  @Test
  @DisplayName("a stream that breaks off is gone on with where it did")
  void aStreamThatBreaksOffGoesOn() {
    create("a", "sleep", "1000");
    write("a", "f", "first");
    host.snapshots().create(SnapshotRequest.of(ref("a"), "one"));
    byte[] whole = send(SendRequest.of(ref("a"), "one"));
    byte[] most = Arrays.copyOf(whole, whole.length - 1);
    ReceiveRequest b = ReceiveRequest.as("b").resumably();
    assertKind(ErrorKind.INVALID, () -> receive(most, b));

    PartialReceive kept = host.transfers().partials().getFirst();
    assertEquals("b", kept.zone());
    assertEquals("one", kept.snapshot());
    assertTrue(kept.size() > 0 && kept.size() <= most.length, kept.toString());
    assertEquals(1, host.zones().list().size());
    ResumeToken token = ResumeToken.parse(kept.token().orElseThrow().text());
    byte[] rest = resume(token);
    assertTrue(rest.length < whole.length, rest.length + " of " + whole.length);
    assertKind(ErrorKind.INVALID, () -> receive(rest, ReceiveRequest.as("other")));
    assertEquals("b", receive(rest, ReceiveRequest.AS_SENT).name());
    assertTrue(holds("b", "f", "first"));
    assertEquals(List.of(), host.transfers().partials());
    assertKind(ErrorKind.NOT_FOUND, () -> receive(rest, ReceiveRequest.AS_SENT));
  }

  @Test
  @DisplayName("S-API-10 what came of a stream is given up; a token is not believed")
  void whatCameIsGivenUp() {
    create("a", "sleep", "1000");
    host.snapshots().create(SnapshotRequest.of(ref("a"), "one"));
    byte[] whole = send(SendRequest.of(ref("a"), "one"));
    byte[] most = Arrays.copyOf(whole, whole.length - 1);
    assertKind(ErrorKind.INVALID, () -> receive(most, ReceiveRequest.as("b").resumably()));
    PartialReceive kept = host.transfers().partials().getFirst();
    ResumeToken token = kept.token().orElseThrow();
    ResumeToken wrong =
        new ResumeToken(
            token.partial(),
            token.zone(),
            token.snapshot(),
            token.since(),
            token.history(),
            token.withoutImage(),
            token.records(),
            "0".repeat(64));
    assertKind(ErrorKind.INVALID, () -> resume(wrong));
    host.transfers().abort(kept.id());
    assertEquals(List.of(), host.transfers().partials());
    assertKind(ErrorKind.NOT_FOUND, () -> host.transfers().abort(kept.id()));
    host.snapshots().delete(new SnapshotRef(ref("a"), "one"));
    assertKind(ErrorKind.NOT_FOUND, () -> resume(token));
  }

  @Test
  void whatIsNotThereIsNamed() {
    create("a", "sleep", "1000");
    assertKind(ErrorKind.NOT_FOUND, () -> send(SendRequest.of(ref("none"))));
    assertKind(ErrorKind.NOT_FOUND, () -> send(SendRequest.of(ref("a"), "none")));
    SendRequest withoutImage =
        new SendRequest(ref("a"), Optional.empty(), Optional.empty(), false, true, false);
    assertKind(ErrorKind.INVALID, () -> send(withoutImage));
    byte[] stream = send(SendRequest.of(ref("a")));
    ReceiveRequest nowhere = new ReceiveRequest(Optional.of("b"), Optional.of("nowhere"), false);
    assertKind(ErrorKind.INVALID, () -> receive(stream, nowhere));
  }
}
