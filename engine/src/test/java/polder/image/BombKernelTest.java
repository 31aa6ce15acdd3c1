package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import polder.engine.Figures;
import polder.linux.Zstd;
import polder.model.ErrorKind;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

@Tag("kernel")
class BombKernelTest {
  private static final long TEN_GIB = 10L << 30;
  private static final int CHUNK = 128 << 10;
  private static final long HEAP = 64L << 20;
  @TempDir Path temp;

  @BeforeEach
  void needsRoot() {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may give files away");
  }

  @TestFactory
  @DisplayName(
      "S-IMG-04 bombs are refused within 10 s and 64 MiB of heap, and nothing of them stays")
  List<DynamicTest> bombs() {
    Map<String, InputStream> bombs = new LinkedHashMap<>();
    bombs.put("gzip: 10 GiB of zeroes", gzip(largeFile()));
    bombs.put("gzip: 10,000 empty members", repeated(gzipMember(new byte[0]), 10_000));
    bombs.put(
        "gzip: 10,000 members of zeroes",
        new SequenceInputStream(
            new ByteArrayInputStream(gzipMember(header())),
            repeated(gzipMember(new byte[1 << 20]), 10_000)));
    bombs.put("xz: a dictionary of 4 GiB", new ByteArrayInputStream(xzDictionary()));
    if (Zstd.isAvailable()) {
      bombs.put("zstd: a window of 2 GiB", new ByteArrayInputStream(zstdWindow(21)));
      bombs.put(
          "zstd: 10 GiB of zeroes",
          new SequenceInputStream(
              new ByteArrayInputStream(zstdStart()),
              repeated(zstdBlock(1, CHUNK, new byte[1]), (int) (TEN_GIB / CHUNK))));
    }
    bombs.put(
        "PAX: size 2^63 - 1",
        new Archive().pax("size", "9223372036854775807").header("f", '0', "0", "").stream());
    bombs.put(
        "PAX: a header of 1 GiB",
        new SequenceInputStream(
            new ByteArrayInputStream(headerOnly("x", 'x', "10000000000")), zeroes(1L << 30)));
    bombs.put(
        "sparse: 1 TiB",
        new Archive()
                .pax("GNU.sparse.size", "1099511627776", "GNU.sparse.map", "0,0")
                .header("s", '0', "0", "")
                .stream());
    bombs.put(
        "names: 10,000 deep",
        new Archive().pax("path", "a/".repeat(10_000)).directory("d").stream());
    bombs.put("entries: more than are allowed", gzip(manyEntries(2_001)));
    return bombs.entrySet().stream()
        .map(
            bomb ->
                dynamicTest(
                    bomb.getKey(),
                    () -> isRefused(bomb.getValue(), Limits.DEFAULT.withEntries(2_000))))
        .toList();
  }

  @Test
  @DisplayName("S-IMG-04 a million entries are refused, with the limits that users have")
  void aMillionEntries() throws IOException {
    Assumptions.assumeTrue(Boolean.getBoolean("polder.full"), "only with -Dpolder.full=true");
    byte[] entry = headerOnly("d", '5', "0");
    isRefused(repeated(entry, 1_000_000), Limits.DEFAULT);
  }

  private void isRefused(InputStream bomb, Limits limits) throws IOException {
    Path images = Files.createTempDirectory(temp, "images");
    Heap heap = new Heap(bomb);
    long start = System.nanoTime();
    try (LocalStore store = LocalStore.open(images, image -> false, limits)) {
      PolderException refusal =
          assertThrows(
              PolderException.class,
              () -> store.importTarball(heap, ImageRequest.of("bomb"), Progress.NONE));
      assertEquals(ErrorKind.INVALID, refusal.kind(), refusal.toString());
      assertEquals(List.of(), store.list());
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(Figures.within(10)) < 0, "it took " + took);
    heap.look();
    assertTrue(heap.growth() <= HEAP, heap.growth() + " bytes more of the heap are in use");
    try (Stream<Path> left = Files.walk(images)) {
      assertEquals(5, left.count(), "only the store's own five directories may stay");
    }
  }

  private static byte[] header() {
    return headerOnly("large", '0', Long.toOctalString(TEN_GIB));
  }

  private static byte[] headerOnly(String name, char flag, String size) {
    return Arrays.copyOf(new Archive().header(name, flag, size, "").bytes(), 512);
  }

  private static InputStream largeFile() {
    return new SequenceInputStream(new ByteArrayInputStream(header()), zeroes(TEN_GIB));
  }

  private static InputStream manyEntries(int count) {
    Archive archive = new Archive();
    for (int i = 0; i < count; i++) {
      archive.file("f" + i, "");
    }
    return archive.stream();
  }

  private static InputStream gzip(InputStream data) {
    byte[] header = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    return new SequenceInputStream(
        new ByteArrayInputStream(header), new DeflaterInputStream(data, deflater));
  }

  private static byte[] gzipMember(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A stream header, and a block header that asks for LZMA2 with the largest dictionary. */
  private static byte[] xzDictionary() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0});
    summed(out, new byte[] {0, 1});
    summed(out, new byte[] {2, 0, 0x21, 1, 40, 0, 0, 0});
    out.writeBytes(new byte[100]);
    return out.toByteArray();
  }

  private static void summed(ByteArrayOutputStream out, byte[] data) {
    CRC32 sum = new CRC32();
    sum.update(data);
    out.writeBytes(data);
    for (int i = 0; i < 4; i++) {
      out.write((int) (sum.getValue() >>> (8 * i)));
    }
  }

  private static byte[] zstdWindow(int exponent) {
    return new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) (exponent << 3), 1, 0, 0};
  }

  private static byte[] zstdStart() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(Arrays.copyOf(zstdWindow(7), 6)); // 128 KiB
    out.writeBytes(zstdBlock(0, 512, header()));
    return out.toByteArray();
  }

  /** Three bytes, little endian: not the last, of that type, of that size. */
  private static byte[] zstdBlock(int type, int size, byte[] data) {
    int header = size << 3 | type << 1;
    byte[] block = new byte[3 + data.length];
    for (int i = 0; i < 3; i++) {
      block[i] = (byte) (header >>> (8 * i));
    }
    System.arraycopy(data, 0, block, 3, data.length);
    return block;
  }

  private static InputStream repeated(byte[] data, int times) {
    return new SequenceInputStream(
        Collections.enumeration(
            new AbstractList<InputStream>() {
              @Override
              public InputStream get(int index) {
                return new ByteArrayInputStream(data);
              }

              @Override
              public int size() {
                return times;
              }
            }));
  }

  /** A bomb that sees how much of the heap is in use while it is read, ever more rarely. */
  private static final class Heap extends FilterInputStream {
    private final long before = used();
    private long most = before;
    private long count;
    private long next = 4 << 10;

    Heap(InputStream bomb) {
      super(bomb);
    }

    long growth() {
      return most - before;
    }

    void look() {
      most = Math.max(most, used());
    }

    private static long used() {
      System.gc();
      return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int got = super.read(buffer, offset, length);
      count += Math.max(got, 0);
      if (count >= next) {
        next = count * 4;
        look();
      }
      return got;
    }
  }

  private static InputStream zeroes(long count) {
    return new InputStream() {
      private long left = count;

      @Override
      public int read() {
        return left-- > 0 ? 0 : -1;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) {
        if (left <= 0) {
          return -1;
        }
        int got = (int) Math.min(length, left);
        Arrays.fill(buffer, offset, offset + got, (byte) 0);
        left -= got;
        return got;
      }
    };
  }
}
