package polder.tests.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The console of a {@link Guest} that runs with {@code do=shell}: what is asked there, it does. */
public final class GuestShell implements AutoCloseable {
  private final Process attached;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /** That of a vm that was started, and has an open standard input. */
  public GuestShell(TestHost host, String vm) {
    long end = System.nanoTime() + Figures.within(120).toNanos();
    while (!host.polder("logs", vm).ok().out().contains("guest listens")) {
      if (System.nanoTime() > end) {
        throw new AssertionError(vm + " does not listen: " + host.polder("logs", vm).out());
      }
      TestHost.rest(Duration.ofMillis(500));
    }
    attached = host.start("attach", vm);
    Thread.ofPlatform().daemon().start(this::read);
  }

  private void read() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(attached.getInputStream(), StandardCharsets.UTF_8))) {
      in.lines().map(String::strip).forEach(lines::add);
    } catch (IOException e) {
      lines.add("=gone=");
    }
  }

  /** What a command of the guest's says; it must succeed. */
  public String run(String command) {
    Answer answer = ask(command);
    if (answer.code() != 0) {
      throw new AssertionError(command + " ended with " + answer);
    }
    return answer.text();
  }

  /** Whether a command of the guest's succeeds. */
  public boolean can(String command) {
    return ask(command).code() == 0;
  }

  private record Answer(int code, String text) {}

  /** Does a command of the guest's that says more than anybody wants to keep; it must succeed. */
  public void runLoud(String command) {
    int code = ask(command, _ -> {});
    if (code != 0) {
      throw new AssertionError(command + " ended with " + code);
    }
  }

  private Answer ask(String command) {
    StringBuilder text = new StringBuilder();
    int code = ask(command, line -> text.append(line).append('\n'));
    return new Answer(code, text.toString().strip());
  }

  private int ask(String command, Consumer<String> said) {
    try {
      OutputStream in = attached.getOutputStream();
      in.write((command + "\n").getBytes(StandardCharsets.UTF_8));
      in.flush();
      while (true) {
        String line = lines.poll(Figures.within(60).toSeconds(), TimeUnit.SECONDS);
        if (line == null) {
          throw new AssertionError("no end of '%s'".formatted(command));
        }
        if (line.matches("=[0-9]+=")) {
          return Integer.parseInt(line.substring(1, line.length() - 1));
        }
        said.accept(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while the guest did " + command, e);
    }
  }

  @Override
  public void close() {
    attached.destroy();
  }
}
