package polder.brand.vm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.model.ErrorKind;
import polder.model.PolderException;

class Qcow2Test {
  private static final Path QEMU_IMG = Path.of("/usr/bin/qemu-img");
  private static final int CLUSTER = 512;
  private static final long SECOND_TABLE = 2L * CLUSTER;
  private static final long DATA = 3L * CLUSTER;
  private static final long PACKED = 5L * CLUSTER + 17; // somewhere in a sector
  private static final int DISK = 5 * CLUSTER - 100;

  @TempDir private Path directory;

  /**
   * An image of five clusters, the last one cut: two of data, zeroes, something compressed, a hole.
   */
  private static byte[] image() {
    ByteBuffer image = ByteBuffer.allocate(7 * CLUSTER);
    image.putInt(0x514649fb).putInt(3).putLong(0).putInt(0).putInt(9).putLong(DISK);
    image.putInt(0).putInt(1).putLong(CLUSTER);
    image.putInt(100, 104);
    image.putLong(CLUSTER, SECOND_TABLE | 1L << 63);
    byte[] packed = packed(contents((byte) 3));
    image.position((int) PACKED).put(packed);
    long[] entries = {
      DATA + CLUSTER | 1L << 63, DATA | 1L << 63, 1, 1L << 62 | sectors(packed) << 61 | PACKED, 0
    };
    image.position((int) SECOND_TABLE);
    for (long entry : entries) {
      image.putLong(entry);
    }
    image.position((int) DATA).put(contents((byte) 1)).put(contents((byte) 2));
    return image.array();
  }

  /** How many sectors more than the first it reaches into. */
  private static long sectors(byte[] packed) {
    return (PACKED + packed.length - 1) / 512 - PACKED / 512;
  }

  private static byte[] contents(byte seed) {
    byte[] contents = new byte[CLUSTER];
    new Random(seed).nextBytes(contents);
    Arrays.fill(contents, CLUSTER / 4, CLUSTER, seed); // so that it can be compressed
    return contents;
  }

  private static byte[] packed(byte[] contents) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
    deflater.setInput(contents);
    deflater.finish();
    byte[] packed = new byte[2 * CLUSTER];
    int length = deflater.deflate(packed);
    deflater.end();
    return Arrays.copyOf(packed, length);
  }

  private Path copied(byte[] image) throws IOException {
    Files.write(directory.resolve("image"), image);
    return copied("image");
  }

  private Path copied(String name) throws IOException {
    Path copy = directory.resolve("disk");
    Files.deleteIfExists(copy);
    try (Directory place = Directory.open(directory);
        RegularFile file = place.read(FileName.of(name));
        RegularFile disk = place.openOrCreate(FileName.of("disk"), 0600)) {
      Qcow2.of(file).copyTo(disk);
    }
    return copy;
  }

  @Test
  void aDiskIsWhatItsTablesSay() throws IOException {
    ByteBuffer wanted = ByteBuffer.allocate(DISK);
    wanted.put(contents((byte) 2)).put(contents((byte) 1));
    wanted.position(3 * CLUSTER).put(contents((byte) 3));
    assertArrayEquals(wanted.array(), Files.readAllBytes(copied(image())));
  }

  private void refused(String why, Consumer<ByteBuffer> change) {
    byte[] image = image();
    change.accept(ByteBuffer.wrap(image));
    PolderException e = assertThrows(PolderException.class, () -> copied(image));
    assertEquals(ErrorKind.INVALID, e.kind());
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  @Test
  @DisplayName(
      "S-IMG-13 an image that depends on another file, or says it is what it is not, is refused")
  void whatDependsOnOthersIsRefused() {
    refused("the difference to another file", image -> image.putLong(8, 104).putInt(16, 11));
    refused("another data file", image -> image.putLong(72, 0b100));
    refused("encrypted", image -> image.putInt(32, 2));
    refused("zstd", image -> image.putLong(72, 0b1000));
    refused("extended tables", image -> image.putLong(72, 0b1_0000));
    refused("no qcow2 image", image -> image.putInt(0, 0));
    refused("no qcow2 image", image -> image.putInt(4, 4));
    assertThrows(PolderException.class, () -> copied(new byte[10]));
  }

  @Test
  @DisplayName("S-IMG-13 what a damaged image says is neither believed nor done twice")
  void whatIsDamagedIsRefused() {
    refused("QEMU marked it so", image -> image.putLong(72, 0b10));
    refused("its head", image -> image.putInt(20, 63));
    refused("more than 8 TiB", image -> image.putLong(24, Long.MAX_VALUE));
    refused("more than 8 TiB", image -> image.putLong(24, -1));
    refused("its first table", image -> image.putLong(24, 1L << 43));
    refused("its first table", image -> image.putLong(40, Long.MAX_VALUE - 7));
    refused("the file has nothing", image -> image.putLong(CLUSTER, 1L << 40));
    refused("used twice", image -> image.putLong((int) SECOND_TABLE, DATA));
    refused("used twice", image -> image.putLong((int) SECOND_TABLE, SECOND_TABLE));
    refused("cannot be read", image -> image.putLong((int) PACKED, -1));
    refused(
        "the file has nothing", image -> image.putLong((int) SECOND_TABLE, 1L << 62 | 1L << 40));
  }

  @Test
  @DisplayName("S-IMG-13 of 5,000 mutated images none is read otherwise than as a disk")
  void mutatedImagesAreReadOrRefused() throws IOException {
    Random random = new Random(13);
    int read = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] image = image();
      for (int n = random.nextInt(4); n >= 0; n--) {
        int at =
            random.nextInt(8) == 0 ? random.nextInt(image.length) : random.nextInt(CLUSTER / 4);
        image[at < CLUSTER ? at + CLUSTER * random.nextInt(3) : at] = (byte) random.nextInt(256);
      }
      try {
        var _ = copied(image);
        read++;
      } catch (PolderException e) {
        assertEquals(ErrorKind.INVALID, e.kind());
      }
    }
    assertTrue(read > 100 && read < 4_900, "read " + read);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-c",
        "-o cluster_size=4096",
        "-c -o cluster_size=2M",
        "-o compat=0.10",
        "-o lazy_refcounts=on,preallocation=metadata"
      })
  void whatQemuWroteIsReadAsQemuReadsIt(String how) throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(QEMU_IMG), "no qemu-img: apt install qemu-utils");
    byte[] raw = new byte[(3 << 20) + 4096];
    new Random(7).nextBytes(raw);
    Arrays.fill(raw, 1 << 20, 2 << 20, (byte) 0);
    Arrays.fill(raw, 5 << 19, 3 << 20, (byte) 'x');
    Files.write(directory.resolve("raw"), raw);
    List<String> command = new ArrayList<>(List.of(QEMU_IMG.toString(), "convert", "-f", "raw"));
    if (!how.isEmpty()) {
      command.addAll(List.of(how.split(" ", -1)));
    }
    command.addAll(List.of("-O", "qcow2", "raw", "qcow2"));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertArrayEquals(raw, Files.readAllBytes(copied("qcow2")));
  }
}
