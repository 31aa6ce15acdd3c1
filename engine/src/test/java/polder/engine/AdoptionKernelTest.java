package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.Subvolume;
import polder.linux.Tree;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.Adoptee.Fate;
import polder.model.ErrorKind;
import polder.model.Filesystem;
import polder.model.Json;
import polder.model.Network;
import polder.model.NetworkRequest;
import polder.model.Nic;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.PoolRequest;
import polder.model.Progress;
import polder.model.SnapshotRef;
import polder.model.SnapshotRequest;
import polder.model.StopOptions;
import polder.model.VolumeRequest;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.ZoneState;

/** A pool whose state is lost is read back, object by object. */
@Tag("kernel")
class AdoptionKernelTest {
  private static final AdoptRequest LOOK = new AdoptRequest(List.of(), false, true);
  private static final AdoptRequest TRUSTED = new AdoptRequest(List.of(), true, false);

  @BeforeEach
  void needsBtrfs() throws IOException {
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
  }

  private static void pool(TestHost test) {
    test.host()
        .pools()
        .create(
            new PoolRequest("fast", Optional.of(256L << 20), Optional.empty(), Optional.empty()));
  }

  private static ZoneSpec spec(String name) {
    return TestHost.spec(name, "exec sleep 1000").with(ZoneProperties.ZPOOL, "fast");
  }

  private static Zone make(TestHost test, String name) {
    return test.host().zones().create(spec(name));
  }

  /** The state is lost; the pool's file is found. */
  private static void loseState(TestHost test) throws IOException {
    test.letGo();
    Path disk = test.home().resolve("state/pools/fast/disk");
    Files.move(Files.exists(disk) ? disk : test.home().resolve("found"), found(test));
    try (Directory home = Directory.open(test.home())) {
      for (String part : List.of("state", "log")) {
        Tree.delete(home, FileName.of(part));
      }
    }
    test.open();
    test.host().pools().importFrom(found(test).toString());
  }

  private static Path found(TestHost test) {
    return test.home().resolve("found");
  }

  private static Path dataset(TestHost test, UUID uuid) {
    return test.home().resolve("run/pools/fast/zones").resolve(uuid.toString());
  }

  private static List<Adoptee> adopt(TestHost test, AdoptRequest request) {
    return test.host().pools().adopt("fast", request, Progress.NONE).objects();
  }

  private static AdoptRequest named(String name) {
    return new AdoptRequest(List.of(name), false, false);
  }

  private static Adoptee of(List<Adoptee> all, UUID uuid) {
    return all.stream().filter(each -> each.uuid().equals(uuid)).findFirst().orElseThrow();
  }

  private static void assertRefused(List<Adoptee> all, UUID uuid, String why) {
    Adoptee one = of(all, uuid);
    assertEquals(Fate.REFUSED, one.fate(), one.toString());
    assertTrue(one.reason().orElse("").contains(why), one.toString());
  }

  private static void assertFates(Fate fate, List<Adoptee> all) {
    all.forEach(each -> assertEquals(fate, each.fate(), each.toString()));
  }

