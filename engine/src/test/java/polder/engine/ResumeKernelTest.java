package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static polder.engine.TestHost.ref;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.Host;
import polder.model.PartialReceive;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.ResumeToken;
import polder.model.SendRequest;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.Zone;
import polder.model.ZoneProperties;

/** Streams of zones that break off, and go on. */
@Tag("kernel")
class ResumeKernelTest {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final int CUTS = FULL ? 50 : 10;
  private static final int EVERY = FULL ? 6 : 30; // of the steps that are tried elsewhere, too
  private static final int LARGE = 3 << 20;

  private final Random random = new Random(1969);

  private static byte[] send(Host from, SendRequest request) {
    var stream = new ByteArrayOutputStream();
    from.transfers().send(request, stream, Progress.NONE);
    return stream.toByteArray();
  }

  private static byte[] resume(Host from, ResumeToken token) {
    return resume(from, token, false);
  }

  private static byte[] resume(Host from, ResumeToken token, boolean compress) {
    var stream = new ByteArrayOutputStream();
    try {
      from.transfers().resume(token, compress, stream, Progress.NONE);
    } catch (PolderException e) {
      assertEquals(0, stream.size(), "nothing is given away: " + e.getMessage());
      throw e;
    }
    return stream.toByteArray();
  }

  private static Zone receive(Host to, byte[] stream, ReceiveRequest request) {
    return to.transfers().receive(new ByteArrayInputStream(stream), request, Progress.NONE);
  }

  private static PolderException refused(
      ErrorKind kind, org.junit.jupiter.api.function.Executable act) {
    PolderException refused = assertThrows(PolderException.class, act);
    assertEquals(kind, refused.kind(), refused.getMessage());
    return refused;
  }

  private static ReceiveRequest into(String pool) {
    return new ReceiveRequest(Optional.empty(), Optional.of(pool), false, true);
  }

  private void put(Host host, String zone, String file, int bytes) {
    byte[] contents = new byte[bytes];
    random.nextBytes(contents);
    host.zones()
        .copyIn(ref(zone), "/root", new ByteArrayInputStream(TestTar.of(Map.of(file, contents))));
  }

  /** A zone with a volume of its own, of which two snapshots differ. */
  private void make(Host host, String pool) {
    host.zones()
        .create(
            TestHost.spec("web", "exec sleep 1000")
                .with(ZoneProperties.ZPOOL, pool)
                .with(
                    ZoneProperties.FILESYSTEMS,
                    List.of(new Filesystem("", "/srv", "volume", List.of()))));
    for (int i = 0; i < 40; i++) {
      put(host, "web", "file" + i, 1 + random.nextInt(60_000));
    }
    put(host, "web", "large", LARGE);
    host.snapshots().create(SnapshotRequest.of(ref("web"), "a"));
    put(host, "web", "file3", 100_000);
    host.snapshots().create(SnapshotRequest.of(ref("web"), "b"));
  }

