package polder.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import polder.linux.Bytes;

/**
 * The records of a PAX extended header: lines of {@code "LENGTH KEY=VALUE\n"}, in which LENGTH
 * counts the whole line, itself too. Keys and values are bytes: a value may hold anything.
 */
final class PaxRecords {
  /**
   * One of them.
   *
   * @param key before the first '='
   * @param value after it
   */
  record Entry(Bytes key, Bytes value) {}

  private PaxRecords() {}

  static List<Entry> parse(byte[] header) {
    List<Entry> entries = new ArrayList<>();
    int at = 0;
    while (at < header.length) {
      int start = at;
      int length = 0;
      while (at < header.length && header[at] >= '0' && header[at] <= '9' && length <= 1 << 26) {
        length = length * 10 + header[at++] - '0';
      }
      int end = start + length;
      boolean bad = at == start || length > header.length - start || end <= at + 2;
      if (bad || header[at] != ' ' || header[end - 1] != '\n') {
        throw Refusal.invalid("the archive has a PAX header with a broken record at byte " + start);
      }
      Bytes record = Bytes.of(header, at + 1, end - 1);
      int equals = record.indexOf('=', 0);
      if (equals <= 0) {
        throw Refusal.invalid("the archive has a PAX record without a key at byte " + start);
      }
      entries.add(new Entry(record.part(0, equals), record.part(equals + 1, record.length())));
      at = end;
    }
    return entries;
  }

  static void append(ByteArrayOutputStream header, Bytes key, Bytes value) {
    int rest = key.length() + value.length() + 3; // ' ', '=' and '\n'
    int length = rest + digits(rest);
    length = rest + digits(length);
    header.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
    header.write(' ');
    header.writeBytes(key.toArray());
    header.write('=');
    header.writeBytes(value.toArray());
    header.write('\n');
  }

  private static int digits(int number) {
    return Integer.toString(number).length();
  }
}
