package polder.brand.vm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialGuestTest {
  @TempDir Path directory;

  @Test
  void isWhatTheListingSays() throws Exception {
    Path object = directory.resolve("trial.o");
    Path code = directory.resolve("trial");
    run("as", "-o", object.toString(), "src/main/asm/trial-x86_64.s");
    run("objcopy", "-O", "binary", "-j", ".text", object.toString(), code.toString());

    assertArrayEquals(Files.readAllBytes(code), TrialGuest.code());
  }

  @Test
  void beginsWhereTheProcessorDoes() {
    byte[] rom = TrialGuest.rom();
    assertEquals(65_536, rom.length);
    assertEquals((byte) 0xea, rom[0xfff0], "a far jump");
    assertTrue(TrialGuest.code().length < 1000, "bytes: " + TrialGuest.code().length);
  }

  private static void run(String... command) throws Exception {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), List.of(command) + ": " + said);
    } catch (IOException e) {
      Assumptions.abort("binutils are not installed: " + e.getMessage());
    }
  }
}
