package polder.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.brand.Running;
import polder.linux.Fd;
import polder.model.Brand;

/**
 * The input of a zone's main process, for one attached session: its terminal, or with {@code
 * open_stdin} its standard input. What is written before the zone is started waits for that.
 *
 * <p>Closing it is the end of the main process's input where it is a pipe; a terminal stays, and a
 * vm's serial line: whoever hangs up, somebody may call again.
 */
final class ZoneInput extends OutputStream {
  private final Hall hall;
  private final LocalZone zone;
  private final ReentrantLock writing = new ReentrantLock();
  private volatile @Nullable PolledOutput open;
  private final CompletableFuture<Life> closed = new CompletableFuture<>();

  ZoneInput(Hall hall, LocalZone zone) {
    this.hall = hall;
    this.zone = zone;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    writing.lock();
    try {
      PolledOutput to = open;
      if (to == null) {
        to = connect();
        open = to;
      }
      to.write(buffer, offset, length);
    } finally {
      writing.unlock();
    }
  }

  private PolledOutput connect() throws IOException {
    Life life;
    try {
      life = (Life) CompletableFuture.anyOf(zone.up(), closed).join();
    } catch (CompletionException e) {
      throw new IOException("the input of zone '%s' is closed".formatted(zone.name()), e);
    }
    Optional<Fd> terminal = life.running().flatMap(Running::terminal);
    if (terminal.isPresent()) {
      return new PolledOutput(hall.streams(), terminal.get().duplicate(), true);
    }
    Fd input =
        life.streams()
            .flatMap(ZoneStreams::input)
            .orElseThrow(
                () ->
                    new IOException(
                        "zone '%s' has no input: set open_stdin or tty".formatted(zone.name())));
    return new PolledOutput(hall.streams(), input, false);
  }

  /** The end of the main process's input, also if it is only started later. */
  @Override
  public void close() {
    if (!closed.isDone()) {
      letGo();
      if (zone.record().spec().brand() != Brand.VM) {
        CompletableFuture<Void> _ = zone.up().thenAccept(Life::endInput);
      }
    }
  }

  /** Writes no more; the input stays as it is. */
  void letGo() {
    closed.completeExceptionally(new IOException("closed"));
    PolledOutput to = open;
    if (to != null) {
      to.close();
    }
  }
}
