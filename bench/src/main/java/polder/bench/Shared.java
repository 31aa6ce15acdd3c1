package polder.bench;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Several figures that one piece of work gives, for as many contenders: the work is done when
 * somebody asks who has had the figures of the last time already.
 *
 * @param <F> the figures
 */
final class Shared<F> {
  private final Supplier<F> work;
  private final Set<String> served = new HashSet<>();
  private Optional<F> last = Optional.empty();

  Shared(Supplier<F> work) {
    this.work = work;
  }

  /** The figures that {@code who} has not had yet. */
  F next(String who) {
    if (last.isEmpty() || !served.add(who)) {
      served.clear();
      served.add(who);
      last = Optional.of(work.get());
    }
    return last.orElseThrow();
  }
}
