package polder.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A worker's input and output: what is asked there, line by line, it does. */
final class Shell {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Pattern CODE = Pattern.compile("=([0-9]{1,3})=");
  private static final String READY = "=ready=";
  private static final String GONE = "=gone=";
  private static final int LAST_LINES = 5;

  private final OutputStream in;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Deque<String> last = new ArrayDeque<>();

  /**
   * The worker behind two streams.
   *
   * @param in what it reads
   * @param out what it writes
   */
  Shell(OutputStream in, InputStream out) {
    this.in = in;
    Thread.ofPlatform().daemon().name("polder-compare").start(() -> read(out));
  }

  private void read(InputStream out) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(out, StandardCharsets.UTF_8))) {
      reader.lines().map(String::strip).forEach(lines::add);
    } catch (IOException | UncheckedIOException e) {
      // its end, too
    }
    lines.add(GONE);
  }

  /** Waits until it listens. */
  void awaitReady() {
    await(Pattern.compile(READY));
  }

  /**
   * Has a workload done.
   *
   * @throws IllegalStateException if that fails
   */
  void run(String workload, int count) {
    try {
      in.write("%s %d\n".formatted(workload, count).getBytes(StandardCharsets.US_ASCII));
      in.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("it has ended", e);
    }
    String code = await(CODE).group(1);
    if (!code.equals("0")) {
      throw new IllegalStateException(
          "%s %d ended with %s: %s".formatted(workload, count, code, last.peekLast()));
    }
  }

  private Matcher await(Pattern wanted) {
    try {
      while (true) {
        String line = lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (line == null) {
          throw new IllegalStateException(
              "it says nothing more after: " + String.join(" | ", last));
        }
        Matcher matcher = wanted.matcher(line);
        if (matcher.matches()) {
          return matcher;
        }
        if (line.equals(GONE)) {
          lines.add(GONE);
          throw new IllegalStateException("it has ended after: " + String.join(" | ", last));
        }
        last.add(line);
        if (last.size() > LAST_LINES) {
          last.remove();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped", e);
    }
  }
}
