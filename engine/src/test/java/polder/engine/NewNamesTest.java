package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import polder.model.Adoptee;
import polder.model.Adoptee.Fate;
import polder.model.Adoptee.Kind;
import polder.model.Fault;
import polder.model.Filesystem;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Which new names are given to what lies in a pool, and which payloads follow. */
class NewNamesTest {
  private static final UUID WEB = new UUID(1, 1);
  private static final UUID OWN = new UUID(1, 2);
  private static final UUID BARE = new UUID(1, 3);
  private static final List<PoolContents.Found> POOL =
      List.of(
          found(Kind.VOLUME, new UUID(2, 1), "data", Optional.empty()),
          found(Kind.VOLUME, new UUID(2, 2), "twice", Optional.empty()),
          found(Kind.VOLUME, OWN, OWN.toString(), Optional.of(WEB)),
          found(Kind.ZONE, WEB, "web", Optional.empty()),
          found(Kind.ZONE, new UUID(2, 3), "twice", Optional.empty()),
          found(Kind.DATASET, BARE, BARE.toString(), Optional.empty()));

  private static PoolContents.Found found(Kind kind, UUID uuid, String name, Optional<UUID> zone) {
    Adoptee seen =
        new Adoptee(kind, uuid, name, zone, Optional.empty(), 0, Fate.ADOPTABLE, Optional.empty());
    return new PoolContents.Found(seen, Optional.empty());
  }

  private static NewNames names(Map<String, String> asked) {
    return NewNames.of(asked, POOL, "here"::equals);
  }

  @Test
  void aZoneFollowsTheVolumesOfItsPool() {
    ZoneSpec spec =
        ZoneSpec.read(
            Json.object(
                """
                {"brand": "native", "uuid": "%s", "alias": "web", "filesystems": [
                  {"source": "data", "target": "/a", "type": "volume"},
                  {"source": "data/b/c", "target": "/b", "type": "volume"},
                  {"source": "before", "target": "/c", "type": "volume"},
                  {"source": "", "target": "/d", "type": "volume"},
                  {"source": "/data", "target": "/e", "type": "lofs"}]}
                """
                    .formatted(WEB)));
    ZoneSpec followed =
        names(Map.of("web", "web.2", "data", "Data_2", "before", "here")).follow(spec);
    assertEquals("web.2", followed.name());
    assertEquals(
        List.of("Data_2", "Data_2/b/c", "here", "", "/data"),
        followed.get(ZoneProperties.FILESYSTEMS).stream().map(Filesystem::source).toList());
    assertEquals(spec, names(Map.of()).follow(spec));
  }

  @Test
  void allThatCannotBeGivenAreToldAtOnce() {
    PolderException refused =
        assertThrows(
            PolderException.class,
            () ->
                names(
                    Map.of(
                        "web",
                        "Not_an_alias",
                        "data",
                        WEB.toString(),
                        "twice",
                        "once",
                        "nobody",
                        "nowhere",
                        OWN.toString(),
                        "own",
                        BARE.toString(),
                        "bare")));
    assertEquals(
        List.of(
            "names." + OWN,
            "names." + BARE,
            "names.data",
            "names.nobody",
            "names.twice",
            "names.web"),
        refused.faults().stream().map(Fault::path).sorted().toList());
  }

  @Test
  void oneOfTwoIsNamedByItsUuid() {
    UUID volume = new UUID(2, 2);
    assertEquals(Optional.of("once"), names(Map.of(volume.toString(), "once")).of(volume));
  }
}
