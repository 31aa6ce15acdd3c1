package polder.brand.vm;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import polder.linux.RegularFile;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * A disk image in QEMU's own format, version 2 or 3 (QEMU, docs/interop/qcow2.rst), read as a
 * stranger's: no other file is opened, whatever it names; and what is done for it grows with its
 * size, since nothing of it may be used twice.
 *
 * <p>For one thread.
 */
final class Qcow2 {
  private static final int MAGIC = 0x514649fb; // "QFI", 0xfb
  private static final int HEADER = 104;
  private static final int SHORT_HEADER = 72; // of version 2
  private static final int LEAST_BITS = 9;
  private static final int MOST_BITS = 21;
  private static final int MOST_TABLES = 32 << 17; // entries of the first table, as QEMU: 32 MiB
  private static final int ENTRY = 3; // 8 bytes, as a shift
  private static final int SECTOR = 9; // as a shift
  private static final long MOST_SIZE = 1L << 43; // 8 TiB: more than that few file systems take
  private static final long UNCLEAN = 0b1; // its counters may be wrong, which are not read here
  private static final long CORRUPT = 0b10;
  private static final long OFFSET = 0x00ff_ffff_ffff_fe00L;
  private static final long COMPRESSED = 1L << 62;
  private static final long ZEROES = 1;

  private final RegularFile file;
  private final long length;
  private final long size;
  private final int bits;
  private final long tables;
  private final int tableCount;
  private final BitSet used = new BitSet(); // clusters of the file
  private long inflated; // bytes that were
  private Run run = Run.NONE;

  /** Clusters that follow each other in the file and on the disk, and are not copied yet. */
  private record Run(long from, long to, long length) {
    static final Run NONE = new Run(0, 0, 0);
  }

  private Qcow2(RegularFile file, ByteBuffer head) {
    this.file = file;
    this.length = file.size();
    int version = head.getInt(4);
    if (head.getInt(0) != MAGIC || version < 2 || version > 3) {
      throw refused("it is no qcow2 image of version 2 or 3");
    }
    if (head.getLong(8) != 0) {
      throw refused("it is the difference to another file; make one of both: qemu-img convert");
    }
    this.bits = head.getInt(20);
    this.size = head.getLong(24);
    if (head.getInt(32) != 0) {
      throw refused("it is encrypted");
    }
    if (version == 3) {
      checkFeatures(head);
    }
    if (bits < LEAST_BITS || bits > MOST_BITS) {
      throw damaged("its head");
    }
    if (size < 0 || size > MOST_SIZE) {
      throw refused("its disk has more than 8 TiB");
    }
    int covered = 2 * bits - ENTRY; // what one table tells of, as a shift
    long needed = (size + (1L << covered) - 1) >> covered;
    this.tables = head.getLong(40);
    this.tableCount = (int) Math.min(needed, MOST_TABLES);
    if (needed > MOST_TABLES
        || needed > (head.getInt(36) & 0xffff_ffffL)
        || !isInside(tables, needed << ENTRY)) {
      throw damaged("its first table");
    }
  }

  private void checkFeatures(ByteBuffer head) {
    long features = head.getLong(72);
    if ((features & CORRUPT) != 0) {
      throw damaged("QEMU marked it so");
    }
    if ((features & ~UNCLEAN) != 0) {
      throw refused(
          "it needs what is not read here (another data file, zstd, extended tables); write it"
              + " anew: qemu-img convert -O qcow2");
    }
  }

  /**
   * Reads the head of {@code file}, which stays the caller's.
   *
   * @throws PolderException INVALID if it is no such image, or one that depends on other files
   */
  static Qcow2 of(RegularFile file) {
    byte[] head = new byte[HEADER]; // what is not there is zero
    if (fill(file, 0, head, head.length) < SHORT_HEADER) {
      throw refused("it is no qcow2 image of version 2 or 3");
    }
    return new Qcow2(file, ByteBuffer.wrap(head));
  }

  /** How many bytes the disk has. */
  long size() {
    return size;
  }

