package polder.image;

/**
 * A part of a file that holds data; what is between two of them is a hole.
 *
 * @param offset where in the file it begins
 * @param length how many bytes
 */
public record Extent(long offset, long length) {
  /** Where in the file it ends. */
  public long end() {
    return offset + length;
  }
}
