package polder.brand.vm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import polder.linux.Bytes;

/**
 * A CD's file system with a few files in its root: ISO 9660 (ECMA-119), whose names are in
 * capitals, with the real names twice: for Unix by Rock Ridge (IEEE P1282), for Windows by Joliet.
 * The same files give the same bytes.
 */
final class IsoImage {
  static final int SECTOR = 2048;

  private static final int DESCRIPTORS = 16; // the first of them
  private static final int PATHS = 19; // path tables: little endian, big endian, and Joliet's two
  private static final int ROOT = 23; // the root directory, one sector
  private static final int JOLIET_ROOT = 24;
  private static final int DATA = 25;
  private static final int MOST_FILES = 10; // whose records are in one sector with certainty
  private static final int DIRECTORY = 2; // a file's flag
  private static final int PATH_TABLE_SIZE = 10;
  private static final byte[] DATE = {100, 1, 1, 0, 0, 0, 0}; // the year 2000: whatever time it is
  private static final int FILE_MODE = 0100444; // linux/stat.h
  private static final int DIRECTORY_MODE = 0040555;

  private IsoImage() {}

  /**
   * A file.
   *
   * @param plain its name in capitals, A-Z, 8 at most
   * @param name its real name, 1 to 64 of ASCII
   */
  record Entry(String plain, String name, Bytes content) {}

  /** A file whose place is known. */
  private record Placed(Entry entry, int sector) {}

  /**
   * The image.
   *
   * @param label what the whole is called, 16 of ASCII at most
   * @param entries at most ten
   */
  static byte[] of(String label, List<Entry> entries) {
    if (entries.size() > MOST_FILES || label.length() > 16) {
      throw new IllegalArgumentException("%d files on '%s'".formatted(entries.size(), label));
    }
    List<Placed> files = new ArrayList<>();
    int end = DATA;
    for (Entry each : entries) {
      files.add(new Placed(each, end));
      end += sectors(each.content().length());
    }
    ByteBuffer image = ByteBuffer.allocate(end * SECTOR);
    at(image, DESCRIPTORS).put(descriptor(label, end, false));
    at(image, DESCRIPTORS + 1).put(descriptor(label, end, true));
    at(image, DESCRIPTORS + 2).put((byte) 255).put(ascii("CD001")).put((byte) 1);
    for (int i = 0; i < 4; i++) {
      ByteOrder order = i % 2 == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
      at(image, PATHS + i).put(pathTable(i < 2 ? ROOT : JOLIET_ROOT, order));
    }
    at(image, ROOT).put(directory(files, false));
    at(image, JOLIET_ROOT).put(directory(files, true));
    for (Placed each : files) {
      at(image, each.sector()).put(each.entry().content().toArray());
    }
    return image.array();
  }

  private static int sectors(int bytes) {
    return (bytes + SECTOR - 1) / SECTOR;
  }

