package polder.image;

import java.util.ArrayList;
import java.util.List;
import polder.linux.Bytes;

/**
 * Where the data of a sparse file belongs, as GNU tar writes it down in four ways. What comes out
 * is in order, does not overlap and ends inside the file, whatever was written.
 */
final class SparseMap {
  private static final int MOST = 200_000; // parts; each takes some 32 bytes of memory

  private final List<Extent> extents = new ArrayList<>();
  private long end;

  void add(Bytes name, long offset, long length, long size) {
    if (offset < end || length < 0 || length > size || offset > size - length) {
      throw Refusal.entry(name, "its map of holes is not in order or leads beyond its end");
    }
    if (extents.size() == MOST) {
      throw Refusal.entry(name, "it has more than %d holes", MOST);
    }
    end = offset + length;
    if (length > 0) {
      extents.add(new Extent(offset, length));
    }
  }

  /** All of it; refused unless it accounts for the {@code stored} bytes that follow. */
  List<Extent> whole(Bytes name, long stored) {
    long sum = extents.stream().mapToLong(Extent::length).sum();
    if (sum != stored) {
      throw Refusal.entry(
          name, "its map of holes tells of %d bytes, and %d are there", sum, stored);
    }
    return extents;
  }

  /**
   * A table of {@code count} pairs of 12-byte numbers: the old GNU format. Unused ones are zero.
   */
  void addTable(Bytes name, byte[] block, int offset, int count, long size) {
    for (int i = 0; i < count; i++) {
      int at = offset + 24 * i;
      if (block[at] == 0 && block[at + 12] == 0) {
        return;
      }
      add(name, TarNumber.field(block, at, 12), TarNumber.field(block, at + 12, 12), size);
    }
  }

  /** Numbers between commas: PAX format 0.1. */
  void addList(Bytes name, Bytes list, long size) {
    List<Long> numbers = new ArrayList<>();
    int from = 0;
    while (from < list.length()) {
      int comma = list.indexOf(',', from);
      int to = comma < 0 ? list.length() : comma;
      numbers.add(TarNumber.decimal(list.part(from, to)));
      if (numbers.size() > 2 * MOST) {
        throw Refusal.entry(name, "it has more than %d holes", MOST);
      }
      from = to + 1;
    }
    addPairs(name, numbers, size);
  }

  void addPairs(Bytes name, List<Long> numbers, long size) {
    if (numbers.size() % 2 != 0) {
      throw Refusal.entry(name, "its map of holes has an odd count of numbers");
    }
    for (int i = 0; i < numbers.size(); i += 2) {
      add(name, numbers.get(i), numbers.get(i + 1), size);
    }
  }

  /** How many parts a file may have. */
  static int most() {
    return MOST;
  }
}
