package polder.cli.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The two files of a split image of Incus in one tar archive: ustar, POSIX.1-1988. */
final class SplitArchive {
  private static final int BLOCK = 512;
  private static final long LARGEST_OCTAL = 077_777_777_777L;

  private SplitArchive() {}

  /** Both, the description first; closing it closes the files. */
  static InputStream of(Path metadata, Path root) throws IOException {
    InputStream first = Files.newInputStream(metadata);
    try {
      InputStream second = Files.newInputStream(root);
      long firstSize = Files.size(metadata);
      long secondSize = Files.size(root);
      return new SequenceInputStream(
          Collections.enumeration(
              List.of(
                  bytes(header("incus-metadata", firstSize)),
                  first,
                  bytes(padding(firstSize)),
                  bytes(header("incus-rootfs", secondSize)),
                  second,
                  bytes(padding(secondSize)),
                  bytes(new byte[2 * BLOCK]))));
    } catch (IOException e) {
      first.close();
      throw e;
    }
  }

  private static InputStream bytes(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private static byte[] padding(long size) {
    return new byte[(int) (-size & (BLOCK - 1))];
  }

  private static byte[] header(String name, long size) {
    byte[] header = new byte[BLOCK];
    Map.of(0, name, 100, "0000600", 108, "0000000", 116, "0000000", 136, "00000000000", 156, "0")
        .forEach((at, text) -> put(header, at, text));
    put(header, 257, "ustar\00000");
    if (size <= LARGEST_OCTAL) {
      put(header, 124, "%011o".formatted(size));
    } else { // in binary, as GNU tar writes what has no room in octal
      header[124] = (byte) 0x80;
      ByteBuffer.wrap(header).putLong(128, size);
    }
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
