package polder.api.server;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * Long work by its identity. What is finished is kept for a while, so that who was away can ask;
 * the bounds keep a client that never asks from filling the memory.
 */
final class Operations {
  static final int MOST_RUNNING = 64;
  static final int MOST_KEPT = 256;
  private static final Duration KEPT = Duration.ofMinutes(15);

  private final ReentrantLock operations = new ReentrantLock();
  private final Map<String, Operation> all = new LinkedHashMap<>();
  private final Executor threads;
  private final Failures failures;

  Operations(Executor threads, Failures failures) {
    this.threads = threads;
    this.failures = failures;
  }

  /** Does {@code work} for {@code call}: now, or later where the client would rather. */
  void answer(Call call, String what, Function<Progress, @Nullable Object> work) {
    if (!call.later()) {
      Object result = work.apply(Progress.NONE);
      if (result == null) {
        call.done();
      } else {
        call.answer(result);
      }
      return;
    }
    answerLater(call, start(what, work));
  }

  static void answerLater(Call call, Operation operation) {
    call.answer(
        202,
        Map.of(
            "Location", "/v1/operations/" + operation.id(), "Preference-Applied", "respond-async"),
        operation.write());
  }

  Operation start(String what, Function<Progress, @Nullable Object> work) {
    Operation operation = new Operation(what);
    operations.lock();
    try {
      forget();
      if (all.values().stream().filter(o -> !o.ended()).count() >= MOST_RUNNING) {
        throw new PolderException(
            ErrorKind.NO_ROOM,
            "%d operations are running already: wait for one".formatted(MOST_RUNNING));
      }
      all.put(operation.id().toString(), operation);
    } finally {
      operations.unlock();
    }
    threads.execute(() -> run(operation, work));
    return operation;
  }

  private void run(Operation operation, Function<Progress, @Nullable Object> work) {
    try {
      operation.succeed(work.apply(operation));
    } catch (PolderException e) {
      operation.fail(e);
    } catch (Throwable e) {
      operation.fail(failures.unexpected("an operation", e));
    }
  }

  /** Forgets what ended long ago, and the oldest of too many that ended. */
  private void forget() {
    Instant before = Instant.now().minus(KEPT);
    all.values().removeIf(operation -> operation.endedBefore(before));
    List<String> ended = new ArrayList<>();
    all.forEach(
        (id, operation) -> {
          if (operation.ended()) {
            ended.add(id);
          }
        });
    for (int i = 0; i < ended.size() - MOST_KEPT; i++) {
      all.remove(ended.get(i));
    }
  }

  Operation get(String id) {
    operations.lock();
    try {
      Operation operation = all.get(id);
      if (operation == null) {
        throw new PolderException(
            ErrorKind.NOT_FOUND, "there is no operation '%s', or it ended long ago".formatted(id));
      }
      return operation;
    } finally {
      operations.unlock();
    }
  }

  List<Map<String, Object>> list() {
    operations.lock();
    try {
      return all.values().stream().map(Operation::write).toList();
    } finally {
      operations.unlock();
    }
  }
}
