package polder.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import polder.linux.Bytes;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * Reads an archive in one pass: ustar, PAX, GNU and star headers, sparse files, attributes as
 * bytes.
 *
 * <p>Where a name is told more than once, PAX's word comes before GNU's, and that before the
 * header's. Nothing that is read takes more memory than {@link Limits} allows.
 */
public final class TarReader {
  private static final int BLOCK = TarHeader.BLOCK;
  private static final int LONGEST_NAME = 8192; // with what is dropped, such as "./"
  private static final int HEADERS_AN_ENTRY = 4;

  private final InputStream in; // what is read of it is told
  private final InputStream data; // the same, without telling
  private final Limits limits;
  private final Map<Bytes, Bytes> global = new LinkedHashMap<>();
  private final byte[] skipped = new byte[16 << 10];
  private long remaining; // stored bytes of the entry that were not read yet
  private int padding; // what fills up its last block
  private long entries;
  private long headers;
  private long bytes;
  private boolean ended;

  /** Reads from {@code in}, which stays the caller's. */
  public TarReader(InputStream in, Limits limits) {
    this(in, limits, Witness.NOBODY);
  }

  /** As the other; {@code witness} is told what is not read with {@link #read}. */
  TarReader(InputStream in, Limits limits, Witness witness) {
    this.in = new Told(in, witness);
    this.data = in;
    this.limits = limits;
  }

  /**
   * The next entry; empty at the end, to which the whole stream is read then.
   *
   * @throws PolderException INVALID if the archive is damaged, cut off, or beyond the limits
   */
  public Optional<TarEntry> next() {
    if (ended) {
      return Optional.empty();
    }
    try {
      TarDraft draft = new TarDraft();
      global.forEach(draft::pax);
      while (true) {
        skip(remaining + padding);
        remaining = 0;
        padding = 0;
        byte[] block = block();
        if (TarHeader.isZero(block)) {
          drain();
          ended = true;
          return Optional.empty();
        }
        TarHeader header = new TarHeader(block);
        if (++headers > HEADERS_AN_ENTRY * (limits.entries() + 1)) {
          throw Refusal.invalid("the archive has more than %d headers", headers - 1);
        }
        if (!readExtension(header, draft)) {
          return Optional.of(entry(header, draft));
        }
      }
    } catch (IOException e) {
      throw Refusal.unreadable(e);
    }
  }

  /**
   * Reads on in the stored bytes of the entry, which are those of its extents, one after another.
   *
   * @return how many; -1 at their end
   */
  public int read(byte[] buffer, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (remaining == 0) {
      return -1;
    }
    try {
      int got = data.read(buffer, offset, (int) Math.min(length, remaining));
      if (got < 0) {
        throw cutOff();
      }
      remaining -= got;
      return got;
    } catch (IOException e) {
      throw Refusal.unreadable(e);
    }
  }

  /** Takes in a header that only says more of the one after it. */
  private boolean readExtension(TarHeader header, TarDraft draft) throws IOException {
    switch (header.flag()) {
      case 'x', 'X' -> {
        for (PaxRecords.Entry record : PaxRecords.parse(contents(header))) {
          draft.pax(record.key(), record.value());
        }
      }
      case 'g' -> {
        for (PaxRecords.Entry record : PaxRecords.parse(contents(header))) {
          global.put(record.key(), record.value());
          draft.pax(record.key(), record.value());
        }
        if (global.size() > 1000) {
          throw Refusal.invalid("the archive has more than 1000 global PAX records");
        }
      }
      case 'L' -> draft.gnuName(string(contents(header)));
      case 'K' -> draft.gnuTarget(string(contents(header)));
      case 'V' -> contents(header); // a label, of no use here
      default -> {
        return false;
      }
    }
    return true;
  }

  private byte[] contents(TarHeader header) throws IOException {
    long size = header.size();
    if (size < 0 || size > limits.headerBytes()) {
      throw Refusal.invalid(
          "the archive has an extended header of %d bytes; %d are allowed",
          size, limits.headerBytes());
    }
    byte[] contents = in.readNBytes((int) size);
    if (contents.length < size) {
      throw cutOff();
    }
    skip(padding(size));
    return contents;
  }

  private static Bytes string(byte[] contents) {
    int end = 0;
    while (end < contents.length && contents[end] != 0) {
      end++;
    }
    return Bytes.of(contents, 0, end);
  }

  private TarEntry entry(TarHeader header, TarDraft draft) throws IOException {
    if (++entries > limits.entries()) {
      throw Refusal.invalid("the archive has more than %d entries", limits.entries());
    }
    Bytes name = draft.name(header);
    checkName(name);
    long stored = draft.stored(header);
    TarType type = type(header, name);
    boolean hasData = type == TarType.FILE || header.flag() == 'D';
    if (!hasData) {
      stored = 0;
    }
    if (stored < 0 || stored > limits.bytes()) {
      throw Refusal.entry(name, "%d bytes; %d are allowed", stored, limits.bytes());
    }
    remaining = stored;
    padding = padding(stored);
    long size = type == TarType.FILE ? draft.size(header, stored) : 0;
    if (size < 0 || size > limits.bytes() - bytes) {
      throw Refusal.entry(
          name, "with its %d bytes the archive has more than %d", size, limits.bytes());
    }
    bytes += size;
    return draft.entry(name, type, size, extents(header, draft, name, type, size), header);
  }

