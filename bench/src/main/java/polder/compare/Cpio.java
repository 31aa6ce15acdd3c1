package polder.compare;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An archive that a kernel takes its first root from: cpio(5), "newc". */
public final class Cpio {
  private static final int DIRECTORY = 0040000; // linux/stat.h
  private static final int FILE = 0100000;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private int inode;

  /** An empty one. */
  public Cpio() {}

  /** Adds an empty directory. */
  public Cpio directory(String path) {
    return entry(path, DIRECTORY | 0755, new byte[0]);
  }

  /** Adds a file of root's. */
  public Cpio file(String path, int mode, byte[] content) {
    return entry(path, FILE | mode, content);
  }

  private Cpio entry(String path, int mode, byte[] content) {
    byte[] name = Arrays.copyOf(path.getBytes(StandardCharsets.UTF_8), path.length() + 1);
    int[] fields = {++inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0};
    out.writeBytes("070701".getBytes(StandardCharsets.US_ASCII));
    for (int field : fields) {
      out.writeBytes("%08x".formatted(field).getBytes(StandardCharsets.US_ASCII));
    }
    out.writeBytes(name);
    pad();
    out.writeBytes(content);
    pad();
    return this;
  }

  private void pad() {
    while (out.size() % 4 != 0) {
      out.write(0);
    }
  }

  /** All of it; nothing is added after it. */
  public byte[] bytes() {
    entry("TRAILER!!!", 0, new byte[0]);
    return out.toByteArray();
  }
}
