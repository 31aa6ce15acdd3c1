package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Snapshot;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.ZoneState;
import polder.model.ZoneStatus;

class ZoneMetadataTest {
  private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-000000000007");

  private ZoneSpec spec =
      ZoneSpec.read(
              Json.asObject(
                  Json.read(
                      """
                      {"brand": "native", "alias": "web", "max_physical_memory": 512,
                       "tags": {"role": "db", "a.b": 7},
                       "nics": [{"nic_tag": "lab", "ips": ["10.1.0.5/24"]}],
                       "routes": {"10.9.0.0/16": "10.1.0.9", "10.8.0.0/16": "nics[0]"},
                       "resolvers": ["10.1.0.1", "9.9.9.9"],
                       "filesystems": [{"source": "/srv/secret", "target": "/mnt"}],
                       "customer_metadata": {"user-script": "#!/bin/sh", "root_authorized_keys": "ssh-ed25519 A",
                         "n": 5, "my_pw": "shown to nobody", "ops:x": "nor this"},
                       "internal_metadata": {"operator-script": "#!/bin/ops", "root_pw": "s3cret",
                         "ops:x": "theirs", "hidden": "from inside"},
                       "internal_metadata_namespaces": ["ops"]}
                      """
                          .getBytes(StandardCharsets.UTF_8))))
          .with(ZoneProperties.ZONE_UUID, ID);

  private final List<Snapshot> snapshots =
      new ArrayList<>(List.of(new Snapshot("nightly", Instant.EPOCH, Optional.empty())));
  private final List<String> done = new ArrayList<>();

  private final ZoneMetadata metadata =
      new ZoneMetadata(
          this::zone,
          new Inside() {
            @Override
            public void update(Patch patch) {
              ZoneMetadata.refuseTooMuch(spec, patch);
              spec = patch.applyTo(spec);
            }

            @Override
            public void snapshot(String name) {
              ZoneMetadata.refuseTooMany(snapshots);
              snapshots.add(new Snapshot(name, Instant.EPOCH, Optional.empty()));
            }

            @Override
            public void remove(String snapshot) {
              snapshots.removeIf(each -> each.name().equals(snapshot));
            }

            @Override
            public void rollBack(String snapshot) {
              done.add(snapshot);
            }
          });

  private Zone zone() {
    ZoneStatus status =
        new ZoneStatus(
            ZoneState.RUNNING,
            false,
            Optional.of(1),
            Instant.EPOCH,
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            0,
            Optional.empty(),
            Optional.empty());
    return new Zone(spec, status, "/var/lib/polder/zones/x", snapshots);
  }

  private void is(String expected, String key) {
    assertEquals(Optional.of(expected), metadata.get(key), key);
  }

  private void isNot(String key) {
    assertEquals(Optional.empty(), metadata.get(key), key);
  }

