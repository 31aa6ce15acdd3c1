package polder.engine;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/**
 * A JSON file that can tell whether it is whole: a schema version, a checksum, and what it holds.
 *
 * <pre>{@code {"schema": 1, "sha256": "…", "holds": {…}}}</pre>
 */
final class Document {
  private static final long SCHEMA = 1;

  private Document() {}

  /** The file's bytes. */
  static byte[] write(Map<String, Object> holds) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("schema", SCHEMA);
    document.put("sha256", checksum(holds));
    document.put("holds", holds);
    return (Json.pretty(document) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * What the file holds.
   *
   * @throws PolderException HOST, with what is wrong, if it is not whole or from a later version
   */
  static Map<String, Object> read(byte[] bytes) {
    Map<String, Object> document;
    Map<String, Object> holds;
    try {
      document = Json.object(bytes);
      holds = Json.asObject(document.get("holds"));
    } catch (PolderException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
    if (!(document.get("schema") instanceof Long schema)) {
      throw damaged("it has no schema version");
    }
    if (schema != SCHEMA) {
      throw damaged("its schema version is %d and this program knows %d".formatted(schema, SCHEMA));
    }
    if (!checksum(holds).equals(document.get("sha256"))) {
      throw damaged("its checksum does not fit what it holds");
    }
    return holds;
  }

  static PolderException damaged(String how) {
    return new PolderException(ErrorKind.HOST, how);
  }

  private static String checksum(Map<String, Object> holds) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(sha256.digest(Json.write(holds).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
