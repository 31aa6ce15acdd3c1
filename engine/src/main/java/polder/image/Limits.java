package polder.image;

/**
 * How much of anything an archive may hold before it is taken for a bomb.
 *
 * @param entries how many entries
 * @param bytes how much all files may take together, holes counted
 * @param depth how many names a path may have
 * @param headerBytes how long a PAX header or a GNU long name may be
 * @param ratio how many times its compressed size it may have; looked at once {@code ratioFrom}
 *     bytes came out
 * @param ratioFrom from how many bytes on the ratio counts
 * @param memoryBytes how much memory a decompressor's window may take
 */
public record Limits(
    long entries,
    long bytes,
    int depth,
    int headerBytes,
    int ratio,
    long ratioFrom,
    long memoryBytes) {
  private static final long MIB = 1 << 20;

  /**
   * For archives from anywhere: 999,999 entries, 64 GiB, 1,024 names deep, 1 MiB a header, 200
   * times the compressed size beyond 256 MiB, windows of 128 MiB (the largest that xz and zstd make
   * unless they are told otherwise).
   */
  public static final Limits DEFAULT =
      new Limits(999_999, 65_536 * MIB, 1024, (int) MIB, 200, 256 * MIB, 128 * MIB);

  /** The same with room for {@code most} bytes. */
  public Limits withBytes(long most) {
    return new Limits(entries, most, depth, headerBytes, ratio, ratioFrom, memoryBytes);
  }

  /** The same with {@code most} entries. */
  public Limits withEntries(long most) {
    return new Limits(most, bytes, depth, headerBytes, ratio, ratioFrom, memoryBytes);
  }
}
