package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every string of every property there is, found in the property table and not in a list here. */
class HostilePropertiesTest {
  /** They reach no file but the zone's record and no argument: SmartOS's free maps. */
  private static final Set<String> FREE = Set.of("tags", "customer_metadata", "internal_metadata");

  /**
   * A dash at the beginning has a meaning there (limit_priv), is the zone's own program's business
   * (cmd, entrypoint, env, healthcheck) or its kernel's (cmdline), or is only kept or looked up
   * among names that are known.
   */
  private static final Set<String> DASHED =
      Set.of(
          "billing_id",
          "cloud_init",
          "cmd",
          "cmdline",
          "entrypoint",
          "env",
          "filesystems",
          "healthcheck",
          "image",
          "limit_priv",
          "owner_uuid",
          "security");

  @Test
  @DisplayName("S-API-09 a control character in any string of any property is refused")
  void controlCharactersAreRefused() {
    int tried = 0;
    for (Property<?> property : ZoneProperties.list()) {
      if (FREE.contains(property.name())) {
        continue;
      }
      for (char c = 0; c < 0xa0; c++) {
        if ((c >= ' ' && c < 0x7f) || c == '\n' || c == '\t') {
          continue;
        }
        for (Object planted : plant(property.type().schema(), "a" + c + "b")) {
          assertTrue(refused(property, planted), property.name() + " takes " + Json.write(planted));
          tried++;
        }
      }
    }
    assertTrue(tried > 1000, "only " + tried);
  }

  @Test
  @DisplayName("S-API-09 a leading dash passes only where it cannot be taken for an option")
  void leadingDashesAreRefused() {
    Set<String> taken = new TreeSet<>();
    for (Property<?> property : ZoneProperties.list()) {
      if (FREE.contains(property.name())) {
        continue;
      }
      for (Object planted : plant(property.type().schema(), "-rf")) {
        if (!refused(property, planted)) {
          taken.add(property.name());
        }
      }
    }
    assertEquals(new TreeSet<>(DASHED), taken);
  }

  private static boolean refused(Property<?> property, Object planted) {
    List<Fault> faults = new ArrayList<>();
    property.type().read(planted, property.name(), faults);
    return faults.stream().anyMatch(fault -> !fault.message().contains("is missing"));
  }

  /** JSON values of {@code schema}, each with {@code text} in another of its strings. */
  private static List<Object> plant(@Nullable Object schema, String text) {
    List<Object> planted = new ArrayList<>();
    if (!(schema instanceof Map<?, ?> map)) {
      return planted;
    }
    if (map.get("type") instanceof List<?> types
        ? types.contains("string")
        : "string".equals(map.get("type"))) {
      planted.add(text);
    }
    plant(map.get("items"), text).forEach(item -> planted.add(List.of(item)));
    if (map.get("properties") instanceof Map<?, ?> fields) {
      fields.forEach(
          (name, field) ->
              plant(field, text).forEach(v -> planted.add(Map.of(String.valueOf(name), v))));
    }
    @Nullable Object more = map.get("additionalProperties");
    plant(more, text).forEach(value -> planted.add(Map.of("a", value)));
    if (more instanceof Map<?, ?>) {
      planted.add(Map.of(text, "1"));
    }
    for (String choice : List.of("anyOf", "oneOf")) {
      if (map.get(choice) instanceof List<?> all) {
        all.forEach(one -> planted.addAll(plant(one, text)));
      }
    }
    return planted;
  }
}
