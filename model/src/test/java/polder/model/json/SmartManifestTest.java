package polder.model.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.model.Brand;
import polder.model.Compression;
import polder.model.ErrorKind;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.ImageRequest;
import polder.model.Json;
import polder.model.PolderException;

class SmartManifestTest {
  private static final String REAL =
      """
      {
        "v": 2,
        "uuid": "7b5981c4-1889-11e7-b4c5-3f3bdfc9b88b",
        "owner": "00000000-0000-0000-0000-000000000000",
        "name": "Ubuntu-16.04",
        "version": "20170403",
        "state": "active",
        "disabled": false,
        "public": true,
        "published_at": "2017-04-03T22:05:41Z",
        "type": "lx-dataset",
        "os": "linux",
        "files": [
          {
            "sha1": "5c9cf6b0c6b9d5f1c0ed9b2ee5c5a1b8a8b9ae47",
            "size": 186000000,
            "compression": "gzip"
          }
        ],
        "description": "Ubuntu 16.04 (20170403 64-bit). Certified.",
        "homepage": "https://docs.example.org/images/container-native-linux",
        "requirements": {
          "networks": [{"name": "net0", "description": "public"}],
          "min_platform": {"7.0": "20160225T122859Z"},
          "brand": "lx",
          "min_ram": 256,
          "max_ram": 4096
        },
        "origin": "04179d8a-188b-11e7-af27-d3834ac8f8a7",
        "tags": {"role": "os", "kernel_version": "4.3.0"}
      }
      """;

  @Test
  void readsWhatImgadmKeeps() {
    ImageRequest request = SmartManifest.read(Json.read(REAL));
    assertEquals("ubuntu-16-04", request.name());
    assertEquals("20170403", request.tag());
    assertEquals(Optional.of("5c9cf6b0c6b9d5f1c0ed9b2ee5c5a1b8a8b9ae47"), request.sha1());
    var about = request.about();
    assertEquals(
        Optional.of(UUID.fromString("7b5981c4-1889-11e7-b4c5-3f3bdfc9b88b")), about.uuid());
    assertEquals(
        Optional.of(UUID.fromString("04179d8a-188b-11e7-af27-d3834ac8f8a7")), about.origin());
    assertEquals(Optional.of("lx-dataset"), about.type());
    assertEquals(Optional.of(Instant.parse("2017-04-03T22:05:41Z")), about.published());
    assertEquals(Optional.of(Brand.LX), about.brand());
    assertEquals(Optional.of(256L), about.minRam());
    assertEquals(Optional.of(4096L), about.maxRam());
  }

  @Test
  void tellsAllThatIsWrongAtOnce() {
    PolderException e =
        assertThrows(
            PolderException.class,
            () ->
                SmartManifest.read(
                    Json.read(
                        "{\"v\": 1, \"uuid\": \"x\", \"name\": 7, \"files\": [7],"
                            + " \"published_at\": \"today\"}")));
    List<String> paths = e.faults().stream().map(fault -> fault.path()).toList();
    for (String path :
        List.of("v", "uuid", "name", "version", "os", "type", "files", "published_at")) {
      assertTrue(paths.contains(path), path + " in " + paths);
    }
  }

  @Test
  void refusesWhatNoZoneCanBeMadeFrom() {
    for (Map.Entry<String, String> one :
        Map.of("\"linux\"", "\"smartos\"", "\"lx-dataset\"", "\"zvol\"", "\"lx\"", "\"kvm\"")
            .entrySet()) {
      PolderException e =
          assertThrows(
              PolderException.class,
              () -> SmartManifest.read(Json.read(REAL.replace(one.getKey(), one.getValue()))));
      assertEquals(ErrorKind.UNSUPPORTED, e.kind());
    }
    String bzip2 = REAL.replace("\"gzip\"", "\"bzip2\"");
    assertThrows(PolderException.class, () -> SmartManifest.read(Json.read(bzip2)));
  }

  @Test
  @DisplayName("S-IMG-12 a changed manifest of SmartOS is refused or read, never anything else")
  void changed() {
    Random random = new Random(17);
    Object[] odd = {
      7L, -1L, "", "x".repeat(5000), true, List.of(), Map.of(), "a\nb", "\u0000", 1e300
    };
    for (int round = 0; round < 5000; round++) {
      Map<String, Object> tree = new LinkedHashMap<>(Json.object(REAL));
      for (int i = random.nextInt(4); i >= 0; i--) {
        List<String> keys = List.copyOf(tree.keySet());
        String key = keys.get(random.nextInt(keys.size()));
        if (random.nextInt(4) == 0) {
          tree.remove(key);
        } else {
          tree.put(key, odd[random.nextInt(odd.length)]);
        }
      }
      try {
        SmartManifest.read(tree);
      } catch (PolderException e) {
        assertTrue(
            e.kind() == ErrorKind.INVALID || e.kind() == ErrorKind.UNSUPPORTED, e.toString());
      }
    }
  }

  private static Image image(ImageAbout about) {
    return new Image(
        new UUID(1, 2),
        "sha256:" + "0".repeat(64),
        "debian",
        "12",
        1L << 20,
        Instant.parse("2026-11-30T10:00:00.123Z"),
        "linux",
        "amd64",
        ImageConfig.NONE,
        List.of(),
        about);
  }

  @Test
  void whatIsWrittenIsTakenBack() {
    SmartManifest.File file = new SmartManifest.File("a".repeat(40), 1234, Compression.GZIP);
    ImageAbout real = SmartManifest.read(Json.read(REAL)).about();
    for (ImageAbout about : List.of(ImageAbout.NONE, real)) {
      Map<String, Object> tree = SmartManifest.write(image(about), file);
      ImageRequest back = SmartManifest.read(Json.read(Json.write(tree)));
      assertEquals("debian", back.name());
      assertEquals(Optional.of("a".repeat(40)), back.sha1());
      assertEquals(about.uuid().or(() -> Optional.of(new UUID(1, 2))), back.about().uuid());
      assertEquals(Optional.empty(), back.about().origin(), "all layers are in its file");
      assertEquals(about.description(), back.about().description());
      assertEquals(about.minRam(), back.about().minRam());
      assertEquals(Optional.of(Brand.LX), back.about().brand());
    }
    assertEquals(
        "2026-11-30T10:00:00Z",
        SmartManifest.write(image(ImageAbout.NONE), file).get("published_at"));
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () -> new SmartManifest.File("a".repeat(40), 1, Compression.ZSTD));
    assertEquals(ErrorKind.UNSUPPORTED, refusal.kind());
  }
}
