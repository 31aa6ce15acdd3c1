package polder.image.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Tokens that are still good, by what they are for. Any thread may use it. */
final class Tokens {
  private static final long USUAL_LIFE = 60; // seconds; distribution's token specification
  private static final long SLACK = 10;

  private record Token(String value, long until) {}

  private final ReentrantLock tokensLock = new ReentrantLock();
  private final Map<String, Token> tokens = new HashMap<>(); // under the lock

  Optional<String> find(String scope) {
    tokensLock.lock();
    try {
      Token token = tokens.get(scope);
      return token == null || token.until - System.nanoTime() < 0
          ? Optional.empty()
          : Optional.of(token.value);
    } finally {
      tokensLock.unlock();
    }
  }

  /** Keeps a token that lives for {@code seconds}; 0 if nobody said for how long. */
  void put(String scope, String value, long seconds) {
    long life = Math.clamp(seconds <= 0 ? USUAL_LIFE : seconds, 1, 24 * 3600);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(Math.max(1, life - SLACK));
    tokensLock.lock();
    try {
      tokens.put(scope, new Token(value, until));
    } finally {
      tokensLock.unlock();
    }
  }

  void forget(String scope) {
    tokensLock.lock();
    try {
      tokens.remove(scope);
    } finally {
      tokensLock.unlock();
    }
  }
}
