package polder.api.server;

import java.util.List;
import java.util.Map;
import polder.model.Type;

/**
 * What a request or an answer carries.
 *
 * @param media its media type; empty for nothing
 * @param name what it is called in the description; empty for what has no name
 * @param schema its JSON Schema
 * @param list whether it is a list of them
 * @param status an answer's status
 */
record Content(String media, String name, Map<String, Object> schema, boolean list, int status) {
  static final String JSON = "application/json";
  static final String LINES = "application/jsonl";
  static final String TAR = "application/x-tar";
  static final String STREAM = "application/vnd.polder.stream";

  /** Nothing. */
  static final Content NONE = new Content("", "", Map.of(), false, 204);

  /** A JSON value. */
  static Content json(String name, Type<?> type) {
    return json(name, type.schema());
  }

  static Content json(String name, Map<String, Object> schema) {
    return new Content(JSON, name, schema, false, 200);
  }

  /** A JSON object with one field. */
  static Content field(String field, Map<String, Object> schema) {
    return json(
        "",
        Map.of("type", "object", "properties", Map.of(field, schema), "required", List.of(field)));
  }

  /** A list of them. */
  Content listed() {
    return new Content(media, name, schema, true, status);
  }

  /** One a line, as they come; empty lines show that somebody is there. */
  Content lines() {
    return new Content(LINES, name, schema, false, status);
  }

  Content status(int other) {
    return new Content(media, name, schema, list, other);
  }

  /** Bytes. */
  static Content bytes(String media) {
    return new Content(media, "", Map.of("type", "string", "format", "binary"), false, 200);
  }

  boolean none() {
    return media.isEmpty();
  }
}
