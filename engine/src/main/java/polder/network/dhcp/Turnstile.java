package polder.network.dhcp;

import java.util.HashMap;
import java.util.Map;
import polder.model.MacAddress;

/** How often one card is answered: some times at once, and then so many times a second. */
final class Turnstile {
  private static final long SECOND = 1_000_000_000L;

  private final int most;
  private final long each; // nanoseconds
  private final Map<Asker, Long> free = new HashMap<>(); // by when all that was taken is given back

  private record Asker(String network, MacAddress mac) {}

  /**
   * One that has let nobody through.
   *
   * @param most at once
   * @param perSecond after that
   */
  Turnstile(int most, int perSecond) {
    this.most = most;
    this.each = SECOND / perSecond;
  }

  /**
   * Lets a card through once more, if it may.
   *
   * @param now by a clock that never goes back, nanoseconds
   */
  boolean pass(String network, MacAddress mac, long now) {
    free.values().removeIf(when -> when - now <= 0);
    Asker asker = new Asker(network, mac);
    long taken = free.getOrDefault(asker, now);
    if (taken - now > each * (most - 1)) {
      return false;
    }
    free.put(asker, taken + each);
    return true;
  }
}
