package polder.api.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import polder.model.Cursor;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.json.ErrorJson;

/**
 * Records that come as lines of JSON. A thread reads ahead, a little: a socket's blocking read
 * knows no patience, and a queue does.
 */
final class LineCursor<T> implements Cursor<T> {
  private static final int AHEAD = 256;

  /** What the reader hands over: a record, why there are no more, or neither: the end. */
  private record Item<T>(Optional<T> value, Optional<PolderException> failure) {
    boolean last() {
      return value.isEmpty();
    }
  }

  private final Caller.Open source;
  private final Function<Map<String, Object>, T> read;
  private final BlockingQueue<Item<T>> items = new ArrayBlockingQueue<>(AHEAD);
  private final Thread reader;
  private volatile boolean ended;

  LineCursor(Caller.Open source, Function<Map<String, Object>, T> read) {
    this.source = source;
    this.read = read;
    this.reader = Thread.ofPlatform().daemon().name("polder line reader").unstarted(this::run);
    reader.start();
  }

  private void run() {
    Item<T> last;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(source.reply().body(), StandardCharsets.UTF_8))) {
      last = new Item<>(Optional.empty(), copy(lines));
    } catch (IOException e) {
      last = new Item<>(Optional.empty(), Optional.of(Caller.lost(e)));
    } catch (PolderException e) {
      last = new Item<>(Optional.empty(), Optional.of(e));
    } catch (InterruptedException e) {
      return; // closed: nobody asks any more
    }
    try {
      items.put(last);
    } catch (InterruptedException e) {
      return;
    }
    source.connection().close();
  }

  private Optional<PolderException> copy(BufferedReader lines)
      throws IOException, InterruptedException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isBlank()) {
        continue; // the daemon asks whether we are there
      }
      Map<String, Object> tree = Json.object(line);
      @Nullable Object error = tree.get("error");
      if (error != null) {
        return Optional.of(ErrorJson.read(error));
      }
      items.put(new Item<>(Optional.of(read.apply(tree)), Optional.empty()));
    }
    return Optional.empty();
  }

  @Override
  public Optional<T> next(Duration patience) {
    if (ended) {
      return Optional.empty();
    }
    try {
      Item<T> item = items.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (item == null) {
        return Optional.empty();
      }
      if (item.last()) {
        ended = true;
        if (item.failure().isPresent()) {
          throw item.failure().get();
        }
      }
      return item.value();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public boolean ended() {
    Item<T> next = items.peek();
    return ended || (next != null && next.last() && next.failure().isEmpty());
  }

  @Override
  public void close() {
    ended = true;
    source.connection().close();
    reader.interrupt();
  }
}
