package polder.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZstdTest {
  @TempDir Path temp;

  @BeforeEach
  void needsZstd() {
    Assumptions.assumeTrue(Zstd.isAvailable(), "this host has no libzstd.so.1");
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/zstd")), "this host has no zstd program (apt: zstd)");
  }

  @Test
  void undoesWhatTheProgramDoes() throws Exception {
    byte[] data = new byte[3_000_001];
    new Random(7).nextBytes(data);
    Arrays.fill(data, 500_000, 2_000_000, (byte) 'x');
    byte[] compressed = compress(data, "-3");
    try (InputStream in = Zstd.decompress(new ByteArrayInputStream(compressed), 27)) {
      assertArrayEquals(data, in.readAllBytes());
    }
    byte[] twice = Arrays.copyOf(compressed, compressed.length * 2);
    System.arraycopy(compressed, 0, twice, compressed.length, compressed.length);
    try (InputStream in = Zstd.decompress(new ByteArrayInputStream(twice), 27)) {
      assertTrue(in.readAllBytes().length == data.length * 2);
    }
  }

  @Test
  void refusesWhatIsCutOffDamagedOrAsksForTooLargeAWindow() throws Exception {
    byte[] data = new byte[1 << 20];
    new Random(8).nextBytes(data);
    byte[] compressed = compress(data, "-1");
    byte[] half = Arrays.copyOf(compressed, compressed.length / 2);
    assertThrows(EOFException.class, () -> readAll(half, 27));
    byte[] damaged = compressed.clone();
    damaged[5] ^= 0x55;
    damaged[compressed.length / 2] ^= 0x55;
    assertThrows(IOException.class, () -> readAll(damaged, 27));
    assertThrows(IOException.class, () -> readAll(compressed, 10));
    assertThrows(IOException.class, () -> readAll(new byte[] {1, 2, 3, 4, 5}, 27));
  }

  private static void readAll(byte[] compressed, int windowLog) throws IOException {
    try (InputStream in = Zstd.decompress(new ByteArrayInputStream(compressed), windowLog)) {
      in.readAllBytes();
    }
  }

  private byte[] compress(byte[] data, String level) throws Exception {
    Path file = Files.write(temp.resolve("data"), data);
    Process zstd = new ProcessBuilder("zstd", "-q", "-f", level, file.toString()).start();
    assertTrue(zstd.waitFor() == 0);
    return Files.readAllBytes(temp.resolve("data.zst"));
  }
}
