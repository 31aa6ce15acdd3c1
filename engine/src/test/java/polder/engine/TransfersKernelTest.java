package polder.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static polder.engine.TestHost.ref;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.linux.Directory;
import polder.model.Brand;
import polder.model.Disk;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.SendRequest;
import polder.model.Snapshot;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.StopOptions;
import polder.model.VmProperties;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** Zones that go from one host to another. */
@Tag("kernel")
class TransfersKernelTest {
  private static final Random RANDOM = new Random(1971);

  private static byte[] send(Host from, SendRequest request) {
    var stream = new ByteArrayOutputStream();
    from.transfers().send(request, stream, Progress.NONE);
    return stream.toByteArray();
  }

  private static Zone receive(Host to, byte[] stream, ReceiveRequest request) {
    return to.transfers().receive(new ByteArrayInputStream(stream), request, Progress.NONE);
  }

  private static ReceiveRequest into(String pool) {
    return new ReceiveRequest(Optional.empty(), Optional.of(pool), false);
  }

  private static void put(Host host, String zone, String file, int bytes) {
    host.zones()
        .copyIn(
            ref(zone),
            "/root",
            new ByteArrayInputStream(TestTar.of(Map.of(file, new byte[bytes]))));
  }

  private static List<String> names(Host host, String zone) {
    return host.snapshots().list(ref(zone)).stream().map(Snapshot::name).toList();
  }

  @Test
  void aZoneIsSentToAnotherHostAndStartedThereAndBroughtUpToDate() throws IOException {
    try (TestHost here = new TestHost();
        TestHost there = new TestHost()) {
      PoolRows.pool(here.host());
      PoolRows.pool(there.host());
      for (String from : List.of("zones", "fast")) {
        for (String to : List.of("zones", "fast")) {
          String way = from + " to " + to;
          here.run(
              TestHost.spec(
                      "web", "test -s /root/begun || echo begun > /root/begun; exec sleep 1000")
                  .with(ZoneProperties.ZPOOL, from));
          TestHost.eventually(way, () -> ran(here, "test -s /root/begun"));
          byte[] stream = send(here.host(), SendRequest.of(ref("web")));
          String first = names(here.host(), "web").getFirst();
          Zone came = receive(there.host(), stream, into(to));
          assertEquals(ZoneState.INSTALLED, came.state(), way);
          assertEquals(to, came.spec().get(ZoneProperties.ZPOOL));
          assertEquals(here.get("web").uuid(), came.uuid());

          put(here.host(), "web", "later", 5);
          here.host().snapshots().create(SnapshotRequest.of(ref("web"), "second"));
          byte[] change = send(here.host(), SendRequest.of(ref("web"), "second", first));
          assertTrue(change.length < 64 << 10, way + ": " + change.length + " bytes");
          receive(there.host(), change, ReceiveRequest.AS_SENT);
          assertEquals(List.of(first, "second"), names(there.host(), "web"));

          there.host().zones().start(ref("web"));
          assertEquals("begun\n0", there.exec("web", "cat /root/begun; test -s /root/later"), way);
          refused(
              ErrorKind.WRONG_STATE, () -> receive(there.host(), change, ReceiveRequest.AS_SENT));
          here.clearZones();
          there.clearZones();
        }
      }
    }
  }

