package polder.api.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import polder.model.Cursor;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.json.ErrorJson;

/**
 * Answers with what a cursor gives, a line of JSON each, for as long as somebody reads.
 *
 * <p>An empty line every few seconds finds out whether the client is still there: a socket's far
 * end is only seen to be gone by writing to it. What goes wrong after the first line is said in a
 * last one, {@code {"error": …}}.
 */
final class LineStream {
  private static final Duration PATIENCE = Duration.ofMillis(500);
  private static final int QUIET = 6; // patiences between two empty lines: 3 s

  private LineStream() {}

  static <T> void send(Call call, Streams streams, Cursor<T> cursor, Function<T, Object> write)
      throws IOException {
    try (cursor;
        Streams.Stream _ = streams.open(() -> {});
        OutputStream out = call.lines()) {
      out.flush(); // the client knows at once that it is connected
      try {
        copy(streams, cursor, write, out);
      } catch (PolderException e) {
        Call.line(out, Map.of("error", ErrorJson.write(e)));
      }
    }
  }

  private static <T> void copy(
      Streams streams, Cursor<T> cursor, Function<T, Object> write, OutputStream out)
      throws IOException {
    int quiet = 0;
    while (!cursor.ended()) {
      if (streams.closing()) {
        throw Streams.down();
      }
      Optional<T> item = cursor.next(Duration.ZERO);
      if (item.isEmpty()) {
        out.flush(); // many at once travel together, none waits
        item = cursor.next(PATIENCE);
      }
      if (item.isPresent()) {
        quiet = 0;
        out.write((Json.write(write.apply(item.get())) + "\n").getBytes(StandardCharsets.UTF_8));
      } else if (++quiet % QUIET == 0) {
        out.write('\n');
        out.flush();
      }
    }
  }
}