  /** What is in a zone, each file's owner, mode, time and contents. */
  private static String tree(Host host, String zone) throws IOException {
    var tar = new ByteArrayOutputStream();
    host.zones().copyOut(ref(zone), "/root", tar);
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(tar.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] cut(byte[] stream) {
    return Arrays.copyOf(stream, random.nextInt(stream.length));
  }

  /** Receives a stream that is cut once, and what is sent of it then. */
  private void broken(Host from, Host to, SendRequest sent, byte[] whole, ReceiveRequest how) {
    refused(ErrorKind.INVALID, () -> receive(to, cut(whole), how));
    assertEquals(List.of(), to.fsck());
    List<PartialReceive> kept = to.transfers().partials();
    byte[] rest =
        kept.isEmpty()
            ? send(from, sent)
            : resume(from, token(kept.getFirst()), random.nextBoolean());
    receive(to, rest, kept.isEmpty() ? how : ReceiveRequest.AS_SENT);
    assertEquals(List.of(), to.transfers().partials());
    assertEquals(List.of(), to.fsck());
  }

  private static ResumeToken token(PartialReceive kept) {
    return ResumeToken.parse(kept.token().orElseThrow().text());
  }

  @Test
  @DisplayName("a stream cut anywhere goes on to be the same tree, on both drivers")
  void goesOnWhereverItWasCut() throws IOException {
    try (TestHost here = new TestHost();
        TestHost there = new TestHost()) {
      PoolRows.pool(here.host());
      PoolRows.pool(there.host());
      List<String> pools = List.of("zones", "fast");
      int cuts = 0;
      for (String pool : pools) {
        make(here.host(), pool);
        SendRequest all = SendRequest.of(ref("web"), "a");
        SendRequest change = SendRequest.of(ref("web"), "b", "a");
        byte[] whole = send(here.host(), all);
        byte[] more = send(here.host(), change);
        Map<String, String> right = new HashMap<>();
        for (String into : pools) {
          receive(there.host(), whole, into(into));
          receive(there.host(), more, ReceiveRequest.AS_SENT);
          right.put(into, tree(there.host(), "web"));
          there.host().zones().delete(ref("web"), true);
        }
        while (cuts < CUTS * (pools.indexOf(pool) + 1) / pools.size()) {
          String into = pools.get(cuts / 2 % 2);
          ReceiveRequest how = into(into);
          broken(here.host(), there.host(), all, whole, how);
          broken(here.host(), there.host(), change, more, ReceiveRequest.AS_SENT.resumably());
          cuts += 2;
          assertEquals(right.get(into), tree(there.host(), "web"), how + " " + cuts);
          there.host().zones().delete(ref("web"), true);
        }
        here.host().zones().delete(ref("web"), true);
      }
      assertEquals(
          List.of(0L, 0L), there.host().pools().list().stream().map(pool -> pool.zones()).toList());
    }
  }

  @Test
  @DisplayName("what is kept is seen, is in its pool, outlives a restart, and is given up")
  void whatIsKeptIsSeenAndGivenUp() throws IOException {
    try (TestHost here = new TestHost();
        TestHost there = new TestHost()) {
      PoolRows.pool(there.host());
      make(here.host(), "zones");
      byte[] whole = send(here.host(), SendRequest.of(ref("web"), "a"));
      byte[] most = Arrays.copyOf(whole, whole.length * 3 / 4);
      PolderException told =
          refused(ErrorKind.INVALID, () -> receive(there.host(), most, into("fast")));
      assertTrue(String.valueOf(told.getMessage()).contains("polder receive --list"));
      refused(ErrorKind.NOT_FOUND, () -> there.host().zones().get(ref("web")));

      there.open(Failpoints.NONE);
      PartialReceive kept = there.host().transfers().partials().getFirst();
      assertEquals("web", kept.zone());
      assertEquals("a", kept.snapshot());
      assertEquals("fast", kept.pool());
      assertFalse(kept.receiving());
      assertTrue(kept.size() > LARGE / 2 && kept.size() <= most.length, kept.toString());
      assertEquals(List.of(), there.host().fsck());
      assertEquals(0, there.host().pools().get("fast").zones());
      refused(ErrorKind.WRONG_STATE, () -> there.host().pools().delete("fast"));

      there.host().transfers().abort(kept.id());
      assertEquals(List.of(), there.host().transfers().partials());
      refused(ErrorKind.NOT_FOUND, () -> there.host().transfers().abort(kept.id()));
      byte[] rest = resume(here.host(), token(kept));
      refused(ErrorKind.NOT_FOUND, () -> receive(there.host(), rest, ReceiveRequest.AS_SENT));
      there.host().pools().delete("fast");
    }
  }

  @Test
  @DisplayName("S-API-10 a token that is damaged, of something else or too late is refused")
  void tokensAreNotBelieved() throws IOException {
    try (TestHost test = new TestHost()) {
      Host host = test.host();
      make(host, "zones");
      byte[] whole = send(host, SendRequest.of(ref("web"), "a"));
      ReceiveRequest twin = ReceiveRequest.as("twin").resumably();
      refused(ErrorKind.INVALID, () -> receive(host, Arrays.copyOf(whole, whole.length / 2), twin));
      PartialReceive kept = host.transfers().partials().getFirst();
      ResumeToken right = token(kept);
      ResumeToken b = // of the other snapshot
          with(right, right.zone(), id(host, "b"), Optional.empty(), right.records());
      refused(ErrorKind.INVALID, () -> resume(host, b));
      ResumeToken change =
          with(right, right.zone(), id(host, "b"), Optional.of(right.snapshot()), right.records());
      refused(ErrorKind.INVALID, () -> resume(host, change));
      UUID none = UUID.randomUUID();
      for (ResumeToken gone :
          List.of(
              with(right, none, right.snapshot(), Optional.empty(), right.records()),
              with(right, right.zone(), none, Optional.empty(), right.records()),
              with(right, right.zone(), id(host, "b"), Optional.of(none), right.records()))) {
        refused(ErrorKind.NOT_FOUND, () -> resume(host, gone));
      }
      for (long records : new long[] {1, right.records() + 1, Long.MAX_VALUE}) {
        ResumeToken other = with(right, right.zone(), right.snapshot(), Optional.empty(), records);
        refused(ErrorKind.INVALID, () -> resume(host, other, true));
      }

      byte[] rest = resume(host, right);
      for (ReceiveRequest other : List.of(ReceiveRequest.as("other"), into("fast"))) {
        refused(ErrorKind.INVALID, () -> receive(host, rest, other));
      }
      refused(
          ErrorKind.INVALID,
          () -> receive(host, Arrays.copyOf(rest, rest.length / 2), ReceiveRequest.AS_SENT));
      assertTrue(host.transfers().partials().getFirst().size() > kept.size());
      refused(ErrorKind.INVALID, () -> receive(host, rest, ReceiveRequest.AS_SENT)); // too early
      PartialReceive reached = host.transfers().partials().getFirst();
      byte[] nothing = resume(host, token(reached));
      refused( // nothing more of it comes, and nothing that came is lost
          ErrorKind.INVALID,
          () -> receive(host, Arrays.copyOf(nothing, 400), ReceiveRequest.AS_SENT));
      assertEquals(reached.token(), host.transfers().partials().getFirst().token());
      byte[] last = resume(host, token(host.transfers().partials().getFirst()));
      host.snapshots().delete(new SnapshotRef(ref("web"), "a"));
      refused(ErrorKind.NOT_FOUND, () -> resume(host, right));
      assertEquals("twin", receive(host, last, ReceiveRequest.AS_SENT).name());
      assertEquals(List.of(), host.fsck());
    }
  }

  private static UUID id(Host host, String snapshot) {
    var stream = new ByteArrayOutputStream(); // its head says it; nobody else does
    host.transfers().send(SendRequest.of(ref("web"), snapshot), stream, Progress.NONE);
    String text = stream.toString(java.nio.charset.StandardCharsets.ISO_8859_1);
    var found =
        java.util.regex.Pattern.compile("\"plan\":\\{[^}]*\"id\":\"([0-9a-f-]{36})\"")
            .matcher(text);
    assertTrue(found.find());
    return UUID.fromString(found.group(1));
  }

  private static ResumeToken with(
      ResumeToken token, UUID zone, UUID snapshot, Optional<UUID> since, long records) {
    return new ResumeToken(
        token.partial(), zone, snapshot, since, false, false, records, token.digest());
  }

  @Test
  void whatIsRefusedForWhatItSaysIsNotKept() throws IOException {
    try (TestHost test = new TestHost()) {
      Host host = test.host();
      make(host, "zones");
      byte[] whole = send(host, SendRequest.of(ref("web"), "a"));
      refused(ErrorKind.EXISTS, () -> receive(host, whole, into("zones")));
      receive(host, whole, ReceiveRequest.as("twin").resumably());
      assertEquals(List.of(), host.transfers().partials());
      byte[] change = send(host, SendRequest.of(ref("web"), "b", "a"));
      put(host, "twin", "own", 9);
      refused(
          ErrorKind.WRONG_STATE,
          () -> receive(host, change, ReceiveRequest.as("twin").resumably()));
      assertEquals(List.of(), host.transfers().partials());
      assertEquals(List.of(), host.fsck());
    }
  }

  @Test
  @DisplayName("R-CRASH-02 killed at each step of a receive, what came is kept or nothing is")
  void goesOnAfterADeath() throws IOException, InterruptedException {
    CrashRow row = CrashRows.named("Transfers.receive that can go on");
    Failpoints points = Failpoints.unarmed();
    try (TestHost test = new TestHost()) {
      test.open(points);
      row.prepare().on(test.host());
      points.arm("");
      row.act().on(test.host());
      List<String> places = points.names();
      int kept = 0;
      for (int place = 1; place <= places.size(); place++) {
        if (!places.get(place - 1).startsWith("receive-") && place % EVERY != 0) {
          continue;
        }
        test.clear();
        test.letGo();
        assertTrue(CrashedEngine.run(test, row, "any." + place + "=kill"));
        test.openClosed(Failpoints.NONE);
        Host host = test.host();
        String where = places.get(place - 1);
        assertEquals(List.of(), host.fsck(), where);
        List<PartialReceive> left = host.transfers().partials();
        boolean there = host.zones().list().stream().anyMatch(zone -> zone.name().equals("twin"));
        assertTrue(left.isEmpty() || !there, where);
        for (PartialReceive each : left) {
          kept++;
          receive(host, resume(host, token(each)), ReceiveRequest.AS_SENT);
          assertEquals(tree(host, CrashRows.spec().name()), tree(host, "twin"), where);
        }
        assertEquals(List.of(), host.transfers().partials(), where);
      }
      assertTrue(kept > 3, kept + " were kept");
    }
  }
}
