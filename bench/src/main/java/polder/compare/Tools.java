package polder.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import polder.bench.Missing;

/** Programs of the host's that prepare something. */
final class Tools {
  private Tools() {}

  /**
   * Runs one to its end.
   *
   * @throws Missing if it is not there or fails
   */
  static void run(String... words) {
    String output;
    int code;
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      code = process.waitFor();
    } catch (IOException e) {
      throw new Missing("cannot run %s: %s".formatted(words[0], e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("stopped", e));
    }
    if (code != 0) {
      List<String> lines = output.strip().lines().toList();
      throw new Missing(
          "%s failed: %s"
              .formatted(
                  Arrays.asList(words).getFirst(), lines.isEmpty() ? code : lines.getLast()));
    }
  }
}
