package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import polder.api.server.ApiServer;
import polder.model.Json;

class OpenApiTest {
  private static final Path FILE = Path.of("src/main/openapi.json");

  /** Run with {@code -Dpolder.openapi.write=true} to write the file anew. */
  @Test
  void theDescriptionInTheRepositoryIsFresh() throws IOException {
    String fresh = Json.pretty(ApiServer.description()) + "\n";
    if (Boolean.getBoolean("polder.openapi.write")) {
      Files.writeString(FILE, fresh);
    }
    assertEquals(
        Files.readString(FILE),
        fresh,
        "api/src/main/openapi.json is stale: mvn -pl api -am test -Dtest=OpenApiTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dtest.jvm=-Dpolder.openapi.write=true");
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    Map<String, Object> document = ApiServer.description();
    Set<String> schemas =
        Json.asObject(Json.asObject(document.get("components")).get("schemas")).keySet();
    Set<String> used = new HashSet<>();
    references(document, used);
    assertTrue(used.size() > 8, used.toString());
    used.forEach(
        name ->
            assertTrue(schemas.contains(name.substring("#/components/schemas/".length())), name));
  }

  private static void references(Object tree, Set<String> into) {
    switch (tree) {
      case Map<?, ?> map ->
          map.forEach(
              (key, value) -> {
                if (key.equals("$ref")) {
                  into.add(String.valueOf(value));
                }
                references(value, into);
              });
      case List<?> list -> list.forEach(item -> references(item, into));
      default -> {}
    }
  }
}
