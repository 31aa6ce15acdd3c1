package polder.cli.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import polder.cli.call.UsageException;
import polder.model.Json;

class FilterTest {
  private static final Map<String, Object> ZONE =
      Json.object(
          """
          {"alias": "web-1", "max_physical_memory": 256, "autoboot": true,
           "tags": {"role": "shop", "a.b": "dotted"}, "resolvers": ["1.1.1.1", "9.9.9.9"],
           "filesystems": [{"target": "/data"}, {"target": "/logs"}]}""");

  private static boolean matches(String filter) {
    return Filter.of(filter).matches(ZONE);
  }

  @Test
  void aValueMustBeEqual() {
    assertTrue(matches("alias=web-1"));
    assertFalse(matches("alias=web"));
    assertTrue(matches("max_physical_memory=256"));
    assertTrue(matches("autoboot=true"));
    assertFalse(matches("hostname="));
  }

  @Test
  void anExpressionMayMatchAnywhere() {
    assertTrue(matches("alias=~^web"));
    assertTrue(matches("alias=~-[0-9]$"));
    assertFalse(matches("alias=~^db"));
  }

  @Test
  void keysLookInsideMapsAndLists() {
    assertTrue(matches("tags.role=shop"));
    assertTrue(matches("tags.a.b=dotted"));
    assertTrue(matches("resolvers.1=9.9.9.9"));
    assertFalse(matches("resolvers.2=9.9.9.9"));
    assertTrue(matches("filesystems.*.target=/logs"));
    assertEquals("/data,/logs", Tree.text(ZONE, "filesystems.*.target"));
    assertEquals("-", Tree.text(ZONE, "nothing"));
  }

  @Test
  void whatIsNoFilterIsRefused() {
    assertThrows(UsageException.class, () -> Filter.of("alias"));
    assertThrows(UsageException.class, () -> Filter.of("=x"));
    assertThrows(UsageException.class, () -> Filter.of("alias=~["));
  }

  @Test
  void ordersByNumbersAsNumbersAndDownwardsWithADash() {
    List<Map<String, Object>> zones = new ArrayList<>();
    for (String json :
        List.of("{\"a\": \"x\", \"m\": 1024}", "{\"a\": \"y\", \"m\": 256}", "{\"a\": \"z\"}")) {
      zones.add(Json.object(json));
    }
    zones.sort(Order.of(List.of("-m", "a")));
    assertEquals("xyz", String.join("", zones.stream().map(z -> Tree.text(z, "a")).toList()));
    zones.sort(Order.of(List.of("m")));
    assertEquals("zyx", String.join("", zones.stream().map(z -> Tree.text(z, "a")).toList()));
  }
}