  @Test
  @DisplayName("R-DISK-09 the state is lost: zones come back from their pool, with all they had")
  void aPoolIsReadBack() throws Exception {
    try (TestHost test = new TestHost()) {
      pool(test);
      test.host().volumes().create(new VolumeRequest("data", "fast", 32L << 20, "zstd"));
      Zone web =
          test.run(
              spec("web")
                  .with(ZoneProperties.QUOTA, 1L)
                  .with(ZoneProperties.AUTOBOOT, true)
                  .with(
                      ZoneProperties.FILESYSTEMS,
                      List.of(
                          new Filesystem("data", "/mnt", "volume", List.of()),
                          new Filesystem("", "/opt", "volume", List.of()))));
      test.exec("web", "for d in root mnt opt; do echo first > /$d/file; done");
      test.host().snapshots().create(SnapshotRequest.of(TestHost.ref("web"), "s"));
      test.exec("web", "for d in root mnt opt; do echo second > /$d/file; done");
      test.host().zones().stop(TestHost.ref("web"), StopOptions.FORCED);
      UUID kept = make(test, "kept").uuid();
      loseState(test);

      assertEquals(List.of(), test.host().zones().list());
      List<Adoptee> seen = adopt(test, LOOK);
      assertEquals(4, seen.size());
      assertFates(Fate.ADOPTABLE, seen);
      assertEquals(1, of(seen, web.uuid()).snapshots());
      assertEquals(List.of(), test.host().zones().list());
      assertEquals(List.of(), test.host().volumes().list());

      assertFates(Fate.ADOPTED, adopt(test, AdoptRequest.ALL));
      assertEquals(web.spec().with(ZoneProperties.AUTOBOOT, false), test.get("web").spec());
      assertEquals(web.status().created(), test.get("web").status().created());
      assertEquals(ZoneState.INSTALLED, test.get("web").state());
      assertEquals(32L << 20, test.host().volumes().get("data").quota());
      test.host().zones().start(TestHost.ref("web"));
      assertEquals(
          "second\nsecond\nsecond\n0", test.exec("web", "cat /root/file /mnt/file /opt/file"));
      test.host().zones().stop(TestHost.ref("web"), StopOptions.FORCED);
      test.host().snapshots().rollback(new SnapshotRef(TestHost.ref("web"), "s"), false);
      test.host().zones().start(TestHost.ref("web"));
      assertEquals(
          "first\nsecond\nfirst\n0", test.exec("web", "cat /root/file /mnt/file /opt/file"));
      assertFates(Fate.HERE, adopt(test, AdoptRequest.ALL));
      assertEquals(List.of(), test.host().fsck());

      test.host().zones().stop(TestHost.ref("web"), StopOptions.FORCED);
      test.host().zones().update(TestHost.ref("kept"), new Patch(Map.of("alias", "other")), false);
      loseState(test);
      assertEquals("other", of(adopt(test, named("other")), kept).name());
      assertEquals(1, test.host().zones().list().size());
      test.reopen();
      assertEquals("other", test.host().zones().list().getFirst().spec().name());
    }
  }