  /**
   * Writes the disk to {@code disk}, which is empty; where there is nothing it has holes.
   *
   * @throws PolderException INVALID if the image is damaged; then a part of the disk is written
   */
  void copyTo(RegularFile disk) {
    disk.truncate(size);
    byte[] first = new byte[Math.min(tableCount << ENTRY, 1 << 16)];
    int at = 0;
    while (at < tableCount) {
      int entries = Math.min(first.length >> ENTRY, tableCount - at);
      read(tables + ((long) at << ENTRY), first, entries << ENTRY);
      ByteBuffer offsets = ByteBuffer.wrap(first);
      for (int i = 0; i < entries; i++, at++) {
        long table = offsets.getLong() & OFFSET;
        if (table != 0) {
          copyTable(disk, table, (long) at << (2 * bits - ENTRY));
        }
      }
    }
    flush(disk);
  }

  private void copyTable(RegularFile disk, long table, long to) {
    use(table);
    byte[] entries = new byte[1 << bits];
    read(table, entries, entries.length);
    ByteBuffer clusters = ByteBuffer.wrap(entries);
    for (long at = to; clusters.hasRemaining() && at < size; at += 1L << bits) {
      long entry = clusters.getLong();
      if ((entry & COMPRESSED) != 0) {
        inflate(disk, entry & (COMPRESSED - 1), at);
      } else if ((entry & ZEROES) == 0 && (entry & OFFSET) != 0) {
        use(entry & OFFSET);
        add(disk, entry & OFFSET, at, Math.min(1L << bits, size - at));
      }
    }
  }

  /** A cluster is one table's, or one part of the disk's. */
  private void use(long offset) {
    long cluster = offset >> bits;
    if (offset % (1L << bits) != 0 || offset >= length || cluster > Integer.MAX_VALUE - 1) {
      throw damaged("something is said to be where the file has nothing");
    }
    if (used.get((int) cluster)) {
      throw damaged("a part of it is used twice");
    }
    used.set((int) cluster);
  }

  private void add(RegularFile disk, long from, long to, long bytes) {
    if (run.length() > 0 && run.from() + run.length() == from && run.to() + run.length() == to) {
      run = new Run(run.from(), run.to(), run.length() + bytes);
    } else {
      flush(disk);
      run = new Run(from, to, bytes);
    }
  }

  private void flush(RegularFile disk) {
    if (run.length() > 0) {
      var _ = file.copyTo(run.from(), disk, run.to(), run.length()); // the file may end within
      run = Run.NONE;
    }
  }

  /** Raw DEFLATE (RFC 1951) of one cluster, somewhere in the sectors that are named. */
  private void inflate(RegularFile disk, long descriptor, long to) {
    int place = 62 - (bits - 8); // bits of the offset
    long from = descriptor & ((1L << place) - 1);
    long sectors = (descriptor >> place) + 1;
    long most = (sectors << SECTOR) - (from & ((1 << SECTOR) - 1));
    if (from >= length || most > 2L << bits) {
      throw damaged("something compressed is said to be where the file has nothing");
    }
    byte[] packed = new byte[(int) most];
    int have = fill(file, from, packed, packed.length);
    byte[] cluster = new byte[1 << bits];
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(packed, 0, have);
      int done = 0;
      while (done < cluster.length) {
        int got = inflater.inflate(cluster, done, cluster.length - done);
        if (got == 0) {
          throw damaged("something compressed ends too early");
        }
        done += got;
      }
      inflated += inflater.getBytesRead();
    } catch (DataFormatException e) {
      throw damaged("something compressed cannot be read");
    } finally {
      inflater.end();
    }
    if (inflated > length) {
      throw damaged("a part of it is used twice");
    }
    flush(disk);
    disk.write(to, cluster, 0, (int) Math.min(cluster.length, size - to));
  }

  private boolean isInside(long offset, long bytes) {
    return offset >= 0 && bytes >= 0 && offset <= length && bytes <= length - offset;
  }

  private void read(long offset, byte[] buffer, int bytes) {
    if (!isInside(offset, bytes) || fill(file, offset, buffer, bytes) < bytes) {
      throw damaged("a table ends too early");
    }
  }

  private static int fill(RegularFile file, long offset, byte[] buffer, int bytes) {
    int have = 0;
    while (have < bytes) {
      int got = file.read(offset + have, buffer, have, bytes - have);
      if (got == 0) {
        break;
      }
      have += got;
    }
    return have;
  }

  private static PolderException damaged(String where) {
    return refused("it is damaged: " + where);
  }

  private static PolderException refused(String why) {
    return new PolderException(ErrorKind.INVALID, why);
  }
}