  @Test
  void aVmGoesWithItsDisks() throws IOException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "no QEMU on this host");
    try (TestHost here = new TestHost();
        TestHost there = new TestHost()) {
      PoolRows.pool(there.host());
      byte[] contents = new byte[300_000];
      RANDOM.nextBytes(contents);
      Path source = Files.write(here.home().resolve("source"), contents);
      Disk disk =
          new Disk(
              Optional.empty(),
              Optional.of(2L),
              "virtio",
              "disk",
              false,
              Optional.of("" + source),
              Disk.RAW);
      here.host()
          .zones()
          .create(
              ZoneSpec.of(Brand.VM)
                  .with(ZoneProperties.ALIAS, "guest")
                  .with(VmProperties.DISKS, List.of(disk)));
      byte[] stream = send(here.host(), SendRequest.of(ref("guest")));
      assertTrue(stream.length < 1 << 20, "holes are not sent: " + stream.length);
      Files.delete(source); // it is read when the vm is made, and never again

      for (String pool : List.of("zones", "fast")) {
        receive(there.host(), stream, into(pool));
        try (Stream<Path> files = Files.walk(there.home())) {
          Path came = files.filter(file -> file.endsWith("disks/disk0")).findFirst().orElseThrow();
          assertEquals(2 << 20, Files.size(came));
          assertArrayEquals(
              contents, Arrays.copyOf(Files.readAllBytes(came), contents.length), pool);
        }
        there.clearZones();
      }
    }
  }

  private static boolean ran(TestHost host, String script) {
    try {
      return host.exec("web", script).equals("0");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void refused(ErrorKind kind, org.junit.jupiter.api.function.Executable act) {
    PolderException refused = assertThrows(PolderException.class, act);
    assertEquals(kind, refused.kind(), refused.getMessage());
  }

  @Test
  void aZonesOwnVolumesGoWithItAndAreBroughtUpToDate() throws IOException {
    try (TestHost here = new TestHost();
        TestHost there = new TestHost()) {
      PoolRows.pool(there.host());
      ZoneSpec spec =
          TestHost.spec("web", "exec sleep 1000")
              .with(ZoneProperties.DELEGATE_DATASET, true)
              .with(
                  ZoneProperties.FILESYSTEMS,
                  List.of(new Filesystem("", "/srv", "volume", List.of())));
      here.run(spec);
      String data = "/zones/" + here.get("web").uuid() + "/data";
      here.exec("web", "echo first > /srv/f; echo first > " + data + "/f");
      here.host().snapshots().create(SnapshotRequest.of(ref("web"), "first"));
      byte[] whole = send(here.host(), SendRequest.of(ref("web"), "first"));
      here.exec("web", "echo second > /srv/f; echo second > " + data + "/f; touch /root/f");
      here.host().snapshots().create(SnapshotRequest.of(ref("web"), "second"));
      byte[] change = send(here.host(), SendRequest.of(ref("web"), "second", "first"));

      Zone twin =
          receive(
              there.host(),
              whole,
              new ReceiveRequest(Optional.of("twin"), Optional.of("fast"), false));
      assertEquals(2, there.host().volumes().list().size());
      String its = "/zones/" + twin.uuid() + "/data";
      there.host().zones().start(ref("twin"));
      assertEquals("first\nfirst\n0", there.exec("twin", "cat /srv/f " + its + "/f"));
      there.exec("twin", "echo own > /srv/f");
      there.host().zones().stop(ref("twin"), StopOptions.FORCED);
      ReceiveRequest into = new ReceiveRequest(Optional.of("twin"), Optional.empty(), false);
      refused(ErrorKind.WRONG_STATE, () -> receive(there.host(), change, into));
      assertEquals(List.of("first"), names(there.host(), "twin"));
      receive(
          there.host(), change, new ReceiveRequest(Optional.of("twin"), Optional.empty(), true));
      there.host().zones().start(ref("twin"));
      assertEquals(
          "second\nsecond\n0", there.exec("twin", "cat /srv/f " + its + "/f; test -e /root/f"));
      there.host().zones().stop(ref("twin"), StopOptions.FORCED);
      there.host().snapshots().rollback(new SnapshotRef(ref("twin"), "first"), false);
      there.host().zones().start(ref("twin"));
      assertEquals("first\nfirst\n0", there.exec("twin", "cat /srv/f " + its + "/f"));
      there.clear();
      assertEquals(List.of(), there.host().volumes().list());
    }
  }

  @Test
  void aZoneNeedsItsImageOnlyToBeSentWithoutIt() throws IOException {
    try (TestHost here = new TestHost();
        TestHost there = new TestHost()) {
      CrashRows.image(here.host());
      here.host().zones().create(CrashRows.lx());
      ZoneRef zone = ZoneRef.of(CrashRows.lx().uuid());
      here.host().snapshots().create(new SnapshotRequest(List.of(zone), Optional.of("s")));
      byte[] whole = send(here.host(), SendRequest.of(zone, "s"));
      byte[] small =
          send(
              here.host(),
              new SendRequest(zone, Optional.of("s"), Optional.empty(), false, true, true));
      assertTrue(small.length < whole.length / 2, small.length + " of " + whole.length);

      refused(ErrorKind.NOT_FOUND, () -> receive(there.host(), small, ReceiveRequest.AS_SENT));
      receive(there.host(), whole, ReceiveRequest.AS_SENT);
      assertEquals(List.of(), there.host().fsck(), "the image is not missing");
      there.host().zones().start(zone);
      there.clear();

      CrashRows.image(there.host());
      receive(there.host(), small, ReceiveRequest.AS_SENT);
      there.host().zones().start(zone);
      assertEquals(
          here.host().zones().get(zone).spec().get(ZoneProperties.IMAGE_UUID),
          there.host().zones().get(zone).spec().get(ZoneProperties.IMAGE_UUID));
    }
  }

  @Test
  @DisplayName("S-ID-06 a set-uid program that was received is out of the host's reach")
  void aSetUidProgramIsOutOfReach() throws IOException {
    try (TestHost test = new TestHost()) {
      Host host = test.host();
      Zone zone = host.zones().create(TestHost.spec("web", "exec sleep 1000"));
      test.host().zones().start(ref("web"));
      assertEquals("0", test.exec("web", "cp /bin/sh /root/su; chmod 4755 /root/su"));
      host.zones().stop(ref("web"), polder.model.StopOptions.FORCED);
      Zone copy = receive(host, send(host, SendRequest.of(ref("web"))), ReceiveRequest.as("copy"));
      assertNotEquals(zone.uuid(), copy.uuid());
      HostPaths paths = HostPaths.below(test.home());
      try (Directory storage = Directory.open(paths.storage())) {
        assertEquals(0700, storage.node().stat().mode());
      }
      Path program = paths.storage().resolve(copy.uuid() + "/root/root/su");
      assertTrue(Files.exists(program), "it was received");
      Process other =
          new ProcessBuilder(
                  "setpriv",
                  "--reuid=65534",
                  "--regid=65534",
                  "--clear-groups",
                  "test",
                  "-e",
                  program.toString())
              .start();
      assertNotEquals(0, waitFor(other));
    }
  }

  private static int waitFor(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("S-API-10 no damaged stream makes a zone, and none harms one")
  void damagedStreamsAreRefused() throws IOException {
    try (TestHost test = new TestHost()) {
      Host host = test.host();
      host.zones().create(TestHost.spec("web", "exec sleep 1000"));
      host.snapshots().create(SnapshotRequest.of(ref("web"), "a"));
      put(host, "web", "f", 100_000);
      host.snapshots().create(SnapshotRequest.of(ref("web"), "b"));
      byte[] whole = send(host, SendRequest.of(ref("web"), "a"));
      byte[] change = send(host, SendRequest.of(ref("web"), "b", "a"));
      receive(host, whole, ReceiveRequest.as("copy"));
      for (int i = 0; i < 60; i++) {
        byte[] stream = (i % 2 == 0 ? whole : change).clone();
        int at = RANDOM.nextInt(Math.min(stream.length, i % 3 == 0 ? 3000 : stream.length));
        stream[at] ^= (byte) (1 << RANDOM.nextInt(8));
        byte[] damaged = i % 5 == 0 ? Arrays.copyOf(stream, RANDOM.nextInt(stream.length)) : stream;
        ReceiveRequest request = ReceiveRequest.as(i % 2 == 0 ? "other" : "copy");
        PolderException refused =
            assertThrows(PolderException.class, () -> receive(host, damaged, request));
        assertEquals(ErrorKind.INVALID, refused.kind(), refused.getMessage());
      }
      assertEquals(2, host.zones().list().size());
      assertEquals(List.of("a"), names(host, "copy"));
      assertEquals(List.of(), host.fsck());
      receive(host, change, ReceiveRequest.as("copy"));
      assertEquals(List.of("a", "b"), names(host, "copy"));
    }
  }

  @Test
  void aReaderThatGoesAwayEndsTheStream() throws IOException {
    try (TestHost test = new TestHost()) {
      Host host = test.host();
      host.zones().create(TestHost.spec("web", "exec sleep 1000"));
      OutputStream gone =
          new OutputStream() {
            @Override
            public void write(int value) throws IOException {
              throw new IOException("nobody reads");
            }
          };
      refused(
          ErrorKind.UNREACHABLE,
          () -> host.transfers().send(SendRequest.of(ref("web")), gone, Progress.NONE));
      InputStream broken =
          new InputStream() {
            @Override
            public int read() throws IOException {
              throw new IOException("nobody sends");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
              return read();
            }
          };
      refused(
          ErrorKind.UNREACHABLE,
          () -> host.transfers().receive(broken, ReceiveRequest.AS_SENT, Progress.NONE));
      assertEquals(1, host.zones().list().size());
    }
  }
}
