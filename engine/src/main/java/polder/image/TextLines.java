package polder.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import polder.linux.RegularFile;

/** The lines of a file that a stranger made: 10 MiB, 1 MiB a line, and no NUL. */
final class TextLines {
  private static final long MOST = 10 << 20;
  private static final int LONGEST = 1 << 20;

  private final RegularFile file;
  private final String what;
  private final byte[] buffer = new byte[64 << 10];
  private long position;
  private int at;
  private int have;

  /** {@code what} names it in messages. */
  TextLines(RegularFile file, String what) {
    this.file = file;
    this.what = what;
    if (file.size() > MOST) {
      throw tooLong();
    }
  }

  private polder.model.PolderException tooLong() {
    return Refusal.invalid("%s is larger than %d MiB, or has a line over 1 MiB", what, MOST >> 20);
  }

  /** The next line without its end; bytes that are no ASCII come as Latin-1. */
  Optional<String> next() {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    while (true) {
      if (at == have && !fill()) {
        return line.size() == 0 ? Optional.empty() : Optional.of(text(line));
      }
      int end = at;
      while (end < have && buffer[end] != '\n') {
        if (buffer[end] == 0) {
          throw Refusal.invalid("%s has a NUL in it", what);
        }
        end++;
      }
      line.write(buffer, at, end - at);
      if (line.size() > LONGEST) {
        throw tooLong();
      }
      at = end;
      if (at < have) {
        at++;
        return Optional.of(text(line));
      }
    }
  }

  private static String text(ByteArrayOutputStream line) {
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private boolean fill() {
    have = file.read(position, buffer, 0, buffer.length);
    at = 0;
    position += have;
    if (position > MOST) {
      throw tooLong();
    }
    return have > 0;
  }
}
