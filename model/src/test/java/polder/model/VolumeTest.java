package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeTest {
  private static Filesystem read(Object... words) {
    Map<String, Object> entry = new java.util.LinkedHashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      entry.put(String.valueOf(words[i]), words[i + 1]);
    }
    return ZoneSpec.read(Map.of("brand", "native", "filesystems", List.of(entry)))
        .get(ZoneProperties.FILESYSTEMS)
        .getFirst();
  }

  @Test
  void aPayloadNamesAVolumeAndADirectoryInIt() {
    Filesystem named = read("type", "volume", "source", "data/a/b c", "target", "/data");
    assertTrue(named.isVolume());
    assertFalse(named.isOwnVolume());
    assertEquals("data", named.volume());
    assertEquals("a/b c", named.subPath());
    assertEquals("", read("type", "volume", "source", "data", "target", "/x").subPath());
    assertTrue(read("type", "volume", "target", "/data", "options", List.of("ro")).isOwnVolume());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".", "..", "../x", "a/..", "a/../b", "a/./b", "a//b", "a/", "/a", "-x", "_x", ".x", "a b",
        "a:b", "%2e%2e", "\u00e4", "a\\b"
      })
  @DisplayName("S-PATH-04 what is no volume's name, or leads up in it, is refused")
  void hostileNames(String source) {
    assertThrows(
        PolderException.class, () -> read("type", "volume", "source", source, "target", "/data"));
    if (source.indexOf('/') < 1) {
      assertThrows(PolderException.class, () -> Volume.checkName(source));
      assertThrows(PolderException.class, () -> VolumeRequest.of(source));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"noidmap", "nosub", "size=1m", "mode=0755"})
  void optionsThatAVolumeDoesNotHaveAreRefused(String option) {
    PolderException refusal =
        assertThrows(
            PolderException.class,
            () ->
                read(
                    "type",
                    "volume",
                    "source",
                    "data",
                    "target",
                    "/data",
                    "options",
                    List.of(option)));
    assertTrue(String.valueOf(refusal.getMessage()).contains(option), refusal.getMessage());
  }

  @Test
  void aQuotaIsNoneOrOneThatCanBeKept() {
    for (long quota : new long[] {-1, 1, (1 << 20) - 1, (1L << 60) + 1}) {
      assertThrows(PolderException.class, () -> Volume.checkQuota(quota));
    }
    assertEquals(0, Volume.checkQuota(0));
    assertThrows(
        PolderException.class, () -> VolumeRequest.of("00000000-0000-0000-0000-000000000000"));
  }
}