  @Test
  void tellsWhatTheZoneIs() {
    is(ID.toString(), "sdc:uuid");
    is(ID.toString(), "sdc:zonename");
    is("web", "sdc:alias");
    is("web", "sdc:hostname");
    is("512", "sdc:max_physical_memory");
    is("running", "sdc:state");
    is("00000000-0000-0000-0000-000000000000", "sdc:owner_uuid");
    is("[\"10.1.0.1\",\"9.9.9.9\"]", "sdc:resolvers");
    is("9.9.9.9", "sdc:resolvers.1");
    is("db", "sdc:tags.role");
    is("7", "sdc:tags.a.b");
    is("10.1.0.5/24", "sdc:nics.0.ips.0");
    assertTrue(metadata.get("sdc:nics").orElseThrow().startsWith("[{\""), "a list");
    List<Object> routes = Json.asList(Json.read(bytes(metadata.get("sdc:routes").orElseThrow())));
    assertTrue(
        routes.containsAll(
            List.of(
                Map.of("linklocal", false, "dst", "10.9.0.0/16", "gateway", "10.1.0.9"),
                Map.of("linklocal", true, "dst", "10.8.0.0/16", "gateway", "10.1.0.5"))),
        routes::toString);
    is("#!/bin/ops", "sdc:operator-script");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void tellsNothingOfTheHostNorOfWhatIsTheOperators() {
    for (String key :
        List.of(
            "sdc:zonepath",
            "sdc:filesystems",
            "sdc:filesystems.0.source",
            "sdc:internal_metadata",
            "sdc:internal_metadata.hidden",
            "sdc:security",
            "sdc:pid",
            "sdc:",
            "sdc:tags.",
            "sdc:nics.7",
            "sdc:nics.99999999999",
            "sdc:resolvers.x",
            "hidden",
            "operator-script",
            "none")) {
      isNot(key);
    }
  }

  @Test
  void tellsItsOwnersKeysAndSomeOfTheOperators() {
    is("#!/bin/sh", "user-script");
    is("ssh-ed25519 A", "root_authorized_keys");
    is("5", "n");
    is("s3cret", "root_pw");
    is("theirs", "ops:x");
    isNot("my_pw");
    assertEquals(
        List.of("n", "ops:x", "root_authorized_keys", "root_pw", "user-script"),
        metadata.keys().stream().sorted().toList());
  }

  @Test
  void changesItsOwnersKeysAndNoOthers() {
    metadata.put("colour", "red\nblue");
    is("red\nblue", "colour");
    metadata.put("colour", "");
    is("", "colour");
    assertTrue(metadata.delete("colour"));
    isNot("colour");
    assertFalse(metadata.delete("colour"));
    for (String key : List.of("sdc:alias", "sdc:x", "root_pw", "ops:x", "ops:new", "a b", "")) {
      assertThrows(PolderException.class, () -> metadata.put(key, "x"), key);
    }
    for (String key : List.of("sdc:alias", "root_pw", "ops:x", "my_pw")) {
      assertThrows(PolderException.class, () -> metadata.delete(key), key);
    }
    is("s3cret", "root_pw");
  }

  @Test
  void isNotToldWhatIsWrongWithTheHost() {
    ZoneMetadata broken =
        new ZoneMetadata(
            this::zone,
            new FailingInside(
                new PolderException(ErrorKind.HOST, "cannot write /var/lib/polder/zones/x")));
    ZoneMetadata invalid =
        new ZoneMetadata(
            this::zone,
            new FailingInside(new PolderException(ErrorKind.INVALID, "/srv/secret is missing")));
    for (ZoneMetadata each : List.of(broken, invalid)) {
      PolderException refusal =
          assertThrows(PolderException.class, () -> each.put("colour", "red"));
      assertEquals("the host cannot do it now", refusal.getMessage());
    }
    delegate();
    PolderException refusal =
        assertThrows(PolderException.class, () -> broken.put("snapshot:x", ""));
    assertEquals("the host cannot do it now", refusal.getMessage());
  }

  private record FailingInside(PolderException failure) implements Inside {
    @Override
    public void update(Patch patch) {
      throw failure;
    }

    @Override
    public void snapshot(String name) {
      throw failure;
    }

    @Override
    public void remove(String snapshot) {
      throw failure;
    }

    @Override
    public void rollBack(String snapshot) {
      throw failure;
    }
  }

  private void delegate() {
    spec = spec.with(ZoneProperties.DELEGATE_DATASET, true);
  }

  @Test
  void takesSnapshotsOfItselfWhereItHasADelegatedDataset() {
    metadata.put("snapshot:before", "a value like any other");
    is("a value like any other", "snapshot:before");
    assertTrue(metadata.delete("snapshot:before"));

    delegate();
    metadata.put("snapshot:before", "");
    assertEquals(List.of("nightly", "inside:before"), names());
    is(Instant.EPOCH.toString(), "snapshot:before");
    assertTrue(metadata.keys().contains("snapshot:before"));
    assertTrue(metadata.get("sdc:snapshots").orElseThrow().contains("nightly"), "all are told");
    metadata.put("snapshot:before", "rollback\n");
    assertEquals(List.of("inside:before"), done);
    assertTrue(metadata.delete("snapshot:before"));
    assertFalse(metadata.delete("snapshot:before"));
    isNot("snapshot:before");
  }

  private List<String> names() {
    return snapshots.stream().map(Snapshot::name).toList();
  }

  @Test
  void whatItsOwnerTookIsOutOfItsReach() {
    delegate();
    isNot("snapshot:nightly");
    assertFalse(metadata.delete("snapshot:nightly"));
    assertFalse(metadata.keys().contains("snapshot:nightly"));
    metadata.put("snapshot:nightly", "rollback");
    assertEquals(List.of("inside:nightly"), done, "which is not the owner's");
    for (String name : List.of("", "../x", "a/b", "@", "a@b", "x".repeat(58), "ü")) {
      assertThrows(PolderException.class, () -> metadata.put("snapshot:" + name, ""), name);
    }
    assertThrows(PolderException.class, () -> metadata.put("snapshot:x", "take"));
    assertEquals(List.of("nightly"), names());
  }

  @Test
  void takesNoMoreThanItMay() {
    delegate();
    for (int i = 0; i < ZoneMetadata.MOST_SNAPSHOTS; i++) {
      metadata.put("snapshot:" + i, "");
    }
    PolderException refusal =
        assertThrows(PolderException.class, () -> metadata.put("snapshot:more", ""));
    assertTrue(String.valueOf(refusal.getMessage()).startsWith("32 snapshots"), refusal.toString());
    assertTrue(metadata.delete("snapshot:7"));
    metadata.put("snapshot:more", "");
  }

  @Test
  void whatIsSetFromInsideIsBounded() {
    for (int i = 0; i < 4; i++) {
      metadata.put("k" + i, "x".repeat(65_000));
    }
    PolderException refusal =
        assertThrows(PolderException.class, () -> metadata.put("k4", "x".repeat(65_000)));
    assertTrue(String.valueOf(refusal.getMessage()).contains("262,144"), refusal::getMessage);
    assertThrows(PolderException.class, () -> metadata.put("k0", "x".repeat(65_537)));
    assertThrows(PolderException.class, () -> metadata.put("x".repeat(256), "x"));
    metadata.put("k0", "x");
    spec = new Patch(Map.of("set_customer_metadata", large())).applyTo(spec);
    assertThrows(PolderException.class, () -> metadata.put("k0", "xx"), "the owner set more");
    metadata.put("k1", "x"); // what makes it less may be
  }

  private static Map<String, Object> large() {
    return Map.of("o1", "x".repeat(65_000), "o2", "x".repeat(65_000), "o3", "x".repeat(65_000));
  }
}
