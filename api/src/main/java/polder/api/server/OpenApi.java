package polder.api.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import polder.model.Version;
import polder.model.json.ErrorJson;

/** The description of all that can be asked: OpenAPI 3.1, written from the table of routes. */
final class OpenApi {

  private final Map<String, Object> schemas = new TreeMap<>();

  private OpenApi() {}

  static Map<String, Object> describe(List<Route> routes) {
    return new OpenApi().document(routes);
  }

  private Map<String, Object> document(List<Route> routes) {
    schemas.put("Error", sorted(ErrorJson.ERROR.schema()));
    Map<String, Object> paths = new LinkedHashMap<>();
    for (Route route : routes) {
      String path = route.template().replace("...}", "}");
      Map<String, Object> methods = new LinkedHashMap<>();
      if (paths.get(path) instanceof Map<?, ?> before) {
        before.forEach((method, operation) -> methods.put(String.valueOf(method), operation));
      }
      methods.put(route.method().toLowerCase(Locale.ROOT), operation(route));
      paths.put(path, methods);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("openapi", "3.1.0");
    document.put(
        "info",
        ordered(
            "title",
            "Polder",
            "version",
            Version.ours(),
            "description",
            "Zones on one Linux host, over a Unix socket. Unknown properties and parameters are"
                + " refused by name."));
    document.put("paths", paths);
    document.put("components", ordered("schemas", schemas));
    return document;
  }

  private Map<String, Object> operation(Route route) {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("summary", route.summary());
    List<Object> parameters = new ArrayList<>();
    for (Parameter parameter : route.parameters()) {
      parameters.add(
          ordered(
              "name",
              parameter.name(),
              "in",
              parameter.place(),
              "required",
              parameter.required(),
              "description",
              parameter.meaning(),
              "schema",
              sorted(parameter.type().schema())));
    }
    if (route.async()) {
      parameters.add(
          ordered(
              "name",
              "Prefer",
              "in",
              "header",
              "required",
              false,
              "description",
              "respond-async: answers 202 at once, with the operation's Location",
              "schema",
              ordered("type", "string")));
    }
    if (!parameters.isEmpty()) {
      operation.put("parameters", parameters);
    }
    if (!route.body().none()) {
      operation.put("requestBody", ordered("content", content(route.body())));
    }
    Map<String, Object> responses = new LinkedHashMap<>();
    responses.put(String.valueOf(route.answer().status()), response(route.answer()));
    if (route.async()) {
      responses.put("202", ordered("description", "it goes on as an operation"));
    }
    responses.put(
        "default",
        ordered(
            "description",
            "what went wrong",
            "content",
            ordered(
                Content.JSON, ordered("schema", ordered("$ref", "#/components/schemas/Error")))));
    operation.put("responses", responses);
    return operation;
  }

  private Map<String, Object> response(Content answer) {
    Map<String, Object> response = new LinkedHashMap<>();
    response.put(
        "description",
        switch (answer.status()) {
          case 101 -> "frames from now on, both ways: Upgrade: " + ZoneRoutes.PROTOCOL;
          case 204 -> "done";
          default -> answer.media().equals(Content.LINES) ? "one a line, as they come" : "done";
        });
    if (!answer.none()) {
      response.put("content", content(answer));
    }
    return response;
  }

  private Map<String, Object> content(Content content) {
    Map<String, Object> schema = sorted(content.schema());
    if (!content.name().isEmpty()) {
      schemas.put(content.name(), schema);
      schema = ordered("$ref", "#/components/schemas/" + content.name());
    }
    if (content.list()) {
      schema = ordered("type", "array", "items", schema);
    }
    return ordered(content.media(), ordered("schema", schema));
  }

  /** In an order that does not change from run to run: {@code Map.of} has none. */
  private static Map<String, Object> sorted(Map<?, ?> map) {
    Map<String, Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(String.valueOf(key), plain(value)));
    return sorted;
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Map<?, ?> map -> sorted(map);
      case List<?> list -> list.stream().map(OpenApi::plain).toList();
      default -> value;
    };
  }

  private static Map<String, Object> ordered(Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put((String) pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
