package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;
import polder.engine.Figures;
import polder.engine.JsonDamage;
import polder.image.UnpackOptions.Existing;
import polder.image.UnpackOptions.Whiteouts;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.Tree;
import polder.model.PolderException;
import polder.model.Progress;

/** Each failure names its seed, by which it happens again. */
@Tag("kernel")
class ArchiveFuzzKernelTest {
  private static final Duration EACH =
      Duration.ofSeconds(Boolean.getBoolean("polder.full") ? 60 : 4);
  private static final Limits SMALL = new Limits(500, 1 << 20, 50, 1 << 16, 50, 1 << 20, 1 << 24);
  private static final FileName ROOT = FileName.of("root");
  @TempDir Path temp;
  private Directory outside;
  private Directory root;

  @BeforeEach
  void open() throws IOException {
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "only root may make devices and owners");
    outside = Directory.open(temp);
    Files.writeString(temp.resolve("canary"), "outside");
    root = outside.ensureDirectory(ROOT, 0755);
  }

  @AfterEach
  void close() {
    if (outside != null) {
      Tree.delete(outside, ROOT);
      root.close();
      outside.close();
    }
  }

  @Test
  @DisplayName("S-IMG-12 a damaged archive is refused or unpacked, never anything else")
  void damagedArchives() throws IOException {
    List<byte[]> good = samples();
    long end = System.nanoTime() + EACH.toNanos();
    int count = 0;
    for (long seed = 1; System.nanoTime() < end; seed++, count++) {
      Random random = JsonDamage.random(seed);
      byte[] archive = damaged(good.get(random.nextInt(good.size())), random);
      check(archive, seed, random);
    }
    assertTrue(count > 200, "only " + count + " were tried");
  }

  @Test
  @DisplayName("S-IMG-12 archives of random entries end inside")
  void randomEntries() throws IOException {
    long end = System.nanoTime() + EACH.toNanos();
    int count = 0;
    for (long seed = 1; System.nanoTime() < end; seed++, count++) {
      Random random = JsonDamage.random(seed);
      Archive archive = new Archive();
      for (int i = random.nextInt(20); i >= 0; i--) {
        add(archive, random);
      }
      check(archive.bytes(), seed, random);
    }
    assertTrue(count > 200, "only " + count + " were tried");
  }

  private void check(byte[] archive, long seed, Random random) throws IOException {
    UnpackOptions options =
        new UnpackOptions(
            pick(random, Whiteouts.values()), pick(random, Existing.values()), Ids.AS_THEY_ARE);
    long start = System.nanoTime();
    try (Decompression contents = Decompression.of(new ByteArrayInputStream(archive), SMALL)) {
      Unpacker.unpack(contents, root, options, SMALL, Progress.NONE);
    } catch (PolderException expected) {
      assertTrue(expected.toString().length() < 2000, expected.toString());
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + seed, e);
    }
    Tree.empty(root);
    assertTrue(
        System.nanoTime() - start < Figures.within(5).toNanos(), "seed " + seed + " took too long");
    assertEquals("outside", Files.readString(temp.resolve("canary")), "seed " + seed);
    assertEquals(2, outside.entries().size(), "seed " + seed);
  }

  private static <T> T pick(Random random, T[] from) {
    return from[random.nextInt(from.length)];
  }

  private static List<byte[]> samples() throws IOException {
    Bytes xattr = Bytes.of("user.a");
    TarEntry rich =
        TarEntry.file(Bytes.of("n".repeat(150)), 04755, 3, Archive.TIME.plusNanos(5))
            .owned(1L << 31, 1L << 22)
            .with(Map.of(xattr, Bytes.of(new byte[] {0, '\n', '=', (byte) 0x80})));
    TarEntry sparse =
        new TarEntry(
            Bytes.of("holes"),
            TarType.FILE,
            0600,
            0,
            0,
            1 << 19,
            Archive.TIME,
            Archive.TIME,
            Bytes.EMPTY,
            TarEntry.NO_DEVICE,
            Map.of(),
            List.of(new Extent(4096, 3), new Extent(50_000, 600)));
    byte[] plain =
        new Archive()
            .directory("./")
            .file("etc/passwd", "root:x:0:0::/:/bin/sh\n")
            .entry(rich, new byte[3])
            .entry(sparse, new byte[603])
            .symlink("lib", "/usr/lib")
            .file("lib/a", "a")
            .hardLink("early", "later")
            .file("later", "")
            .device("null", 1, 3)
            .fifo("fifo")
            .file("etc/.wh.passwd", "")
            .file(".wh..wh..opq", "")
            .pax("GNU.sparse.size", "4096", "GNU.sparse.map", "512,2,2048,3", "mtime", "1.5")
            .header("s", '0', "5", "")
            .raw(new byte[5])
            .header("L", 'L', "5", "")
            .raw(new byte[] {'l', 'o', 'n', 'g', 0})
            .header("short", '2', "0", "target")
            .bytes();
    List<byte[]> samples = new ArrayList<>(List.of(plain, plain, plain));
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(plain);
    }
    ByteArrayOutputStream xz = new ByteArrayOutputStream();
    try (XZOutputStream out = new XZOutputStream(xz, new LZMA2Options(1))) {
      out.write(plain);
    }
    samples.add(gzip.toByteArray());
    samples.add(xz.toByteArray());
    samples.add(storedZstd(plain));
    return samples;
  }

  /** A frame whose one block is the data as it is. */
  private static byte[] storedZstd(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 7 << 3});
    int header = data.length << 3 | 1;
    out.writeBytes(new byte[] {(byte) header, (byte) (header >> 8), (byte) (header >> 16)});
    out.writeBytes(data);
    return out.toByteArray();
  }

  private static byte[] damaged(byte[] good, Random random) {
    byte[] bad = good.clone();
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(bad.length);
      switch (random.nextInt(6)) {
        case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bad[at] = (byte) random.nextInt(256);
        case 2 -> bad[at] = (byte) "0179 ./=\n\0-".charAt(random.nextInt(11));
        case 3 -> bad = Arrays.copyOf(bad, Math.max(at, 1));
        case 4 -> {
          int to = random.nextInt(bad.length);
          int length = Math.min(random.nextInt(600), bad.length - Math.max(at, to));
          System.arraycopy(bad, at, bad, to, length);
        }
        default -> {
          int block = at / 512 * 512;
          if (block + 512 <= bad.length && bad[block + 257] == 'u') {
            bad[block + random.nextInt(512)] = (byte) "01257xgLKSZ".charAt(random.nextInt(11));
            byte[] header = Arrays.copyOfRange(bad, block, block + 512);
            TarHeader.sum(header); // or hardly any would come further than the sum
            System.arraycopy(header, 0, bad, block, 512);
          }
        }
      }
    }
    return bad;
  }

  private static void add(Archive archive, Random random) {
    String name = name(random);
    switch (random.nextInt(7)) {
      case 0 -> archive.directory(name);
      case 1 -> archive.symlink(name, name(random) + "x");
      case 2 -> archive.symlink(name, "../".repeat(random.nextInt(5)) + name(random) + "a");
      case 3 -> archive.hardLink(name, "/" + name(random));
      case 4 -> archive.fifo(name);
      default -> archive.file(name, "data");
    }
  }

  private static String name(Random random) {
    String[] parts = {"a", "b", "c", "canary", "..", ".", "", ".wh.a", ".wh..wh..opq", ".wh."};
    StringBuilder name = new StringBuilder(random.nextInt(8) == 0 ? "/" : "");
    for (int i = random.nextInt(4); i >= 0; i--) {
      name.append(parts[random.nextInt(random.nextBoolean() ? 4 : parts.length)]);
      name.append(i > 0 ? "/" : "");
    }
    return name.toString();
  }
}