  private void checkName(Bytes name) {
    if (name.length() > LONGEST_NAME || name.indexOf('\0', 0) >= 0) {
      throw Refusal.entry(name, "its name is longer than %d bytes or has a NUL", LONGEST_NAME);
    }
    int depth = 0;
    for (int i = 0; i < name.length(); i++) {
      if (name.at(i) != '/' && (i == 0 || name.at(i - 1) == '/')) {
        depth++;
      }
    }
    if (depth > limits.depth()) {
      throw Refusal.entry(name, "it lies %d names deep; %d are allowed", depth, limits.depth());
    }
  }

  private static TarType type(TarHeader header, Bytes name) {
    return switch (header.flag()) {
      case '0', '\0', '7' ->
          !name.isEmpty() && name.at(name.length() - 1) == '/' ? TarType.DIRECTORY : TarType.FILE;
      case 'S' -> TarType.FILE;
      case '1' -> TarType.HARD_LINK;
      case '2' -> TarType.SYMLINK;
      case '3' -> TarType.CHARACTER_DEVICE;
      case '4' -> TarType.BLOCK_DEVICE;
      case '5', 'D' -> TarType.DIRECTORY;
      case '6' -> TarType.FIFO;
      default ->
          throw Refusal.entry(
              name, "of the kind '%s', which is unknown", Bytes.of("" + header.flag()));
    };
  }

  private List<Extent> extents(
      TarHeader header, TarDraft draft, Bytes name, TarType type, long size) throws IOException {
    if (type != TarType.FILE) {
      return List.of();
    }
    SparseMap map = new SparseMap();
    if (header.flag() == 'S') {
      readOldMap(map, header, name, size);
    } else if (draft.isSparseInData()) {
      readMapInData(map, name, size);
    } else if (draft.isSparse()) {
      draft.addTo(map, name, size);
    } else if (size > 0) {
      return List.of(new Extent(0, size));
    }
    return map.whole(name, remaining);
  }

  /** Four parts in the header, and 21 in each block after it for as long as one says so. */
  private void readOldMap(SparseMap map, TarHeader header, Bytes name, long size)
      throws IOException {
    map.addTable(name, header.block(), 386, 4, size);
    boolean more = header.block()[482] != 0;
    long blocks = 0;
    while (more) {
      if (++blocks > SparseMap.most() / 21) {
        throw Refusal.entry(name, "it has more than %d holes", SparseMap.most());
      }
      byte[] block = block();
      map.addTable(name, block, 0, 21, size);
      more = block[504] != 0;
    }
  }

  /** Decimal numbers on lines of their own before the data, filled up to whole blocks: PAX 1.0. */
  private void readMapInData(SparseMap map, Bytes name, long size) throws IOException {
    List<Long> numbers = new ArrayList<>();
    long wanted = 1; // how many numbers there are, the first of which is the count of parts
    byte[] digits = new byte[20];
    int have = 0;
    while (numbers.size() < wanted) {
      if (remaining < BLOCK) {
        throw Refusal.entry(name, "its map of holes is cut off");
      }
      byte[] block = block();
      remaining -= BLOCK;
      for (int i = 0; i < BLOCK && numbers.size() < wanted; i++) {
        if (block[i] != '\n') {
          if (have == digits.length) {
            throw Refusal.entry(name, "its map of holes has a number over 64 bits");
          }
          digits[have++] = block[i];
          continue;
        }
        numbers.add(TarNumber.decimal(Bytes.of(digits, 0, have)));
        have = 0;
        if (numbers.size() == 1) {
          wanted = 1 + 2 * Math.min(numbers.get(0), SparseMap.most() + 1L);
        }
        if (wanted > 2L * SparseMap.most() + 1) {
          throw Refusal.entry(name, "it has more than %d holes", SparseMap.most());
        }
      }
    }
    map.addPairs(name, numbers.subList(1, numbers.size()), size);
  }

  private byte[] block() throws IOException {
    byte[] block = in.readNBytes(BLOCK);
    if (block.length < BLOCK) {
      throw cutOff();
    }
    return block;
  }

  private static int padding(long size) {
    return (int) (-size & (BLOCK - 1));
  }

  private void skip(long count) throws IOException {
    long left = count;
    while (left > 0) {
      int got = in.read(skipped, 0, (int) Math.min(skipped.length, left));
      if (got < 0) {
        throw cutOff();
      }
      left -= got;
    }
  }

  /** To the end, so that whoever sums or decompresses the stream has seen all of it. */
  private void drain() throws IOException {
    long after = 0;
    int got = in.read(skipped, 0, skipped.length);
    while (got >= 0) {
      after += got;
      if (after > limits.bytes()) {
        throw Refusal.invalid("the archive goes on for %d bytes after its end mark", after);
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new PolderException(ErrorKind.WRONG_STATE, "reading the archive was interrupted");
      }
      got = in.read(skipped, 0, skipped.length);
    }
  }

  private static PolderException cutOff() {
    return Refusal.invalid("the archive is cut off: it ends without its end mark");
  }

  private static final class Told extends FilterInputStream {
    private final Witness witness;

    Told(InputStream in, Witness witness) {
      super(in);
      this.witness = witness;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int got = in.read(buffer, offset, length);
      if (got > 0) {
        witness.between(buffer, offset, got);
      }
      return got;
    }
  }
}
