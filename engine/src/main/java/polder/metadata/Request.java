package polder.metadata;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A line of SmartOS's metadata protocol, and the answer to one.
 *
 * <p>Version 1 is a word and a key: {@code GET key}, {@code KEYS}. Version 2 has in each line a
 * length, a checksum and an id, so that what a serial line damaged is recognized: {@code V2 LENGTH
 * CRC32 ID WORD [BASE64]}. Both can come on one connection, in turn.
 *
 * @param id by which an answer of version 2 is known; empty in version 1
 * @param verb what is asked
 */
record Request(Optional<String> id, Verb verb) {
  private static final Pattern FRAME =
      Pattern.compile("V2 ([0-9]{1,7}) ([0-9a-f]{1,8}) (([0-9a-f]{1,64}) ([A-Z]{1,16})(?: (.*))?)");

  /** What is asked. */
  sealed interface Verb {
    /** The value of a key. */
    record Get(String key) implements Verb {}

    /** All keys. */
    record Keys() implements Verb {}

    /** To set a key. */
    record Put(String key, String value) implements Verb {}

    /** To remove a key. */
    record Delete(String key) implements Verb {}

    /** Whether a version of the protocol is spoken. */
    record Negotiate(String version) implements Verb {}

    /** Nothing, by which a client that was lost finds the beginning of an answer again. */
    record Nothing() implements Verb {}

    /** What is not understood, and why. */
    record Strange(String why) implements Verb {}
  }

  /**
   * Reads a line, without its end; never fails.
   *
   * @return empty for a frame of version 2 that is damaged: it has no answer, and is sent again
   */
  static Optional<Request> read(byte[] bytes, int length) {
    String line = new String(bytes, 0, length, StandardCharsets.ISO_8859_1).stripTrailing();
    if (line.startsWith("V2 ") || line.equals("V2")) {
      return frame(line);
    }
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
    int space = text.indexOf(' ');
    String word = space < 0 ? text : text.substring(0, space);
    String rest = space < 0 ? "" : text.substring(space + 1).strip();
    Verb verb =
        switch (word) {
          case "" -> new Verb.Nothing();
          case "GET" -> rest.isEmpty() ? new Verb.Nothing() : new Verb.Get(rest);
          case "NEGOTIATE" -> rest.isEmpty() ? new Verb.Nothing() : new Verb.Negotiate(rest);
          case "KEYS" -> new Verb.Keys();
          default -> new Verb.Strange("unknown command");
        };
    return Optional.of(new Request(Optional.empty(), verb));
  }

  private static Optional<Request> frame(String line) {
    Matcher frame = FRAME.matcher(line);
    if (!frame.matches()) {
      return Optional.empty();
    }
    String body = frame.group(3);
    if (Integer.parseInt(frame.group(1)) != body.length()
        || Long.parseLong(frame.group(2), 16) != checksum(body)) {
      return Optional.empty();
    }
    String payload = frame.group(6);
    return Optional.of(
        new Request(
            Optional.of(frame.group(4)), verb(frame.group(5), payload == null ? "" : payload)));
  }

  private static Verb verb(String word, String payload) {
    try {
      String text = decoded(payload);
      return switch (word) {
        case "KEYS" -> new Verb.Keys();
        case "GET" -> keyed(text) ? new Verb.Get(text.strip()) : new Verb.Strange("no key");
        case "DELETE" -> keyed(text) ? new Verb.Delete(text.strip()) : new Verb.Strange("no key");
        case "PUT" -> put(text.strip());
        default -> new Verb.Strange("unknown command " + word);
      };
    } catch (IllegalArgumentException e) {
      return new Verb.Strange("not base64");
    }
  }

  private static boolean keyed(String text) {
    return !text.isBlank();
  }

  /** Key and value are encoded once more, each by itself. */
  private static Verb put(String text) {
    int space = text.indexOf(' ');
    String key = decoded(space < 0 ? text : text.substring(0, space)).strip();
    return key.isEmpty()
        ? new Verb.Strange("no key")
        : new Verb.Put(key, space < 0 ? "" : decoded(text.substring(space + 1)));
  }

  private static String decoded(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  /** The line or lines that are the answer, in the version in which was asked. */
  byte[] answered(Answer answer) {
    String lines = id.map(known -> frame(known, answer)).orElseGet(() -> lines(answer));
    return lines.getBytes(StandardCharsets.UTF_8);
  }

  private static String frame(String id, Answer answer) {
    String body =
        id
            + switch (answer) {
              case Answer.Success(var text) -> " SUCCESS" + encoded(text);
              case Answer.NotFound() -> " NOTFOUND";
              case Answer.Failure(var why) -> " FAILURE" + encoded(why);
            };
    return "V2 %d %08x %s\n".formatted(body.length(), checksum(body), body);
  }

  private static String encoded(String text) {
    return text.isEmpty()
        ? ""
        : " " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** In version 1 a dot alone ends a value, so that a line that begins with one gets another. */
  private static String lines(Answer answer) {
    return switch (answer) {
      case Answer.Success(var text) -> "SUCCESS" + ("\n" + text).replace("\n.", "\n..") + "\n.\n";
      case Answer.NotFound() -> "NOTFOUND\n";
      case Answer.Failure(var _) -> "FAILURE\n";
    };
  }

  private static long checksum(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.ISO_8859_1));
    return crc.getValue();
  }
}
