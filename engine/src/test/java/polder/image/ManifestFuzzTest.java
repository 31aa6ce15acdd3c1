package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.engine.JsonDamage;
import polder.model.Image;
import polder.model.ImageAbout;
import polder.model.ImageConfig;
import polder.model.Json;

class ManifestFuzzTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @Test
  @DisplayName("S-IMG-12 a damaged image manifest is refused or read, never anything else")
  void manifests() {
    byte[] digest = StoredImage.sha256().digest(new byte[0]);
    String digits = StoredImage.digits(digest);
    ImageConfig config =
        new ImageConfig(
            List.of("/bin/sh"),
            List.of("-c", "true"),
            Map.of("A", "b"),
            Optional.of("/tmp"),
            Optional.of("web:extra"),
            Optional.of("TERM"),
            Map.of("label", "ä"));
    Image image =
        new Image(
            StoredImage.uuid(digest),
            "sha256:" + digits,
            "debian",
            "13",
            7,
            NOW,
            "linux",
            "amd64",
            config,
            List.of(),
            ImageAbout.NONE);
    byte[] good = new StoredImage(digits, List.of(new StoredImage.Claim(image, NOW))).write();
    Map<String, Object> tree = Json.object(good);
    JsonDamage.each(
        damage -> {
          byte[] bytes = damage.flag() ? damage.bytes(good) : summed(damage.tree(tree));
          StoredImage read = StoredImage.read(digits, bytes);
          assertEquals(read, StoredImage.read(digits, read.write()));
        });
  }

  /** With a checksum that fits, where there is something to sum up. */
  private static byte[] summed(Map<String, Object> manifest) {
    if (manifest.get("names") instanceof List<?> names) {
      byte[] text = Json.write(names).getBytes(StandardCharsets.UTF_8);
      manifest.put("checksum", StoredImage.digits(StoredImage.sha256().digest(text)));
    }
    return Json.write(manifest).getBytes(StandardCharsets.UTF_8);
  }
}