  @Test
  @DisplayName("S-API-10 what cannot be taken is refused by name and left as it is; others go on")
  void eachByItself() throws Exception {
    try (TestHost test = new TestHost()) {
      pool(test);
      test.host().volumes().create(new VolumeRequest("data", "fast", 0, "off"));
      UUID good = make(test, "good").uuid();
      UUID taken = make(test, "taken").uuid();
      UUID flipped = make(test, "flipped").uuid();
      UUID bare = make(test, "bare").uuid();
      UUID linked = make(test, "linked").uuid();
      UUID piped = make(test, "piped").uuid();
      UUID large = make(test, "large").uuid();
      UUID rootless = make(test, "rootless").uuid();
      UUID elsewhere = make(test, "elsewhere").uuid();
      UUID other = make(test, "other").uuid();
      UUID reaching =
          test.host()
              .zones()
              .create(
                  spec("reaching")
                      .with(
                          ZoneProperties.FILESYSTEMS,
                          List.of(new Filesystem("/etc", "/mnt", "lofs", List.of("ro")))))
              .uuid();
      UUID parted =
          test.host()
              .zones()
              .create(
                  spec("parted")
                      .with(
                          ZoneProperties.FILESYSTEMS,
                          List.of(new Filesystem("", "/opt", "volume", List.of()))))
              .uuid();
      UUID part =
          test.host().volumes().list().stream()
              .filter(each -> each.zone().isPresent())
              .findFirst()
              .orElseThrow()
              .uuid();
      UUID gone = make(test, "gone").uuid();
      test.host().zones().delete(TestHost.ref("gone"), false, Duration.ofDays(7));
      loseState(test);

      Path whole = dataset(test, flipped).resolve("record.json");
      String before = Files.readString(whole);
      Files.writeString(whole, before.replace("flipped", "changed"));
      Files.delete(dataset(test, bare).resolve("record.json"));
      String stolen = Files.readString(dataset(test, linked).resolve("record.json"));
      Files.delete(dataset(test, linked).resolve("record.json"));
      Files.writeString(test.home().resolve("outside"), stolen);
      Files.createSymbolicLink(
          dataset(test, linked).resolve("record.json"), test.home().resolve("outside"));
      Files.delete(dataset(test, piped).resolve("record.json"));
      try (Directory place = Directory.open(dataset(test, piped))) {
        place.makeFifo(FileName.of("record.json"), 0600);
      }
      Files.write(dataset(test, large).resolve("record.json"), new byte[2 << 20]);
      Files.move(dataset(test, rootless).resolve("root"), dataset(test, rootless).resolve("r"));
      Files.createSymbolicLink(dataset(test, rootless).resolve("root"), Path.of("/"));
      rewrite(test, elsewhere, "zpool", "zones");
      Files.write(
          dataset(test, other).resolve("record.json"),
          Files.readAllBytes(dataset(test, good).resolve("record.json")));
      Files.delete(dataset(test, part).resolve("record.json"));
      test.host().zones().create(TestHost.spec("taken", "true"));
      test.host().volumes().create(VolumeRequest.of("data"));

      for (AdoptRequest request : List.of(LOOK, AdoptRequest.ALL)) {
        List<Adoptee> all = adopt(test, request);
        assertEquals(15, all.size());
        assertEquals(
            request.dryRun() ? Fate.ADOPTABLE : Fate.ADOPTED, of(all, good).fate(), all.toString());
        assertRefused(all, taken, "alias 'taken'");
        assertRefused(all, flipped, "checksum");
        assertRefused(all, bare, "nothing beside it");
        assertRefused(all, linked, "read the record");
        assertRefused(all, piped, "read the record");
        assertRefused(all, large, "more than 1048576 bytes");
        assertRefused(all, rootless, "record of dataset");
        assertRefused(all, elsewhere, "in pool 'zones'");
        assertRefused(all, other, "record of " + good);
        assertRefused(all, reaching, "/etc is the host's");
        assertRefused(all, parted, "own volume is not in the pool");
        assertRefused(all, gone, "it was deleted");
        assertEquals(14, all.stream().filter(each -> each.fate() == Fate.REFUSED).count());
        assertTrue(
            all.stream().anyMatch(one -> one.name().equals("data") && one.fate() == Fate.REFUSED));
      }
      assertEquals(2, test.host().zones().list().size());

      // each is as it was: what is put right is taken
      Files.writeString(whole, before);
      rewrite(test, elsewhere, "zpool", "fast");
      test.host().zones().delete(TestHost.ref("taken"), false);
      test.host().volumes().delete("data");
      for (String name : List.of("flipped", "elsewhere", "taken", "data", "gone")) {
        assertFates(Fate.ADOPTED, adopt(test, named(name)));
      }
      assertEquals(Fate.ADOPTED, of(adopt(test, TRUSTED), reaching).fate());
      test.host().zones().start(TestHost.ref("flipped"));
      assertEquals("0", test.exec("flipped", "true"));

      Files.delete(dataset(test, rootless).resolve("root"));
      for (UUID left : List.of(bare, linked, piped, large, rootless, other, parted, part)) {
        removeByHand(test, left);
      }
    }
  }

  private static ZoneSpec attaching(String name, String source) {
    return spec(name)
        .with(
            ZoneProperties.FILESYSTEMS,
            List.of(new Filesystem(source, "/mnt", "volume", List.of())));
  }

  private static AdoptRequest called(List<String> objects, Map<String, String> names, boolean dry) {
    return new AdoptRequest(objects, names, false, dry);
  }

