package polder.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;

/** An archive that a test makes, entry by entry; also such as no honest program writes. */
final class Archive {
  static final Instant TIME = Instant.ofEpochSecond(1_000_000_000);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Archive file(String name, String contents) {
    byte[] data = contents.getBytes(StandardCharsets.UTF_8);
    return entry(TarEntry.file(Bytes.of(name), 0644, data.length, TIME), data);
  }

  Archive directory(String name) {
    return entry(TarEntry.empty(Bytes.of(name), TarType.DIRECTORY, 0755, Bytes.EMPTY, TIME));
  }

  Archive symlink(String name, String target) {
    return entry(TarEntry.empty(Bytes.of(name), TarType.SYMLINK, 0777, Bytes.of(target), TIME));
  }

  Archive hardLink(String name, String target) {
    return entry(TarEntry.empty(Bytes.of(name), TarType.HARD_LINK, 0644, Bytes.of(target), TIME));
  }

  Archive fifo(String name) {
    return entry(TarEntry.empty(Bytes.of(name), TarType.FIFO, 0600, Bytes.EMPTY, TIME));
  }

  Archive device(String name, int major, int minor) {
    TarEntry plain =
        TarEntry.empty(Bytes.of(name), TarType.CHARACTER_DEVICE, 0620, Bytes.EMPTY, TIME);
    return entry(
        new TarEntry(
            plain.name(),
            plain.type(),
            plain.mode(),
            0,
            5,
            0,
            TIME,
            TIME,
            Bytes.EMPTY,
            new DeviceNumber(major, minor),
            Map.of(),
            plain.extents()));
  }

  Archive entry(TarEntry entry, byte... data) {
    TarWriter writer = new TarWriter(out);
    writer.begin(entry);
    if (data.length > 0) {
      writer.write(data, 0, data.length);
    }
    return this;
  }

  /** A header with any fields, and a right sum. */
  Archive header(String name, char flag, String size, String target) {
    byte[] block = new byte[512];
    put(block, 0, name);
    put(block, 100, "0000644");
    put(block, 108, "0000000");
    put(block, 116, "0000000");
    put(block, 124, size);
    put(block, 136, "00000000000");
    block[156] = (byte) flag;
    put(block, 157, target);
    put(block, 257, "ustar\00000");
    return block(block);
  }

  /** A block of which only the sum is put right. */
  Archive block(byte[] block) {
    TarHeader.sum(block);
    out.writeBytes(block);
    return this;
  }

  Archive raw(byte[] bytes) {
    out.writeBytes(bytes);
    out.writeBytes(new byte[-bytes.length & 511]);
    return this;
  }

  /** A PAX header with such records, for the entry after it. */
  Archive pax(String... keysAndValues) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      PaxRecords.append(records, Bytes.of(keysAndValues[i]), Bytes.of(keysAndValues[i + 1]));
    }
    return header("pax", 'x', Long.toOctalString(records.size()), "").raw(records.toByteArray());
  }

  static void put(byte[] block, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, block, offset, bytes.length);
  }

  /** With its end mark. */
  byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(out.toByteArray());
    all.writeBytes(new byte[1024]);
    return all.toByteArray();
  }

  InputStream stream() {
    return new ByteArrayInputStream(bytes());
  }
}
