package polder.api.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** Percent-encoding (RFC 3986, section 2.1), read strictly: UTF-8, and no second meaning of '+'. */
final class PercentCode {
  private PercentCode() {}

  static String decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] != '%') {
        bytes.write(raw[i]);
        continue;
      }
      int high = i + 2 <= raw.length - 1 ? Character.digit(raw[i + 1], 16) : -1;
      int low = i + 2 <= raw.length - 1 ? Character.digit(raw[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw wrong();
      }
      bytes.write((high << 4) | low);
      i += 2;
    }
    try {
      String decoded =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.toByteArray()))
              .toString();
      if (decoded.indexOf('\0') >= 0) {
        throw wrong();
      }
      return decoded;
    } catch (CharacterCodingException e) {
      throw wrong();
    }
  }

  /** A path's parts, decoded; empty ones are kept, and match nothing. */
  static List<String> parts(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.substring(path.startsWith("/") ? 1 : 0).split("/", -1)) {
      parts.add(decode(part));
    }
    return parts;
  }

  private static PolderException wrong() {
    return new PolderException(
        ErrorKind.INVALID, "the request's path or query is not percent-encoded UTF-8");
  }
}
