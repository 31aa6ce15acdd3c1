package polder.network.dns;

import java.util.HashMap;
import java.util.Map;

/** How much of something each network, and each who asks on it, has at a time. */
final class Limits {
  private final int most;
  private final int mostOfOne;
  private final Map<String, Integer> networks = new HashMap<>();
  private final Map<Asker, Integer> askers = new HashMap<>();

  Limits(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** Takes one more, if there is one. */
  boolean take(Asker asker) {
    if (networks.getOrDefault(asker.network(), 0) >= most
        || askers.getOrDefault(asker, 0) >= mostOfOne) {
      return false;
    }
    networks.merge(asker.network(), 1, Integer::sum);
    askers.merge(asker, 1, Integer::sum);
    return true;
  }

  /** Gives one back that was taken. */
  void give(Asker asker) {
    networks.computeIfPresent(asker.network(), (_, count) -> count > 1 ? count - 1 : null);
    askers.computeIfPresent(asker, (_, count) -> count > 1 ? count - 1 : null);
  }
}
