package polder.model;

import java.util.Optional;

/**
 * How a zone is to be taken in.
 *
 * @param as its alias here; it gets a uuid of its own then, and is another zone than the one sent
 * @param pool where its disk is to lie; as its payload says if absent, or in the default pool if
 *     there is none of that name
 * @param force roll a zone that was changed back to where the stream begins
 * @param resumable keep what came if the stream breaks off, for {@link Transfers#resume}
 */
public record ReceiveRequest(
    Optional<String> as, Optional<String> pool, boolean force, boolean resumable) {
  /** As it was sent. */
  public static final ReceiveRequest AS_SENT =
      new ReceiveRequest(Optional.empty(), Optional.empty(), false);

  /** One of which nothing is kept if its stream breaks off. */
  public ReceiveRequest(Optional<String> as, Optional<String> pool, boolean force) {
    this(as, pool, force, false);
  }

  public ReceiveRequest {
    pool.ifPresent(Pool::checkName);
  }

  /** As a zone of its own. */
  public static ReceiveRequest as(String alias) {
    return new ReceiveRequest(Optional.of(alias), Optional.empty(), false);
  }

  /** The same, of which is kept what came if its stream breaks off. */
  public ReceiveRequest resumably() {
    return new ReceiveRequest(as, pool, force, true);
  }
}
