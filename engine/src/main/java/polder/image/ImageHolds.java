package polder.image;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/** The images that somebody is about to use, though nothing is made from them yet. */
final class ImageHolds {
  private final ReentrantLock lock;
  private final Map<UUID, Integer> held = new HashMap<>();

  /** Guarded by the store's {@code lock}: what is held stays held while it is decided on. */
  ImageHolds(ReentrantLock lock) {
    this.lock = lock;
  }

  /** Holds an image, which is there, until the result is closed; with the lock. */
  ImageHold take(UUID image) {
    held.merge(image, 1, Integer::sum);
    return () -> release(image);
  }

  private void release(UUID image) {
    lock.lock();
    try {
      held.computeIfPresent(image, (_, count) -> count == 1 ? null : count - 1);
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody holds it; with the lock. */
  boolean has(UUID image) {
    return held.containsKey(image);
  }
}
