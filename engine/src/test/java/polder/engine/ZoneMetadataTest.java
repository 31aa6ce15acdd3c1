package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.Zone;
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
          .with(polder.model.ZoneProperties.ZONE_UUID, ID);

  private final ZoneMetadata metadata =
      new ZoneMetadata(
          this::zone,
          patch -> {
            ZoneMetadata.refuseTooMuch(spec, patch);
            spec = patch.applyTo(spec);
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
    return new Zone(spec, status, "/var/lib/polder/zones/x", List.of());
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
            patch -> {
              throw new PolderException(ErrorKind.HOST, "cannot write /var/lib/polder/zones/x");
            });
    PolderException refusal =
        assertThrows(PolderException.class, () -> broken.put("colour", "red"));
    assertEquals("the host cannot keep it now", refusal.getMessage());
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
