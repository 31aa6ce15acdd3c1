package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The C compiler, where there is one. */
final class Gcc {
  private Gcc() {}

  /** Compiles {@code source} to a program in {@code folder}; skips the test without gcc. */
  static Path compile(Path folder, String source) throws IOException, InterruptedException {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/gcc")), "no C compiler: apt install gcc libc6-dev");
    Path file = Files.writeString(folder.resolve("program.c"), source);
    Path program = folder.resolve("program");
    Process gcc =
        new ProcessBuilder("/usr/bin/gcc", "-w", "-o", program.toString(), file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, gcc.waitFor(), output);
    return program;
  }

  /** What {@code program} prints. */
  static String run(Path program) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(program.toString()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
