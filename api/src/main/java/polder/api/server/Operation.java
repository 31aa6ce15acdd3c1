package polder.api.server;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.json.ErrorJson;

/** Long work that goes on while nobody waits for it. */
final class Operation implements Progress {
  private final UUID id = UUID.randomUUID();
  private final String what;
  private final Instant started = Instant.now();
  private final ReentrantLock state = new ReentrantLock();
  private final Condition finished = state.newCondition();
  private volatile @Nullable Instant ended; // read without the lock, too
  private @Nullable Object result;
  private @Nullable PolderException error;
  private String doing = "";
  private long done;
  private long total = -1;

  Operation(String what) {
    this.what = what;
  }

  UUID id() {
    return id;
  }

  @Override
  public void report(String now, long soFar, long ofAll) {
    state.lock();
    try {
      doing = now;
      done = soFar;
      total = ofAll;
    } finally {
      state.unlock();
    }
  }

  void succeed(@Nullable Object tree) {
    finish(tree, null);
  }

  void fail(PolderException why) {
    finish(null, why);
  }

  private void finish(@Nullable Object tree, @Nullable PolderException why) {
    state.lock();
    try {
      result = tree;
      error = why;
      ended = Instant.now();
      finished.signalAll();
    } finally {
      state.unlock();
    }
  }

  /** Waits for its end; whether it came. */
  boolean await(long millis) {
    state.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (ended == null && left > 0) {
        left = finished.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      state.unlock();
    }
    return ended();
  }

  boolean ended() {
    return ended != null;
  }

  boolean endedBefore(Instant time) {
    Instant end = ended;
    return end != null && end.isBefore(time);
  }

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    state.lock();
    try {
      tree.put("id", id.toString());
      tree.put("what", what);
      tree.put("state", ended == null ? "running" : error == null ? "done" : "failed");
      tree.put("started", started.toString());
      if (ended != null) {
        tree.put("ended", ended.toString());
      }
      if (!doing.isEmpty()) {
        Map<String, Object> progress = new LinkedHashMap<>();
        progress.put("what", doing);
        progress.put("done", done);
        progress.put("total", total);
        tree.put("progress", progress);
      }
      if (result != null) {
        tree.put("result", result);
      }
      if (error != null) {
        tree.put("error", ErrorJson.write(error));
      }
    } finally {
      state.unlock();
    }
    return tree;
  }
}
