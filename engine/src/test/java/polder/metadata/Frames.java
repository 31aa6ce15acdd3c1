package polder.metadata;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;

/** Lines of version 2 of the protocol, as the other side writes them. */
final class Frames {
  private Frames() {}

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String frame(String id, String word, String payload) {
    String body = id + " " + word + (payload.isEmpty() ? "" : " " + payload);
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    return "V2 %d %08x %s\n".formatted(body.length(), crc.getValue(), body);
  }

  /** A request with a key. */
  static String of(String id, String word, String key) {
    return frame(id, word, base64(key));
  }

  /** A request to set a key. */
  static String put(String id, String key, String value) {
    return frame(id, "PUT", base64(base64(key) + " " + base64(value)));
  }

  /** An answer. */
  static String answer(String id, String word, String text) {
    return frame(id, word, text.isEmpty() ? "" : base64(text));
  }
}
