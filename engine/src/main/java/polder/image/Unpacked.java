package polder.image;

/**
 * What came out of an archive.
 *
 * @param entries how many entries
 * @param bytes how many bytes of data
 */
public record Unpacked(long entries, long bytes) {}
