package polder.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import polder.model.LogLine;

/** Makes lines of pieces of two streams. */
final class LogLines {
  /** What is longer is cut into records of this many bytes. */
  static final int LONGEST = 16 << 10;

  private static final String[] NAMES = {"stdout", "stderr"};

  private final ByteArrayOutputStream[] begun = {
    new ByteArrayOutputStream(), new ByteArrayOutputStream()
  };
  private final Instant[] since = {Instant.EPOCH, Instant.EPOCH};

  /** The lines that {@code piece} completes. */
  List<LogLine> add(LogReader.Piece piece) {
    if (piece.kind() == LogIndex.END) {
      return rest();
    }
    List<LogLine> lines = new ArrayList<>();
    ByteArrayOutputStream line = begun[piece.kind()];
    byte[] bytes = piece.bytes();
    int from = 0;
    for (int at = 0; at < bytes.length; at++) {
      if (line.size() == 0 && at == from) {
        since[piece.kind()] = piece.time();
      }
      if (bytes[at] == '\n') {
        line.write(bytes, from, at - from);
        lines.add(take(piece.kind(), false));
        from = at + 1;
      } else if (line.size() + at - from + 1 >= LONGEST && !splits(bytes, at)) {
        line.write(bytes, from, at - from + 1);
        lines.add(take(piece.kind(), true));
        from = at + 1;
      }
    }
    line.write(bytes, from, bytes.length - from);
    return lines;
  }

  /** Whether the next byte goes on with the character that this one belongs to. */
  private static boolean splits(byte[] bytes, int at) {
    return at + 1 < bytes.length && (bytes[at + 1] & 0xc0) == 0x80;
  }

  /** What is left of lines that nobody completed. */
  List<LogLine> rest() {
    List<LogLine> lines = new ArrayList<>();
    for (int stream = 0; stream < begun.length; stream++) {
      if (begun[stream].size() > 0) {
        lines.add(take(stream, true));
      }
    }
    return lines;
  }

  private LogLine take(int stream, boolean partial) {
    LogLine line =
        new LogLine(
            since[stream], NAMES[stream], begun[stream].toString(StandardCharsets.UTF_8), partial);
    begun[stream].reset();
    return line;
  }
}