  private static ByteBuffer at(ByteBuffer image, int sector) {
    return image.position(sector * SECTOR);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The name as each kind of directory has it. */
  private static byte[] name(Entry entry, boolean joliet) {
    return joliet ? entry.name().getBytes(StandardCharsets.UTF_16BE) : ascii(entry.plain() + ".;1");
  }

  /** Primary, or supplementary, volume descriptor: ECMA-119, 8.4 and 8.5. */
  private static byte[] descriptor(String label, int sectors, boolean joliet) {
    ByteBuffer out = ByteBuffer.allocate(SECTOR);
    out.put((byte) (joliet ? 2 : 1)).put(ascii("CD001")).put((byte) 1).put((byte) 0);
    text(out, "", 32, joliet); // whose system it is
    text(out, label, 32, joliet);
    out.position(80);
    both(out, sectors);
    out.put(joliet ? ascii("%/E") : new byte[3]); // UCS-2, level 3
    out.position(120);
    bothShort(out, 1); // one volume,
    bothShort(out, 1); // and this is it
    bothShort(out, SECTOR);
    both(out, PATH_TABLE_SIZE);
    int paths = joliet ? PATHS + 2 : PATHS;
    out.order(ByteOrder.LITTLE_ENDIAN).putInt(paths).putInt(0);
    out.order(ByteOrder.BIG_ENDIAN).putInt(paths + 1).putInt(0);
    out.put(record(new byte[1], joliet ? JOLIET_ROOT : ROOT, SECTOR, DIRECTORY, new byte[0]));
    text(out, "", 128, joliet); // of a set of volumes; by whom it was published,
    text(out, "", 128, joliet);
    text(out, "", 128, joliet); // prepared,
    text(out, "", 128, joliet); // and with what
    for (int i = 0; i < 3; i++) {
      text(out, "", 37, joliet); // files with a copyright, an abstract, a bibliography
    }
    for (int i = 0; i < 4; i++) {
      out.put("0".repeat(16).getBytes(StandardCharsets.US_ASCII)).put((byte) 0); // no date
    }
    out.put((byte) 1);
    return out.array();
  }

  /** A text of fixed length, filled with blanks; of Joliet's an odd last byte stays zero. */
  private static void text(ByteBuffer out, String text, int length, boolean joliet) {
    int end = out.position() + length;
    if (joliet) {
      String padded = text + " ".repeat(length / 2 - text.length());
      out.put(padded.getBytes(StandardCharsets.UTF_16BE));
    } else {
      out.put(ascii(text + " ".repeat(length - text.length())));
    }
    out.position(end);
  }

  private static byte[] pathTable(int root, ByteOrder order) {
    return ByteBuffer.allocate(PATH_TABLE_SIZE)
        .order(order)
        .put((byte) 1)
        .put((byte) 0)
        .putInt(root)
        .putShort((short) 1)
        .array();
  }

  private static byte[] directory(List<Placed> files, boolean joliet) {
    ByteBuffer out = ByteBuffer.allocate(SECTOR);
    int here = joliet ? JOLIET_ROOT : ROOT;
    byte[] unix = joliet ? new byte[0] : join(begins(), attributes(DIRECTORY_MODE, 2), extension());
    out.put(record(new byte[1], here, SECTOR, DIRECTORY, unix));
    unix = joliet ? new byte[0] : attributes(DIRECTORY_MODE, 2);
    out.put(record(new byte[] {1}, here, SECTOR, DIRECTORY, unix));
    List<Placed> sorted = new ArrayList<>(files);
    sorted.sort(Comparator.comparing(each -> joliet ? each.entry().name() : each.entry().plain()));
    for (Placed each : sorted) {
      unix = joliet ? new byte[0] : join(attributes(FILE_MODE, 1), realName(each.entry().name()));
      int length = each.entry().content().length();
      out.put(record(name(each.entry(), joliet), each.sector(), length, 0, unix));
    }
    return out.array();
  }

  /** A directory record: ECMA-119, 9.1. */
  private static byte[] record(byte[] name, int sector, int length, int flags, byte[] unix) {
    int head = 33 + name.length + (name.length + 1) % 2;
    ByteBuffer out = ByteBuffer.allocate(head + unix.length);
    out.put((byte) out.capacity()).put((byte) 0);
    both(out, sector);
    both(out, length);
    out.put(DATE).put((byte) flags).put((byte) 0).put((byte) 0);
    bothShort(out, 1);
    out.put((byte) name.length).put(name);
    out.position(head);
    out.put(unix);
    return out.array();
  }

  /** SP: from here on there are entries of Unix's. */
  private static byte[] begins() {
    return new byte[] {'S', 'P', 7, 1, (byte) 0xbe, (byte) 0xef, 0};
  }

  /** ER: and this is what they are. */
  private static byte[] extension() {
    byte[] id = ascii("IEEE_P1282");
    return join(new byte[] {'E', 'R', (byte) (8 + id.length), 1, (byte) id.length, 0, 0, 1}, id);
  }

  /** PX: mode, links, owner and group; root's. */
  private static byte[] attributes(int mode, int links) {
    ByteBuffer out = ByteBuffer.allocate(36).put(new byte[] {'P', 'X', 36, 1});
    both(out, mode);
    both(out, links);
    both(out, 0);
    both(out, 0);
    return out.array();
  }

  /** NM: the name. */
  private static byte[] realName(String name) {
    byte[] field = join(new byte[] {'N', 'M', (byte) (5 + name.length()), 1, 0}, ascii(name));
    return field.length % 2 == 0 ? field : join(field, new byte[1]);
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] each : parts) {
      length += each.length;
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    for (byte[] each : parts) {
      out.put(each);
    }
    return out.array();
  }

  /** A number twice, in both orders of bytes: ECMA-119, 7.3.3. */
  private static void both(ByteBuffer out, int value) {
    out.order(ByteOrder.LITTLE_ENDIAN).putInt(value);
    out.order(ByteOrder.BIG_ENDIAN).putInt(value);
  }

  private static void bothShort(ByteBuffer out, int value) {
    out.order(ByteOrder.LITTLE_ENDIAN).putShort((short) value);
    out.order(ByteOrder.BIG_ENDIAN).putShort((short) value);
  }
}
