package polder.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tar streams (ustar) of plain files, for tests: small, and written without the product's help. */
public final class TestTar {
  private static final int BLOCK = 512;

  private TestTar() {}

  /** An archive with one file. */
  public static byte[] of(String name, byte[] content) {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    byte[] head = new byte[BLOCK];
    put(head, 0, name);
    put(head, 100, "0000644");
    put(head, 108, "0000000");
    put(head, 116, "0000000");
    put(head, 124, "%011o".formatted(content.length));
    put(head, 136, "%011o".formatted(0));
    put(head, 148, "        ");
    head[156] = '0';
    put(head, 257, "ustar");
    put(head, 263, "00");
    int sum = 0;
    for (byte b : head) {
      sum += b & 0xff;
    }
    put(head, 148, "%06o".formatted(sum));
    head[154] = 0;
    tar.writeBytes(head);
    tar.writeBytes(content);
    tar.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    tar.writeBytes(new byte[2 * BLOCK]);
    return tar.toByteArray();
  }

  /** The plain files of an archive, by name. */
  public static Map<String, byte[]> read(byte[] tar) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    int at = 0;
    while (at + BLOCK <= tar.length && tar[at] != 0) {
      int size = Integer.parseInt(text(tar, at + 124, 11), 8);
      if (tar[at + 156] == '0' || tar[at + 156] == 0) {
        files.put(text(tar, at, 100), Arrays.copyOfRange(tar, at + BLOCK, at + BLOCK + size));
      }
      at += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
    }
    return files;
  }

  private static void put(byte[] head, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, head, at, bytes.length);
  }

  private static String text(byte[] tar, int at, int most) {
    int end = at;
    while (end < at + most && tar[end] != 0) {
      end++;
    }
    return new String(tar, at, end - at, StandardCharsets.UTF_8).strip();
  }
}