  @Test
  void whatHasATakenNameComesUnderAnother() throws Exception {
    try (TestHost test = new TestHost()) {
      pool(test);
      test.host().volumes().create(new VolumeRequest("data", "fast", 0, "off"));
      UUID late = test.run(attaching("late", "data")).uuid();
      test.exec("late", "mkdir /mnt/sub; chmod 777 /mnt/sub");
      test.host().zones().stop(TestHost.ref("late"), StopOptions.FORCED);
      Zone web = test.run(attaching("web", "data/sub"));
      test.exec("web", "echo old > /mnt/file");
      test.host().zones().stop(TestHost.ref("web"), StopOptions.FORCED);
      loseState(test);
      test.host().zones().create(TestHost.spec("web", "true"));
      test.host().volumes().create(VolumeRequest.of("data"));

      for (AdoptRequest request : List.of(LOOK, TRUSTED)) { // never this host's volume instead
        List<Adoptee> all = adopt(test, request);
        assertRefused(all, web.uuid(), "volume 'data' of this pool is not taken");
        assertRefused(all, late, "volume 'data' of this pool is not taken");
        assertEquals(3, all.stream().filter(each -> each.fate() == Fate.REFUSED).count());
      }
      for (Map<String, String> wrong :
          List.of(
              Map.of("web", "Web_2"),
              Map.of("nobody", "web2"),
              Map.of("late", "web2"),
              Map.of("web", web.uuid().toString()))) {
        PolderException refused =
            assertThrows(
                PolderException.class,
                () -> adopt(test, called(List.of("web"), wrong, false)),
                wrong.toString());
        assertEquals(ErrorKind.INVALID, refused.kind());
        assertEquals("names." + wrong.keySet().iterator().next(), refused.faults().get(0).path());
      }

      Map<String, String> names = Map.of("web", "web2", "data", "data2");
      for (boolean dry : List.of(true, false)) {
        List<Adoptee> both = adopt(test, called(List.of("data", "web"), names, dry));
        assertFates(dry ? Fate.ADOPTABLE : Fate.ADOPTED, both);
        assertEquals(List.of("data2", "web2"), both.stream().map(Adoptee::name).toList());
      }
      assertEquals(web.uuid(), test.get("web2").uuid());
      assertEquals(
          "data2/sub", test.get("web2").spec().get(ZoneProperties.FILESYSTEMS).get(0).source());
      test.host().zones().start(TestHost.ref("web2"));
      assertEquals("old\n0", test.exec("web2", "cat /mnt/file"));
      test.host().zones().stop(TestHost.ref("web2"), StopOptions.FORCED);

      // who comes later says what the volume was called, or would have this host's
      assertRefused(adopt(test, AdoptRequest.ALL), late, "is this host's, and not of this pool");
      assertEquals(
          Fate.ADOPTED,
          of(adopt(test, called(List.of("late"), Map.of("data", "data2"), false)), late).fate());
      assertEquals(
          "data2", test.get("late").spec().get(ZoneProperties.FILESYSTEMS).get(0).source());
      assertRefused(
          adopt(test, called(List.of(), Map.of("web2", "web3"), false)),
          web.uuid(),
          "on the way in only");
      assertFates(Fate.HERE, adopt(test, AdoptRequest.ALL));
      test.reopen();
      assertEquals(web.uuid(), test.get("web2").uuid());
      assertEquals(List.of(), test.host().fsck());
    }
  }

  @Test
  void whatIsMissingHereIsRefusedAndTakenWhenItIsThere() throws Exception {
    try (TestHost test = new TestHost()) {
      pool(test);
      test.host().networks().create(NetworkRequest.of("lab", Network.Kind.INTERNAL));
      UUID zone =
          test.host()
              .zones()
              .create(spec("netted").with(ZoneProperties.NICS, List.of(Nic.on("lab"))))
              .uuid();
      loseState(test);
      assertRefused(adopt(test, LOOK), zone, "lab");
      assertRefused(adopt(test, AdoptRequest.ALL), zone, "lab");
      test.host().networks().create(NetworkRequest.of("lab", Network.Kind.INTERNAL));
      assertFates(Fate.ADOPTED, adopt(test, AdoptRequest.ALL));
    }
  }

  /** A record that is whole, and says something else. */
  private static void rewrite(TestHost test, UUID zone, String property, String value)
      throws IOException {
    Path file = dataset(test, zone).resolve("record.json");
    Map<String, Object> tree = Document.read(Files.readAllBytes(file));
    Map<String, Object> record = new LinkedHashMap<>(Json.asObject(tree.get("zone")));
    Map<String, Object> spec = new LinkedHashMap<>(Json.asObject(record.get("spec")));
    spec.put(property, value);
    record.put("spec", spec);
    Files.write(file, Document.write(Map.of("zone", record)));
  }

  /** Takes a dataset away that no host would. */
  private static void removeByHand(TestHost test, UUID dataset) {
    Path place = dataset(test, dataset);
    try (Directory zones = Directory.open(place.resolveSibling("."));
        Directory inside = Directory.open(place)) {
      for (String name : List.of("root", "r")) {
        if (inside.find(FileName.of(name)).isPresent()) {
          Subvolume.destroy(inside, FileName.of(name));
        }
      }
      Tree.delete(zones, FileName.of(dataset.toString()));
    }
  }
}
