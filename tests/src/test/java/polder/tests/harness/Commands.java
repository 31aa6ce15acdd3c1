package polder.tests.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs programs as a person at a shell would. */
public final class Commands {
  private Commands() {}

  /** Runs {@code command} to its end, five minutes at most. */
  public static CommandResult run(
      Map<String, String> environment, byte[] input, List<String> command) {
    try {
      Process process = start(environment, command);
      CompletableFuture<String> out = read(process.getInputStream());
      CompletableFuture<String> err = read(process.getErrorStream());
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input);
      } catch (IOException e) {
        // it did not want its input
      }
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("still running after five minutes: " + command);
      }
      return new CommandResult(
          String.join(" ", command), process.exitValue(), out.join(), err.join());
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while it ran: " + command, e);
    }
  }

  /** Starts {@code command}; the caller ends it. */
  public static Process start(Map<String, String> environment, List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CompletableFuture<String> read(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            return "";
          }
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }
}
