package polder.cli.call;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;

/** A JSON object that the caller gives: in a file, or on standard input. */
public final class JsonInput {
  private static final int MOST = 8 << 20; // bytes; a payload is a few thousand

  private JsonInput() {}

  /**
   * Reads the object.
   *
   * @param file its file; {@code -} or nothing for standard input, which then must not be a
   *     terminal: nobody means to type JSON there
   */
  public static Map<String, Object> read(Caller caller, Optional<String> file) throws IOException {
    if (file.isPresent() && !file.get().equals("-")) {
      try (InputStream in = Files.newInputStream(caller.file(file.get()))) {
        return object(in, file.get());
      }
    }
    if (caller.inTerminal()) {
      throw new UsageException("the payload cannot be typed: use -f FILE, or a pipe");
    }
    return object(caller.in(), "standard input");
  }

  private static Map<String, Object> object(InputStream in, String name) throws IOException {
    byte[] bytes = in.readNBytes(MOST + 1);
    if (bytes.length > MOST) {
      throw new PolderException(ErrorKind.INVALID, Words.printable(name) + " is over 8 MiB");
    }
    try {
      return Json.object(bytes);
    } catch (PolderException e) {
      throw new PolderException(e.kind(), Words.printable(name) + ": " + e.getMessage(), e);
    }
  }
}
