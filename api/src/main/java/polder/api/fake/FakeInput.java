package polder.api.fake;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/** A fake stream on its way in: a line, and bytes. */
final class FakeInput {
  private static final int LONGEST_LINE = 64 << 10;
  private static final int DIGEST = 64; // SHA-256, in hexadecimal

  private final InputStream from;
  private @Nullable IOException failure;

  FakeInput(InputStream from) {
    this.from = from;
  }

  /** What it says first. */
  Map<String, Object> head() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      for (int b = from.read(); b != '\n'; b = from.read()) {
        if (b < 0 || line.size() == LONGEST_LINE) {
          throw refused("it ends before it says what it is");
        }
        line.write(b);
      }
    } catch (IOException e) {
      failure = e;
      throw broken();
    }
    return Json.object(line.toByteArray());
  }

  /** Its bytes, as far as they come, behind those that came before. */
  byte[] rest(byte[] had) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(had);
    byte[] piece = new byte[1 << 14];
    try {
      for (int n = from.read(piece); n >= 0; n = from.read(piece)) {
        all.write(piece, 0, n);
      }
    } catch (IOException e) {
      failure = e;
    }
    return all.toByteArray();
  }

  /** Why there is not more of it. */
  PolderException broken() {
    return failure == null
        ? refused("it ends in the middle")
        : new PolderException(
            ErrorKind.UNREACHABLE, "cannot read the stream: " + failure.getMessage(), failure);
  }

  /** What a whole one says. */
  static Map<String, Object> read(byte[] body) {
    byte[] text = Arrays.copyOfRange(body, Math.min(DIGEST, body.length), body.length);
    String digest = new String(body, 0, body.length - text.length, StandardCharsets.US_ASCII);
    if (!digest.equals(FakePartials.digest(text))) {
      throw refused("its digest is wrong");
    }
    return Json.object(text);
  }

  private static PolderException refused(String why) {
    return new PolderException(
        ErrorKind.INVALID, "the stream is refused: %s; send it again".formatted(why));
  }
}
