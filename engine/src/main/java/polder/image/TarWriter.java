package polder.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import polder.linux.Bytes;

/**
 * Writes an archive that every tar reads: ustar headers, and a PAX header where one cannot hold it.
 * Names and attributes go in as the bytes that they are, files with holes as GNU's PAX format 1.0.
 */
public final class TarWriter {
  private static final int BLOCK = TarHeader.BLOCK;
  private static final long MOST_ID = 0_7777777; // seven octal digits
  private static final long MOST = 0_77777777777L; // eleven

  private final OutputStream out;
  private long remaining;
  private long stored;

  /** Writes to {@code out}, which stays the caller's. */
  public TarWriter(OutputStream out) {
    this.out = out;
  }

  /**
   * Begins an entry; as many bytes as it {@link TarEntry#stored() stores} must follow.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void begin(TarEntry entry) {
    if (remaining != 0) {
      throw new IllegalStateException(remaining + " bytes of the last entry are missing");
    }
    ByteArrayOutputStream map = new ByteArrayOutputStream();
    boolean sparse = isSparse(entry);
    if (sparse) {
      List<Extent> parts = new ArrayList<>(entry.extents());
      if (parts.isEmpty() || parts.getLast().end() < entry.size()) {
        parts.add(new Extent(entry.size(), 0)); // or GNU tar leaves the hole at the end out
      }
      line(map, parts.size());
      for (Extent part : parts) {
        line(map, part.offset());
        line(map, part.length());
      }
      map.writeBytes(new byte[padding(map.size())]);
    }
    stored = entry.stored() + map.size();
    byte[] records = records(entry, sparse);
    try {
      if (records.length > 0) {
        byte[] block = header(Bytes.of("./PaxHeaders/entry"), 'x', 0644, 0, 0);
        octal(block, 124, 12, records.length);
        octal(block, 136, 12, 0);
        TarHeader.sum(block);
        out.write(block);
        out.write(records);
        out.write(new byte[padding(records.length)]);
      }
      out.write(header(entry));
      out.write(map.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    remaining = entry.stored();
    endIfComplete();
  }

  private static boolean isSparse(TarEntry entry) {
    return entry.type() == TarType.FILE && entry.stored() != entry.size();
  }

  private static void line(ByteArrayOutputStream map, long number) {
    map.writeBytes((number + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** Writes stored bytes of the entry. */
  public void write(byte[] buffer, int offset, int length) {
    if (length > remaining) {
      throw new IllegalArgumentException("the entry has no room for " + length + " more bytes");
    }
    try {
      out.write(buffer, offset, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    remaining -= length;
    if (length > 0) {
      endIfComplete();
    }
  }

  private void endIfComplete() {
    if (remaining == 0) {
      try {
        out.write(new byte[padding(stored)]);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Writes the end mark and flushes. */
  public void finish() {
    try {
      out.write(new byte[2 * BLOCK]);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] records(TarEntry entry, boolean sparse) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    if (sparse) {
      record(records, "GNU.sparse.major", Bytes.of("1"));
      record(records, "GNU.sparse.minor", Bytes.of("0"));
      record(records, "GNU.sparse.name", entry.name());
      record(records, "GNU.sparse.realsize", Bytes.of(Long.toString(entry.size())));
    } else if (entry.name().length() > 100) {
      record(records, "path", entry.name());
    }
    if (entry.target().length() > 100) {
      record(records, "linkpath", entry.target());
    }
    if (stored > MOST) {
      record(records, "size", Bytes.of(Long.toString(stored)));
    }
    if (entry.uid() > MOST_ID) {
      record(records, "uid", Bytes.of(Long.toString(entry.uid())));
    }
    if (entry.gid() > MOST_ID) {
      record(records, "gid", Bytes.of(Long.toString(entry.gid())));
    }
    if (!fits(entry.modified())) {
      record(records, "mtime", decimal(entry.modified()));
    }
    if (!entry.accessed().equals(entry.modified())) {
      record(records, "atime", decimal(entry.accessed()));
    }
    entry.xattrs().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            xattr ->
                PaxRecords.append(
                    records, Bytes.of("SCHILY.xattr.").plus(xattr.getKey()), xattr.getValue()));
    return records.toByteArray();
  }

  private static void record(ByteArrayOutputStream records, String key, Bytes value) {
    PaxRecords.append(records, Bytes.of(key), value);
  }

  private static boolean fits(Instant time) {
    return time.getNano() == 0 && time.getEpochSecond() >= 0 && time.getEpochSecond() <= MOST;
  }

  private static Bytes decimal(Instant time) {
    boolean negative = time.getEpochSecond() < 0;
    long seconds = time.getEpochSecond();
    int nanos = time.getNano();
    if (negative && nanos > 0) {
      seconds++;
      nanos = 1_000_000_000 - nanos;
    }
    String fraction = nanos == 0 ? "" : ".%09d".formatted(nanos);
    return Bytes.of((negative ? "-" : "") + Math.abs(seconds) + fraction);
  }

  private byte[] header(TarEntry entry) {
    byte[] block =
        header(
            entry.name(),
            entry.type().flag(),
            entry.mode(),
            Math.min(entry.uid(), MOST_ID),
            Math.min(entry.gid(), MOST_ID));
    octal(block, 124, 12, Math.min(stored, MOST));
    octal(block, 136, 12, Math.clamp(entry.modified().getEpochSecond(), 0, MOST));
    put(block, 157, 100, entry.target());
    octal(block, 329, 8, entry.device().major());
    octal(block, 337, 8, entry.device().minor());
    TarHeader.sum(block);
    return block;
  }

  private static byte[] header(Bytes name, char flag, int mode, long uid, long gid) {
    byte[] block = new byte[BLOCK];
    put(block, 0, 100, name);
    octal(block, 100, 8, mode);
    octal(block, 108, 8, uid);
    octal(block, 116, 8, gid);
    block[156] = (byte) flag;
    put(block, 257, 8, Bytes.of("ustar\00000"));
    return block;
  }

  private static void put(byte[] block, int offset, int length, Bytes text) {
    byte[] bytes = text.toArray();
    System.arraycopy(bytes, 0, block, offset, Math.min(length, bytes.length));
  }

  private static void octal(byte[] block, int offset, int length, long value) {
    String digits = Long.toOctalString(value);
    put(block, offset, length - 1, Bytes.of("0".repeat(length - 1 - digits.length()) + digits));
  }

  private static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }
}
